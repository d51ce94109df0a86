"""Writes docs/cli.md from the command line's own help, so that it cannot drift.

``--check`` writes nothing and fails where the file is not what it would write.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from textwrap import dedent

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from lambda_usage.cli.app import app

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"
TAIL = """
This page is made by `python scripts/cli.py` from what each command's `--help` says.
"""


def page() -> str:
    """The page's text."""
    command = typer.main.get_command(app)
    context = typer.Context(command, info_name="lambda-usage")
    return "# Command line\n" + "".join(_told(command, context)) + TAIL


def _told(command: object, context: typer.Context) -> Iterator[str]:
    assert isinstance(command, TyperCommand | TyperGroup)
    if context.parent:
        yield f"\n## {context.command_path}\n"
    yield f"\n{command.help}\n"
    yield f"\n```text\n{_usage(command, context)}\n```\n"
    if parameters := [each for each in command.params if "--help" not in each.opts]:
        yield "\n| argument or option | meaning |\n|---|---|\n"
        for each in parameters:
            yield f"| `{_cell(_name(each))}` | {_cell(_meaning(each))} |\n"
    yield from _epilog(command.epilog or "")
    if isinstance(command, TyperGroup):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _told(below, typer.Context(below, info_name=name, parent=context))


def _usage(command: TyperCommand | TyperGroup, context: typer.Context) -> str:
    arguments = [_name(each) for each in command.params if isinstance(each, TyperArgument)]
    ends = ["COMMAND", "…"] if isinstance(command, TyperGroup) else arguments
    return " ".join([context.command_path, "[OPTIONS]", *ends])


def _name(parameter: object) -> str:
    assert isinstance(parameter, TyperArgument | TyperOption)
    if isinstance(parameter, TyperArgument):
        return str(parameter.metavar)
    default = parameter.default
    choices = "|".join(type(default)) if isinstance(default, StrEnum) else ""
    value = "" if parameter.is_flag else parameter.metavar or choices
    return f"{', '.join(parameter.opts)} {value}".strip()


def _meaning(parameter: object) -> str:
    assert isinstance(parameter, TyperArgument | TyperOption)
    default = parameter.default
    if parameter.required:
        return f"{parameter.help} Required."
    if default in (None, "", False, ()):
        return f"{parameter.help}"
    return f"{parameter.help} Default: {default}."


def _cell(text: str) -> str:
    return text.replace("|", "\\|").strip()


def _epilog(text: str) -> Iterator[str]:
    """Headings are in bold, examples indented; the rest is text."""
    for part in re.split(r"^\[bold\]", text, flags=re.MULTILINE)[1:]:
        heading, _, rest = part.partition("[/bold]")
        yield f"\n**{heading}**\n"
        for block in re.split(r"\n\s*\n", rest.strip("\n")):
            lines = dedent(block).strip("\n")
            if block.startswith("  "):
                yield f"\n```text\n{lines}\n```\n"
            else:
                yield f"\n{lines}\n"


def main() -> int:
    """Write the page, or check it."""
    if "--check" in sys.argv:
        if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page():
            return 0
        print("docs/cli.md is out of date: run python scripts/cli.py")
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
