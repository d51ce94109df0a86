"""What of a dead-code report is worth a reader's line, and under which heading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lambda_usage.evidence.model import (
    DeadCodeReport,
    DeadRange,
    FileState,
    FunctionEvidence,
    RangeKind,
    Verdict,
)

MODULE = "<module>"


@dataclass(frozen=True, slots=True)
class DeadUnit:
    """A dead function or class with all that is in it, or a whole dead file."""

    file: str
    name: str
    """:data:`MODULE` for a whole file."""
    first: int
    last: int
    inside: int
    """Further dead functions within."""
    use_upper_bound: float | None
    unit: str
    """What its bound is a share of."""


@dataclass(frozen=True, slots=True)
class RangeInside:
    """Lines that never ran, in a function that did."""

    function: FunctionEvidence
    range: DeadRange


def dead_units(report: DeadCodeReport) -> list[DeadUnit]:
    """Dead code by file; what lies inside something dead goes with it."""
    whole = _dead_files(report)
    units = []
    for file, functions in _by_file(report.functions).items():
        if file in whole:
            units.append(_whole_file(file, functions))
        else:
            units += _outermost([function for function in functions if _is_dead(function)])
    return units


def ranges_inside(report: DeadCodeReport) -> list[RangeInside]:
    """Dead ordinary code in functions that ran."""
    return [found for found in _ranges(report) if found.range.kind is RangeKind.CODE]


def ranges_apart(report: DeadCodeReport) -> list[RangeInside]:
    """Error handling and stubs that never ran: no failure is no evidence of death."""
    return [found for found in _ranges(report) if found.range.kind is not RangeKind.CODE]


def unproven(report: DeadCodeReport) -> list[FunctionEvidence]:
    """Unproven functions in order of file and line, without those that are only a stub."""
    found = [function for function in report.functions if function.verdict is Verdict.UNPROVEN]
    return sorted((each for each in found if not _is_apart(each)), key=_place)


def _is_dead(function: FunctionEvidence) -> bool:
    return function.verdict is Verdict.DEAD and not _is_apart(function)


def _is_apart(function: FunctionEvidence) -> bool:
    """Whether nothing but stubs or error handling is dead in it: an abstract method, say."""
    ranges = function.dead_lines
    return bool(ranges) and all(found.kind is not RangeKind.CODE for found in ranges)


def _ranges(report: DeadCodeReport) -> Iterator[RangeInside]:
    whole = _dead_files(report)
    for function in sorted(report.functions, key=_place):
        ran = function.verdict in (Verdict.USED, Verdict.STARTUP)
        silent = function.verdict in (Verdict.DEAD, Verdict.UNPROVEN)
        apart = silent and _is_apart(function)
        if ran or (apart and function.file not in whole):
            for found in function.dead_lines:
                yield RangeInside(function, found)


def _dead_files(report: DeadCodeReport) -> set[str]:
    """Files that were shipped and never loaded, with every function dead."""
    alive = {function.file for function in report.functions if function.verdict is not Verdict.DEAD}
    judged = {function.file for function in report.functions}
    shipped = {file.file for file in report.files if file.state is FileState.SHIPPED}
    return (shipped & judged) - alive


def _whole_file(file: str, dead: list[FunctionEvidence]) -> DeadUnit:
    body = next((function for function in dead if function.name == MODULE), dead[0])
    last = max(_last_line(function) for function in dead)
    return DeadUnit(file, MODULE, 1, last, len(dead) - 1, body.use_upper_bound, body.unit)


def _outermost(dead: list[FunctionEvidence]) -> list[DeadUnit]:
    units: list[tuple[FunctionEvidence, list[FunctionEvidence]]] = []
    for function in dead:
        if units and _is_inside(function, units[-1][0]):
            units[-1][1].append(function)
        else:
            units.append((function, []))
    return [_unit(outer, inner) for outer, inner in units]


def _is_inside(function: FunctionEvidence, outer: FunctionEvidence) -> bool:
    # A module's body may be dead while its functions are not: it swallows nothing.
    return outer.name != MODULE and function.name.startswith(f"{outer.name}.")


def _unit(outer: FunctionEvidence, inner: list[FunctionEvidence]) -> DeadUnit:
    last = max(_last_line(function) for function in (outer, *inner))
    bound = outer.use_upper_bound
    return DeadUnit(outer.file, outer.name, outer.line, last, len(inner), bound, outer.unit)


def _last_line(function: FunctionEvidence) -> int:
    return max((found.last for found in function.dead_lines), default=function.line)


def _by_file(functions: Iterable[FunctionEvidence]) -> dict[str, list[FunctionEvidence]]:
    files: dict[str, list[FunctionEvidence]] = {}
    for function in sorted(functions, key=_place):
        files.setdefault(function.file, []).append(function)
    return files


def _place(function: FunctionEvidence) -> tuple[str, int, str]:
    return function.file, function.line, function.name
