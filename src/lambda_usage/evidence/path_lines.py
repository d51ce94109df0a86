"""Which lines of which files a path ran."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

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
    files: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for view, path in heaviest_first:
        for key, lines in path.lines.items():
            if lines:
                shipped = view.file(key.path)
                files[key.path][shipped.hash if shipped else ""] |= lines
    return tuple(_of_file(file, files[file], inventory) for file in sorted(files))


def _of_file(file: str, by_hash: Mapping[str, set[int]], inventory: Inventory | None) -> PathLines:
    unit = inventory.units.get(file) if inventory else None
    lines = by_hash.get(unit.hash if unit else "") or next(iter(by_hash.values()))
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
