"""Where lines go on that several code objects share.

coverage.py works out where a line goes on if there is one way only. A line with a whole definition
on it has two: past the definition, and out of the function. The C tracer sees both; of events of
``sys.monitoring`` only lines and branches are recorded. But for each code object by itself there is
one way again, and which code objects ran is known.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from coverage.exceptions import NotPython
from coverage.parser import PythonParser

from lambda_usage.bundle.model import Code

Arc = tuple[int, int]


class OneLiners:
    """The statements of a file that several code objects share."""

    def __init__(self, text: str | None, codes: Iterable[Code]) -> None:
        self._parser = _parsed(text) if text else None
        self._ways: dict[int, set[int]] = defaultdict(set)
        if self._parser:
            distinct = {code.key: self._starts(code.executable) for code in codes}
            owners = Counter(start for starts in distinct.values() for start in starts)
            for start, way in self._parser.arcs():
                if owners[start] > 1:
                    self._ways[start].add(way)

    def arcs(self, code: Code, lines: AbstractSet[int]) -> set[Arc]:
        """The arcs from shared statements that a code object must have taken.

        Args:
            code: The code object.
            lines: Those of its lines that ran.
        """
        if not self._ways:
            return set()
        found = set()
        for start in self._starts(lines):
            ways = self._ways.get(start, set()) & self._own(code, start)
            if len(ways) == 1:
                found.add((start, min(ways)))
        return found

    def _own(self, code: Code, start: int) -> set[int]:
        """Where a code object may go on from a statement."""
        others = self._starts(code.executable) - {start}
        way_out = self._starts({-code.key.first_line})
        # what goes on on other lines does not leave from its first: a module from line 1, say
        return others | way_out - {-start} if others else way_out

    def _starts(self, lines: AbstractSet[int]) -> set[int]:
        """The first lines of the statements that lines stand in."""
        return self._parser.first_lines(lines) if self._parser else set()


def _parsed(text: str) -> PythonParser | None:
    parser = PythonParser(text=text)
    try:
        parser.parse_source()
    except NotPython:  # in the syntax of a Python newer than this one
        return None
    return parser
