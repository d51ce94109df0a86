"""From the arcs of a file to the code objects that ran.

The C tracer knows files and lines only. But an arc from ``-n`` enters, and an arc to ``-n``
leaves, the code object whose first line is ``n``; and an arc between two lines stays within one
code object. Where that leaves a choice (two lambdas on one line), all of them count as run: the
error that never calls used code dead.
"""

from __future__ import annotations

from lambda_usage.recording.codes import CodeEntry, body_lines, is_generator_like

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

Arc = tuple[int, int]


class ArcMap:
    """Assigns the arcs of one file to its code objects."""

    def __init__(self, entries: Iterable[CodeEntry]) -> None:
        self._by_first: dict[int, list[CodeEntry]] = {}
        self._by_line: dict[int, list[CodeEntry]] = {}
        for entry in entries:
            self._by_first.setdefault(entry.code.co_firstlineno, []).append(entry)
            for line in body_lines(entry.code):
                self._by_line.setdefault(line, []).append(entry)

    def assign(self, arcs: Iterable[Arc]) -> dict[int, set[Arc]]:
        """Arcs by ``id(code)``."""
        found: dict[int, set[Arc]] = {}
        inner: list[Arc] = []
        for arc in arcs:
            if arc[0] > 0 and arc[1] > 0:
                inner.append(arc)
                continue
            for entry in self._at_boundary(arc):
                found.setdefault(id(entry.code), set()).add(arc)
        entered = frozenset(found)
        for arc in inner:
            for entry in self._within(arc, entered):
                found.setdefault(id(entry.code), set()).add(arc)
        return found

    def _at_boundary(self, arc: Arc) -> list[CodeEntry]:
        first, line = (-arc[0], arc[1]) if arc[0] < 0 else (-arc[1], arc[0])
        owners = self._by_line.get(line, [])
        return [each for each in self._by_first.get(first, []) if each in owners]

    def _within(self, arc: Arc, entered: frozenset[int]) -> list[CodeEntry]:
        second = self._by_line.get(arc[1], [])
        owners = [each for each in self._by_line.get(arc[0], []) if each in second]
        if len(owners) < 2:
            return owners
        # a generator that was entered before the window and is left after it has no boundary arc
        return (
            [each for each in owners if id(each.code) in entered]
            or [each for each in owners if is_generator_like(each.code)]
            or owners
        )
