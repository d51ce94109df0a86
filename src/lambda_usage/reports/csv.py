"""Reports as CSV (RFC 4180), for spreadsheets and databases.

One row for each function, or for each path. What has several values in one cell is separated by
``;``. Empty means "not estimated", never 0. ``verdict`` is what the evidence supports; ``standing``
is the heading under which other forms list a function, and what is to be kept is never ``dead``
there, nor in ``dead_lines`` and ``dead_in``.

A spreadsheet runs a cell that begins with ``=``, and names and reasons come from source code that
anybody may have written. So text that begins with a sign which spreadsheets act on gets an
apostrophe in front, as OWASP recommends against CSV injection; text that begins with an apostrophe
gets one too, so that taking one off always gives the text back. Numbers are never touched. Lines
read ``L3-L4``, because spreadsheets take ``3-4`` for a date.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from typing import TextIO

from lambda_usage.evidence.model import (
    DeadCodeReport,
    DeadRange,
    FunctionEvidence,
    HotPathsReport,
    PathEvidence,
)
from lambda_usage.reports._findings import Standing, Wanted, alone, holds, standings

SEPARATOR = ";"
_ACTED_ON = frozenset("=+-@\t\r\n'\uff1d\uff0b\uff0d\uff20")
"""With the full-width signs, which some spreadsheets take for the others."""

_Value = str | int | float | bool | None
_Row = Mapping[str, _Value]

FUNCTION_COLUMNS = (
    "file", "name", "line", "last_line", "verdict", "standing", "reason", "unit", "exposure",
    "use_upper_bound", "frequency", "frequency_low", "frequency_high", "first_seen", "last_seen",
    "dead_lines", "kept_lines", "kept", "keep_until", "keep_reason",
    "used_in", "startup_in", "dead_in", "unproven_in", "kept_in", "apart_in",
)  # fmt: skip
PATH_COLUMNS = (
    "id", "share", "share_low", "share_high", "windows", "invocations", "duration_mean_s",
    "errors", "lambda_functions", "functions", "function_lines",
)  # fmt: skip


class CsvRenderer:
    """Writes one table for each report. Equal reports give equal bytes."""

    def dead_code(self, report: DeadCodeReport, out: TextIO) -> None:
        """Writes one row for each function, class body and module body."""
        wanted = Wanted(report)
        stands = {id(each): standing for each, standing in standings(report)}
        rows = (_function(each, stands[id(each)], each in wanted) for each in report.functions)
        _write(FUNCTION_COLUMNS, rows, out)

    def hot_paths(self, report: HotPathsReport, out: TextIO) -> None:
        """Writes one row for each path."""
        _write(PATH_COLUMNS, map(_path, report.paths), out)


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in _ACTED_ON and text else text


def _function(function: FunctionEvidence, standing: Standing, wanted: bool) -> _Row:
    keep = function.keep
    whole = holds(keep) or standing is Standing.KEPT
    kept = [each for each in function.dead_lines if whole or holds(each.keep)]
    dead = [each for each in function.dead_lines if each not in kept]
    said = [
        (each.lambda_function, alone(each.verdict, standing, wanted=wanted))
        for each in function.lambda_functions
    ]
    return {
        "file": function.file,
        "name": function.name,
        "line": function.line,
        "last_line": function.last_line or None,
        "verdict": function.verdict.value,
        "standing": standing.value,
        "reason": function.reason,
        "unit": function.unit,
        "exposure": function.exposure,
        "use_upper_bound": function.use_upper_bound,
        "frequency": function.frequency,
        "frequency_low": function.frequency_low,
        "frequency_high": function.frequency_high,
        "first_seen": function.first_seen,
        "last_seen": function.last_seen,
        "dead_lines": SEPARATOR.join(map(_lines, dead)),
        "kept_lines": SEPARATOR.join(map(_lines, kept)),
        "kept": whole,
        "keep_until": keep.until if keep else None,
        "keep_reason": keep.reason if keep else None,
        "used_in": _where(said, Standing.USED),
        "startup_in": _where(said, Standing.STARTUP),
        "dead_in": _where(said, Standing.DEAD),
        "unproven_in": _where(said, Standing.UNPROVEN),
        "kept_in": _where(said, Standing.KEPT),
        "apart_in": _where(said, Standing.APART),
    }


def _where(said: Iterable[tuple[str, Standing]], standing: Standing) -> str:
    return SEPARATOR.join(name for name, found in said if found is standing)


def _lines(found: DeadRange) -> str:
    return f"L{found.first}" if found.first == found.last else f"L{found.first}-L{found.last}"


def _path(path: PathEvidence) -> _Row:
    return {
        "id": path.id,
        "share": path.share,
        "share_low": path.share_low,
        "share_high": path.share_high,
        "windows": path.windows,
        "invocations": path.invocations,
        "duration_mean_s": path.duration_mean_s,
        "errors": path.errors,
        "lambda_functions": SEPARATOR.join(each.lambda_function for each in path.lambda_functions),
        "functions": SEPARATOR.join(path.functions),
        "function_lines": SEPARATOR.join(f"L{line}" for line in path.function_lines),
    }


def _write(columns: Iterable[str], rows: Iterable[_Row], out: TextIO) -> None:
    columns = list(columns)
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(columns)
    table.writerows([_cell(row[name]) for name in columns] for row in rows)


def _cell(value: _Value) -> str | int | float | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return guarded(value) if isinstance(value, str) else value
