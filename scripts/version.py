"""Says the version, or raises it: in ``version.py``, and in the changelog a section of its own."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("major", "minor", "patch")

_VERSION = re.compile(r'(?m)^__version__ = "(\d+)\.(\d+)\.(\d+)"$')
_UNRELEASED = "## Unreleased\n"


class VersionError(Exception):
    """The version cannot be told or raised; says why."""


def main(arguments: list[str] | None = None) -> int:
    """0 where it was told, or raised; else 3."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=PARTS, help="which part to raise")
    part = parser.parse_args(arguments).part
    try:
        if part is None:
            print(current(ROOT))
            return 0
        before, after = raise_version(ROOT, part, f"{datetime.now(UTC):%Y-%m-%d}")
    except (VersionError, OSError) as error:
        print(f"scripts/version.py: {error}", file=sys.stderr)
        return 3
    print(f"{before} → {after} (src/lambda_usage/version.py, CHANGELOG.md)")
    return 0


def current(root: Path) -> str:
    """The version of the checkout in *root*.

    Raises:
        VersionError: It names none.
    """
    return ".".join(_found((_file(root)).read_text("utf-8")).groups())


def raised(version: str, part: str) -> str:
    """*version* with *part* raised by one, and what comes after it set to 0.

    Source: Semantic Versioning 2.0.0, 6 to 8.
    """
    numbers = [int(number) for number in version.split(".")]
    at = PARTS.index(part)
    return ".".join(map(str, [*numbers[:at], numbers[at] + 1, *[0] * (2 - at)]))


def raise_version(root: Path, part: str, day: str) -> tuple[str, str]:
    """Raise the version of the checkout in *root*, and give its changes their section.

    Args:
        root: The checkout.
        part: ``major``, ``minor`` or ``patch``.
        day: Of the release, ``YYYY-MM-DD``.

    Returns:
        The version before, and after.

    Raises:
        VersionError: There is no version, or nothing to release; nothing was written.
    """
    file, changes = _file(root), root / "CHANGELOG.md"
    text, log = file.read_text("utf-8"), changes.read_text("utf-8")
    found = _found(text)
    before = ".".join(found.groups())
    after = raised(before, part)
    head, unreleased, rest = log.partition(_UNRELEASED)
    if not unreleased or not rest.partition("\n## ")[0].strip():
        raise VersionError(
            "CHANGELOG.md tells of no change under “## Unreleased”: write there what has changed"
        )
    changes.write_text(f"{head}{_UNRELEASED}\n## {after} - {day}\n{rest}", "utf-8")
    file.write_text(text[: found.start()] + f'__version__ = "{after}"' + text[found.end() :])
    return before, after


def _file(root: Path) -> Path:
    return root / "src" / "lambda_usage" / "version.py"


def _found(text: str) -> re.Match[str]:
    found = _VERSION.search(text)
    if found is None:
        raise VersionError('src/lambda_usage/version.py has no line __version__ = "1.2.3"')
    return found


if __name__ == "__main__":
    sys.exit(main())
