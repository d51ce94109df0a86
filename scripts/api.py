"""Writes docs/api.md from the docstrings of the public names, so that it cannot drift.

``--check`` writes nothing and fails where the file is not what it would write.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import lambda_usage

PAGE = Path(__file__).parents[1] / "docs" / "api.md"
HEAD = """\
# Python interface

What functions may import, from `lambda_usage`. All of it is lazy: `import lambda_usage` imports next to nothing. Everything else in the package may change from one version to the next; [attaching by the exec wrapper](../README.md#ways-to-attach) takes no import at all. `coverage_wrapper` has the same under the names of [lambda-coverage-layer](migrating.md).
"""
TAIL = """
`__version__` is the version, as text.

This page is made by `python scripts/api.py` from the docstrings.
"""
SECTION = re.compile(r"^(Args|Returns|Raises):$", re.MULTILINE)
HEADINGS = {"Args": "Arguments", "Returns": "Returns", "Raises": "Raises"}


def page() -> str:
    """The page's text."""
    names = [name for name in lambda_usage.__all__ if not name.startswith("__")]
    return HEAD + "".join(part for name in names for part in _told(name)) + TAIL


def _told(name: str) -> Iterator[str]:
    item = getattr(lambda_usage, name)
    text = re.sub(r"``([^`]*)``", r"`\1`", inspect.getdoc(item) or "")
    about, *sections = SECTION.split(text)
    yield f"\n## {name}\n\n```python\n{_signature(name, item)}\n```\n\n{_flowing(about)}\n"
    for heading, body in zip(sections[::2], sections[1::2], strict=True):
        yield f"\n**{HEADINGS[heading]}**\n\n"
        body = inspect.cleandoc(body)
        if heading == "Returns":
            yield f"{_flowing(body)}\n"
        else:
            for entry in re.split(r"\n(?=\S)", body):
                term, _, meaning = entry.partition(":")
                yield f"- `{term}`: {_flowing(meaning)}\n"


def _signature(name: str, item: object) -> str:
    if inspect.isclass(item):
        return f"with {name}():\n    ...\nasync with {name}():\n    ..."
    assert callable(item)
    signature = inspect.signature(item)
    if name == "coverage_handler":
        return f"@{name}\ndef handler(event, context): ..."
    written = f"def {name}{signature}: ...".replace("'", "")
    return written.replace("-> Json:", "-> dict[str, Any]:")


def _flowing(text: str) -> str:
    """Each paragraph as one line."""
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def main() -> int:
    """Write the page, or check it."""
    if "--check" in sys.argv:
        if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page():
            return 0
        print("docs/api.md is out of date: run python scripts/api.py")
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
