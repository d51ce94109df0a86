"""Which lines of which files a path ran."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from lambda_usage.bundle.model import Path
from lambda_usage.evidence.model import PathLines
from lambda_usage.evidence.scopes import Inventory
from lambda_usage.evidence.sightings import View


def path_lines(
    seen: Sequence[tuple[View, Path]], inventory: Inventory | None
) -> tuple[PathLines, ...]:
    """The lines of a path, by file.

    Line numbers are of one version of a file: that of the source, where it is at hand and took the
    path; else that which took it most often.

    Args:
        seen: Origins that saw the path, with what each saw of it.
        inventory: The source, if it is at hand.
    """
    heaviest_first = sorted(seen, key=lambda each: -each[1].counts.weight)
    files = sorted({key.path for _, path in seen for key in path.lines})
    found = (_of_file(file, heaviest_first, inventory) for file in files)
    return tuple(each for each in found if each.lines)


def _of_file(
    file: str, heaviest_first: Sequence[tuple[View, Path]], inventory: Inventory | None
) -> PathLines:
    unit = inventory.units.get(file) if inventory else None
    by_hash: dict[str, set[int]] = defaultdict(set)
    for view, path in heaviest_first:
        ran = {line for key, lines in path.lines.items() if key.path == file for line in lines}
        if ran:
            shipped = view.file(file)
            by_hash[shipped.hash if shipped else ""] |= ran
    lines = by_hash.get(unit.hash if unit else "") or next(iter(by_hash.values()), set())
    return PathLines(file, tuple(ranges(lines)))


def ranges(lines: Iterable[int]) -> list[tuple[int, int]]:
    """Line numbers as inclusive ranges, in order."""
    found: list[tuple[int, int]] = []
    for line in sorted(lines):
        if found and line == found[-1][1] + 1:
            found[-1] = (found[-1][0], line)
        else:
            found.append((line, line))
    return found
