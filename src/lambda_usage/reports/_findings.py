"""What of a dead-code report is worth a reader's line, and under which heading.

Every form groups by these rules, so that no two of them call the same code by different names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from lambda_usage.evidence.model import (
    DeadCodeReport,
    DeadRange,
    DependencyEvidence,
    FileState,
    FunctionEvidence,
    Keep,
    KeepEvidence,
    KeepState,
    RangeKind,
    Verdict,
)

MODULE = "<module>"

_SILENT = (Verdict.DEAD, Verdict.UNPROVEN)


class Standing(StrEnum):
    """Under which heading a function comes: its verdict, with two kinds of silence set apart."""

    USED = "used"
    STARTUP = "startup"
    DEAD = "dead"
    UNPROVEN = "unproven"
    APART = "apart"
    """Nothing of it is silent but stubs and error handling: that proves nothing."""
    KEPT = "kept"
    """Never ran, and somebody asked to keep it, or something inside it."""
    NOT_DEPLOYED = "not_deployed"


@dataclass(frozen=True, slots=True)
class DeadUnit:
    """A dead function or class with all that is in it, or a whole dead file."""

    file: str
    name: str
    """:data:`MODULE` for a whole file, or for a module's body alone."""
    first: int
    last: int
    inside: int
    """Further dead functions within."""
    use_upper_bound: float | None
    unit: str
    """What its bound is a share of."""
    whole_file: bool = False


@dataclass(frozen=True, slots=True)
class KeptUnit:
    """Code that never ran and that somebody asked to keep."""

    file: str
    name: str
    """Of the function, or of the one that the lines stand in."""
    first: int
    last: int
    keep: Keep
    part: bool = False
    """Only some lines of the function."""


@dataclass(frozen=True, slots=True)
class RangeInside:
    """Lines that never ran, in a function that did."""

    function: FunctionEvidence
    range: DeadRange

    @property
    def file(self) -> str:
        """Where they are."""
        return self.function.file

    @property
    def first(self) -> int:
        """The first of them."""
        return self.range.first

    @property
    def last(self) -> int:
        """The last of them."""
        return self.range.last

    @property
    def keep(self) -> Keep | None:
        """The suppression that holds for them."""
        found = (self.range.keep, self.function.keep)
        return next(filter(holds, found), None)


def different_lines(found: Iterable[DeadUnit | RangeInside]) -> int:
    """How many lines are named. A class in a module's body is named twice, and counts once."""
    return len({(each.file, line) for each in found for line in range(each.first, each.last + 1)})


class Wanted:
    """What somebody asked to keep, and what stands around it or a part of it.

    Nobody can delete the one and keep the other.
    """

    def __init__(self, report: DeadCodeReport) -> None:
        """Find it in a report."""
        self._around: set[tuple[str, str]] = set()
        for function in filter(_is_wanted, report.functions):
            parts = function.name.split(".")
            names = (".".join(parts[:end]) for end in range(1, len(parts)))
            self._around |= {(function.file, name) for name in (MODULE, *names)}

    def __contains__(self, function: FunctionEvidence) -> bool:
        """Whether all of it or anything in it is to be kept."""
        return _is_wanted(function) or (function.file, function.name) in self._around


def holds(keep: Keep | None) -> bool:
    """Whether a suppression is there, and its last day is not over."""
    return keep is not None and not keep.expired


def standings(report: DeadCodeReport) -> list[tuple[FunctionEvidence, Standing]]:
    """Every function with its heading, in order of file and line."""
    wanted = Wanted(report)
    ordered = sorted(report.functions, key=_place)
    return [(each, _standing(each, each in wanted)) for each in ordered]


def alone(verdict: Verdict, standing: Standing, *, wanted: bool) -> Standing:
    """Under which heading a function comes by what one Lambda function says of it.

    Args:
        verdict: What that Lambda function says.
        standing: Under which it comes by what all say together.
        wanted: Whether it, or anything in it, is to be kept.
    """
    if verdict not in _SILENT:
        return Standing(verdict.value)
    if wanted:
        return Standing.KEPT
    return Standing.APART if standing is Standing.APART else Standing(verdict.value)


def dead_units(report: DeadCodeReport) -> list[DeadUnit]:
    """Dead code by file; what lies inside something dead goes with it."""
    dead = {id(each) for each, standing in standings(report) if standing is Standing.DEAD}
    whole = _dead_files(report)
    units = []
    for file, functions in _by_file(report.functions).items():
        if file in whole:
            units.append(_whole_file(file, functions))
        else:
            found = _outermost([each for each in functions if id(each) in dead])
            units += [_unit(outer, inner) for outer, inner in found]
    return units


def kept_units(report: DeadCodeReport) -> list[KeptUnit]:
    """What never ran and is kept on purpose; what lies inside goes with it."""
    silent = [each for each, standing in standings(report) if standing is Standing.KEPT]
    units = [
        KeptUnit(outer.file, outer.name, outer.line, _end(outer, inner), outer.keep)
        for functions in _by_file(filter(_kept, silent)).values()
        for outer, inner in _outermost(functions, module_holds_all=True)
        if outer.keep
    ]
    units += [
        KeptUnit(each.file, each.function.name, each.first, each.last, keep, part=True)
        for each in _ranges(report)
        if (keep := each.keep)
    ]
    return sorted(units, key=lambda unit: (unit.file, unit.first))


def ranges_inside(report: DeadCodeReport) -> list[RangeInside]:
    """Dead ordinary code in functions that ran."""
    found = (each for each in _ranges(report) if not each.keep)
    return [each for each in found if each.range.kind is RangeKind.CODE]


def ranges_apart(report: DeadCodeReport) -> list[RangeInside]:
    """Error handling and stubs that never ran: no failure is no evidence of death."""
    found = (each for each in _ranges(report) if not each.keep)
    return [each for each in found if each.range.kind is not RangeKind.CODE]


def unproven(report: DeadCodeReport) -> list[FunctionEvidence]:
    """Unproven functions in order of file and line, without those that are only a stub."""
    return [each for each, standing in standings(report) if standing is Standing.UNPROVEN]


def suppressions(report: DeadCodeReport, state: KeepState) -> list[KeepEvidence]:
    """The suppressions of which that has become."""
    return [each for each in report.keeps if each.state is state]


def dead_dependencies(report: DeadCodeReport) -> list[DependencyEvidence]:
    """Distributions that are shipped and, on enough evidence, never imported."""
    return [each for each in report.dependencies if each.verdict is Verdict.DEAD]


def _standing(function: FunctionEvidence, wanted: bool) -> Standing:
    if function.verdict not in _SILENT:
        return Standing(function.verdict.value)
    if wanted:
        return Standing.KEPT
    return Standing.APART if _is_apart(function) else Standing(function.verdict.value)


def _kept(function: FunctionEvidence) -> bool:
    return holds(function.keep)


def _is_wanted(function: FunctionEvidence) -> bool:
    parts = (*function.keep_inside, *(found.keep for found in function.dead_lines))
    return any(map(holds, (function.keep, *parts)))


def _is_apart(function: FunctionEvidence) -> bool:
    """Whether nothing but stubs or error handling is dead in it: an abstract method, say."""
    ranges = function.dead_lines
    return bool(ranges) and all(found.kind is not RangeKind.CODE for found in ranges)


def _ranges(report: DeadCodeReport) -> Iterator[RangeInside]:
    """Silent lines of functions that ran, and of those that come apart; of others, kept ones."""
    whole = _dead_files(report)
    for function, standing in standings(report):
        ran = standing in (Standing.USED, Standing.STARTUP)
        if ran or (standing is Standing.APART and function.file not in whole):
            yield from (RangeInside(function, found) for found in function.dead_lines)
        elif standing is Standing.KEPT and not _kept(function):
            kept = (found for found in function.dead_lines if holds(found.keep))
            yield from (RangeInside(function, found) for found in kept)


def _dead_files(report: DeadCodeReport) -> set[str]:
    """Files that were shipped and never loaded, with every function dead and nothing kept."""
    alive = {each.file for each in report.functions if each.verdict is not Verdict.DEAD}
    alive |= {each.file for each in filter(_is_wanted, report.functions)}
    judged = {function.file for function in report.functions}
    shipped = {file.file for file in report.files if file.state is FileState.SHIPPED}
    return (shipped & judged) - alive


def _whole_file(file: str, dead: list[FunctionEvidence]) -> DeadUnit:
    body = next((function for function in dead if function.name == MODULE), dead[0])
    last = max(map(_last_line, dead))
    bound = body.use_upper_bound
    return DeadUnit(file, MODULE, 1, last, len(dead) - 1, bound, body.unit, whole_file=True)


def _outermost(
    functions: list[FunctionEvidence], *, module_holds_all: bool = False
) -> list[tuple[FunctionEvidence, list[FunctionEvidence]]]:
    """Functions of one file that lie in none of the others, each with those that lie in it.

    A module's body may be dead while its functions are not: as a rule it holds nothing.
    """
    units: list[tuple[FunctionEvidence, list[FunctionEvidence]]] = []
    for function in functions:
        outer = units[-1][0].name if units else None
        if outer == MODULE:
            held = module_holds_all
        else:
            held = outer is not None and function.name.startswith(f"{outer}.")
        if held:
            units[-1][1].append(function)
        else:
            units.append((function, []))
    return units


def _unit(outer: FunctionEvidence, inner: list[FunctionEvidence]) -> DeadUnit:
    last, bound = _end(outer, inner), outer.use_upper_bound
    return DeadUnit(outer.file, outer.name, outer.line, last, len(inner), bound, outer.unit)


def _end(outer: FunctionEvidence, inner: Iterable[FunctionEvidence]) -> int:
    return max(map(_last_line, (outer, *inner)))


def _last_line(function: FunctionEvidence) -> int:
    ends = [found.last for found in function.dead_lines]
    # A module's body ends with the file, its own statements may end before.
    whole = 0 if function.name == MODULE else function.last_line
    return max((function.line, whole, *ends))


def _by_file(functions: Iterable[FunctionEvidence]) -> dict[str, list[FunctionEvidence]]:
    files: dict[str, list[FunctionEvidence]] = {}
    for function in sorted(functions, key=_place):
        files.setdefault(function.file, []).append(function)
    return files


def _place(function: FunctionEvidence) -> tuple[str, int, str]:
    return function.file, function.line, function.name
