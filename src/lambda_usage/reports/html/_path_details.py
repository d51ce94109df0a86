"""What the views of traffic tell of single paths: whose traffic takes them, and their lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lambda_usage.evidence.model import (
    DeadCodeReport,
    FileEvidence,
    FileState,
    HotPathsReport,
    PathEvidence,
    PathLines,
    PathTrace,
)
from lambda_usage.evidence.path_lines import ranges
from lambda_usage.evidence.scopes import Inventory
from lambda_usage.reports._wording import duration, moment, percent
from lambda_usage.reports.html._numbering import Numbering
from lambda_usage.reports.html._packing import Interned, significant
from lambda_usage.reports.html._use import between

Row = list[Any]
Span = tuple[int, int]

_NO_STATEMENT = -1


def details_of_paths(
    dead_code: DeadCodeReport,
    hot_paths: HotPathsReport,
    numbers: Numbering,
    inventory: Inventory,
    trace_url: str,
) -> dict[str, Any]:
    """For each path its share of each Lambda function's traffic, its lines by file, its traces.

    What several paths ran of a file is there once: most of it is common to most of them.

    Args:
        dead_code: Which code is not used, with the statements of each file.
        hot_paths: Where the traffic goes.
        numbers: Those of all that the reports speak of.
        inventory: Where the source text comes from.
        trace_url: Where a trace is looked up, with ``{trace_id}`` for its id; empty for nowhere.
    """
    pieces: Interned[PathLines] = Interned()
    paths = [
        [_shares(path, numbers), [pieces(each) for each in path.files]] for path in hot_paths.paths
    ]
    judged = {e.file: _Statements(e, inventory.text(e.file)) for e in dead_code.files}
    names: Interned[str] = Interned()
    rows = [_piece(each, names, judged.get(each.file)) for each in pieces.values]
    gaps = [judged[name].gaps() if name in judged else [] for name in names.values]
    return {
        "paths": paths,
        "pieces": rows,
        "files": names.values,
        "gaps": gaps,
        "traces": [[_trace(each) for each in path.traces] for path in hot_paths.paths],
        "trace_url": trace_url,
    }


def _trace(each: PathTrace) -> Row:
    took = "" if each.duration_s is None else duration(each.duration_s)
    return [each.id, moment(each.time), took, each.lambda_function]


def _shares(path: PathEvidence, numbers: Numbering) -> list[Row]:
    return [
        [
            numbers.lambdas(each.lambda_function),
            percent(each.share),
            between(each.share_low, each.share_high),
            *map(significant, (each.share, each.share_low, each.share_high, each.invocations)),
        ]
        for each in path.lambda_functions
    ]


def _piece(each: PathLines, names: Interned[str], statements: _Statements | None) -> Row:
    """File, its lines, the same as whole statements, and whether they are of this source."""
    lines = {line for first, last in each.lines for line in range(first, last + 1)}
    fits = statements is not None and statements.hold(lines)
    whole = statements.whole(lines) if statements and fits else lines
    spans = tuple(ranges(whole))
    return [names(each.file), _flat(each.lines), [] if spans == each.lines else _flat(spans), fits]


def _flat(spans: Iterable[Span]) -> list[int]:
    return [number for span in spans for number in span]


class _Statements:
    """The statements of a file, and which line belongs to which."""

    def __init__(self, file: FileEvidence, text: str | None) -> None:
        self._file = file
        lines = enumerate((text or "").splitlines(), 1)
        self._empty = {number for number, line in lines if not line.strip().partition("#")[0]}
        ends = [each.last for each in file.statements]
        self._owners = [_NO_STATEMENT] * (max([file.lines, *ends]) + 1)
        # What begins later lies inside.
        ordered = sorted(enumerate(file.statements), key=lambda e: (e[1].first, -e[1].last))
        for number, each in ordered:
            self._owners[each.first : each.last + 1] = [number] * (each.last - each.first + 1)

    def hold(self, lines: Iterable[int]) -> bool:
        """Whether lines can be those of this source, and not of another version of the file."""
        known = self._file.state is FileState.LOADED
        return known and all(self._ran(line) for line in lines)

    def whole(self, lines: Iterable[int]) -> list[int]:
        """All lines of the statements that lines belong to."""
        lines = set(lines)
        ran = {self._owners[line] for line in lines} - {_NO_STATEMENT}
        return [n for n, owner in enumerate(self._owners) if owner in ran or n in lines]

    def gaps(self) -> list[int]:
        """First and last of the lines that belong to no statement: blank ones, and comments."""
        none = [line for line, owner in enumerate(self._owners) if line and owner < 0]
        return _flat(ranges(none))

    def _ran(self, line: int) -> bool:
        if line >= len(self._owners) or line in self._empty:
            return False
        owner = self._owners[line]
        # What is neither empty nor a statement is a docstring: it runs with the body around it.
        return owner == _NO_STATEMENT or self._file.statements[owner].ran
