"""What an uploaded inventory may say: numbers and paths that a source tree can have.

Reports hold something for every line of a file, and anybody who may write to the bucket writes
inventories: a line number of a few digits more than any file has would fill the memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lambda_usage.evidence.scopes import SourceUnit

MAX_UNPACKED = 256 * 2**20
"""Bytes. A tree of a million lines takes a quarter of it, with its text."""

MAX_LINES = 1_000_000
"""Of one file; the longest of Python's own library has a fiftieth."""

MAX_ALL_LINES = 5_000_000
"""Of all files: more than 250 MB of source, as much as a deployment package may hold."""


def fault(units: Iterable[SourceUnit]) -> str:
    """What no source tree can have, in words that follow ``which says``; empty if all is well."""
    total = 0
    for unit in units:
        if leads_out(unit.path):
            return f"that {unit.path!r} is a path in a source tree"
        wrong = next((each for each in _spans(unit) if not 1 <= each[0] <= each[1]), None)
        if wrong:
            return f"that {unit.path!r} has lines {wrong[0]} to {wrong[1]}"
        last = max((end for _, end in _spans(unit)), default=0)
        if last > MAX_LINES:
            return f"that {unit.path!r} has {last:,} lines, and no file has over {MAX_LINES:,}"
        total += last
    if total > MAX_ALL_LINES:
        return f"that there are {total:,} lines, and no tree has over {MAX_ALL_LINES:,}"
    return ""


def leads_out(path: str) -> bool:
    """Whether a path, relative to some folder, may be one outside of it."""
    return not path or path.startswith("/") or ".." in path.split("/")


def _spans(unit: SourceUnit) -> Iterator[tuple[int, int]]:
    """First and last line of all that the file is said to have."""
    for scope in unit.scopes:
        yield scope.key.first_line, scope.last_line
        yield scope.line, scope.last_line
        yield from ((each.first, each.last) for each in scope.statements)
    yield from ((each.first, each.last) for each in unit.keeps)
    yield from (rows for each in unit.keeps for rows in each.around)
    yield from ((line, line) for line in unit.excluded)
