"""``lambda-usage inventory``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lambda_usage.cli._loading import load_source
from lambda_usage.cli.errors import CommandError, ExitCode, complain, in_one_line
from lambda_usage.combine.inventories import put_inventory
from lambda_usage.combine.stores import open_store

if TYPE_CHECKING:
    from lambda_usage.evidence.scopes import Inventory

INVENTORY_EPILOG = """\
[bold]Examples[/bold]

  lambda-usage inventory src --store s3://my-bucket/coverage
  lambda-usage inventory build/package --store s3://my-bucket/coverage --name orders
  lambda-usage report dead-code s3://my-bucket/coverage

[bold]In CI[/bold]

Run it after each deployment, on the folder that was deployed. It needs s3:PutObject on
arn:aws:s3:::my-bucket/coverage/inventory/* and nothing else.
"""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_MAX_PROBLEMS = 5
"""More files and suppressions with mistakes than these are only counted."""


@in_one_line
def inventory(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="The source code, laid out as in the deployment package.",
            show_default=False,
        ),
    ],
    store: Annotated[
        str,
        typer.Option(
            metavar="STORE",
            help="Where the bundles lie: s3://bucket/prefix or a folder.",
            show_default=False,
        ),
    ],
    name: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What to call the source tree, since several may share a store. Left out: the "
            "project's in the nearest pyproject.toml with the folders below it, else the folder's.",
            show_default=False,
        ),
    ] = "",
    with_source: Annotated[
        bool,
        typer.Option(
            "--with-source", help="Upload the source text, too: for reports that show it."
        ),
    ] = False,
) -> ExitCode:
    """Upload what the source code holds, for reports that are made where it is not.

    Names of files and functions, line numbers, file hashes and suppressions are uploaded; source
    text only with --with-source. The same tree gives the same file: to upload it again changes
    nothing but its time.
    """
    tree = name or default_name(source)
    if not _NAME.fullmatch(tree):
        raise CommandError(
            ExitCode.USAGE,
            f"{tree!r} cannot name a source tree: use letters, digits, '.', '_' and '-' in --name",
        )
    target = open_store(store)
    found = load_source(source, "DIR")

    from lambda_usage.evidence.inventory_file import pack

    packed = pack(found, with_source=with_source)
    address = put_inventory(target, tree, packed.hash, packed.content)
    _name_problems(found)
    text = "with" if with_source else "without"
    typer.echo(f"Uploaded {_size(found)} of {tree!r}, {text} source text, to {address}")
    return ExitCode.DONE


def default_name(source: Path) -> str:
    """What to call a source tree whose user gives it no name.

    The project that it belongs to, and the folders between, so that the packages of several
    Lambda functions in one project have names of their own. ``src`` says nothing.
    """
    folder = source.resolve()
    for each in (folder, *folder.parents):
        if project := _project_name(each / "pyproject.toml"):
            below = folder.relative_to(each).parts
            return _usable("-".join([project, *(part for part in below if part != "src")]))
        if (each / ".git").exists():
            break  # what lies above is another project's
    return _usable((folder.parent if folder.name == "src" else folder).name)


def _usable(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")


def _project_name(settings: Path) -> str:
    import tomllib

    try:
        found = tomllib.loads(settings.read_text(encoding="utf-8"))
        name = found.get("project", {}).get("name", "")
    except (OSError, ValueError, AttributeError):
        return ""  # whoever builds the project hears of it
    return name if isinstance(name, str) else ""


def _size(found: Inventory) -> str:
    from lambda_usage.evidence.reasons import count

    scopes = [scope for unit in found.units.values() for scope in unit.scopes]
    statements = sum(len(scope.statements) for scope in scopes)
    return (
        f"the inventory ({count(len(found.units), 'file')}, {len(scopes):,} functions and bodies, "
        f"{count(statements, 'statement')})"
    )


def _name_problems(found: Inventory) -> None:
    problems = [
        *(f"not understood, so not judged: {each.path}: {each.reason}" for each in found.problems),
        *(f"{each.path}: {each.reason}" for each in found.keep_problems),
    ]
    for each in problems[:_MAX_PROBLEMS]:
        complain(each)
    if len(problems) > _MAX_PROBLEMS:
        complain(f"and {len(problems) - _MAX_PROBLEMS:,} more of that kind")
