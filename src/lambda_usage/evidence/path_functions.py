"""Which functions a path ran, and on which lines they begin.

A name alone does not tell a property's getter from its setter, nor two functions of which the
second replaces the first.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lambda_usage.bundle.model import CodeKey, Origin, Path
from lambda_usage.evidence.qualnames import is_comprehension, is_helper, normalised
from lambda_usage.evidence.scopes import Inventory
from lambda_usage.evidence.sightings import View

_Lines = dict[str, list[int]]
"""First lines of the functions of each name, in order."""


class PathFunction(NamedTuple):
    """A function on a path; in source order as it compares."""

    file: str
    line: int
    """First line, in one version of the file for all paths."""
    name: str


class PathFunctions:
    """Finds the functions of paths.

    Lines are those of the source, where it is at hand, else of the version that has most traffic:
    the function that is the second of its name in one version is the second in the other.

    Args:
        origins: All that saw paths.
        inventory: The source, if it is at hand.
    """

    def __init__(self, origins: Iterable[View], inventory: Inventory | None) -> None:
        self._inventory = inventory
        self._busiest_first = sorted(origins, key=_traffic, reverse=True)
        self._of_origin: dict[tuple[Origin, str], _Lines] = {}
        self._of_file: dict[str, _Lines] = {}

    def along(self, view: View, path: Path) -> tuple[PathFunction, ...]:
        """The functions of a path that an origin saw; comprehensions belong to theirs."""
        found = {self._function(view, key) for key in path.lines if not is_helper(key.qualname)}
        return tuple(sorted(found))

    def _function(self, view: View, key: CodeKey) -> PathFunction:
        name = normalised(key.qualname)
        known = self._lines(view, key.path).get(name, [])
        line = key.first_line
        if is_comprehension(key.qualname):
            above = bisect_right(known, line)
            line = known[above - 1] if above else line
        shown = self._shown(key.path).get(name, [])
        place = bisect_left(known, line)
        if known[place : place + 1] == [line] and len(known) == len(shown):
            line = shown[place]
        return PathFunction(key.path, line, name)

    def _lines(self, view: View, file: str) -> _Lines:
        found = self._of_origin.get((view.origin, file))
        if found is None:
            keys = [code.key for code in view.codes.get(file, ())]
            found = _by_name([key for key in keys if not is_comprehension(key.qualname)])
            self._of_origin[view.origin, file] = found
        return found

    def _shown(self, file: str) -> _Lines:
        if file not in self._of_file:
            unit = self._inventory.units.get(file) if self._inventory else None
            busiest = next((view for view in self._busiest_first if file in view.codes), None)
            if unit:
                self._of_file[file] = _by_name([scope.key for scope in unit.scopes])
            else:
                self._of_file[file] = self._lines(busiest, file) if busiest else {}
        return self._of_file[file]


def _traffic(view: View) -> float:
    return sum(path.counts.weight for path in view.usage.paths.values())


def _by_name(keys: Sequence[CodeKey]) -> _Lines:
    found: dict[str, set[int]] = defaultdict(set)
    for key in keys:
        found[normalised(key.qualname)].add(key.first_line)
    return {name: sorted(lines) for name, lines in found.items()}
