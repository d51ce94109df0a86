"""The dead-code report."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from lambda_usage.bundle.model import Bundle
from lambda_usage.evidence.blind_spots import blind_spots
from lambda_usage.evidence.by_lambda_function import verdicts
from lambda_usage.evidence.dependencies import dependencies
from lambda_usage.evidence.deployed_from import Concerned, DeployedFrom
from lambda_usage.evidence.judging import Case
from lambda_usage.evidence.keeps import Keeps
from lambda_usage.evidence.ledger import Ledger
from lambda_usage.evidence.model import (
    DeadCodeReport,
    DeadRange,
    FileEvidence,
    FunctionEvidence,
    Thresholds,
)
from lambda_usage.evidence.ranges import dead_statements, merged, never_runnable
from lambda_usage.evidence.reasons import reason
from lambda_usage.evidence.scopes import Inventory, Scope, SourceUnit, Statement
from lambda_usage.evidence.sightings import FileSightings, shipped_beyond, views
from lambda_usage.evidence.statements import statements_of
from lambda_usage.evidence.summary import evidence, not_seen
from lambda_usage.evidence.times import iso
from lambda_usage.evidence.unread import unread


def dead_code_report(
    bundle: Bundle,
    inventory: Inventory,
    thresholds: Thresholds,
    broken: Sequence[tuple[str, str]] = (),
    today: date | None = None,
) -> DeadCodeReport:
    """Judge every function, class body and module body of a source tree.

    Args:
        bundle: What the fleet has seen.
        inventory: The source.
        thresholds: How much evidence ``dead`` needs.
        broken: Bundles that could not be read: name and reason.
        today: The day (UTC) for which to tell which suppressions have expired; without it, none.
    """
    keeps = Keeps(inventory, today or date.min)
    missing, cut_off = not_seen(bundle, thresholds), unread(bundle)
    origins = views(bundle)
    ledger = Ledger()
    shipped = shipped_beyond(origins, inventory)
    deployed = DeployedFrom(origins, inventory, thresholds.source_functions)
    files: list[FileEvidence] = []
    functions: list[FunctionEvidence] = []
    for unit in inventory.units.values():
        concerned = deployed.concerned(unit)
        if unit.vendored and not concerned.shipping:
            continue  # out of the recorders' scope: they say nothing of it, and nor do we
        sightings = _sightings(unit, concerned, shipped, perhaps=bool(missing or cut_off))
        cases = [
            Case(sightings, scope, thresholds, missing, cut_off, ledger) for scope in unit.scopes
        ]
        file, scopes = _judge(sightings, cases)
        files.append(_kept_file(file, keeps))
        functions += [_kept_function(each, keeps) for each in scopes]
    left_out = {each.file: each.left_out for each in files if each.left_out}
    return DeadCodeReport(
        evidence(bundle),
        (
            *blind_spots(bundle, inventory, broken, missing, cut_off, left_out),
            *keeps.blind_spots(),
        ),
        thresholds,
        tuple(files),
        tuple(functions),
        dependencies(bundle, thresholds, missing, cut_off),
        keeps.evidence(functions, files),
    )


def _kept_file(file: FileEvidence, keeps: Keeps) -> FileEvidence:
    return replace(file, dead_lines=keeps.split(file.file, file.dead_lines))


def _kept_function(function: FunctionEvidence, keeps: Keeps) -> FunctionEvidence:
    return replace(
        function,
        dead_lines=keeps.split(function.file, function.dead_lines),
        keep=keeps.of(function.file, function.line, function.last_line),
        keep_inside=keeps.inside(function.file, function.line, function.last_line),
    )


def _sightings(
    unit: SourceUnit,
    concerned: Concerned,
    shipped: Mapping[str, Sequence[tuple[str, str]]],
    *,
    perhaps: bool,
) -> FileSightings:
    shipping = concerned.shipping
    # what has no statement is like many others: __init__.py, say
    telling = any(scope.statements for scope in unit.scopes)
    elsewhere = shipped.get(unit.hash, ()) if telling and not shipping else ()
    left_out, unclaimed = concerned.left_out, concerned.unclaimed
    return FileSightings(unit, shipping, tuple(elsewhere), perhaps, left_out, unclaimed)


def _judge(
    file: FileSightings, cases: Sequence[Case]
) -> tuple[FileEvidence, list[FunctionEvidence]]:
    unit = file.unit
    marked = [_Marked(case) for case in cases]
    lines = _Lines(cases)
    functions = []
    for case, mark in zip(cases, marked, strict=True):
        between = mark.alive + lines.of_others(case.scope)
        functions.append(_function(case, merged(mark.dead, between, unit) if mark.dead else ()))
    return _file(file, cases, marked), functions


def _file(file: FileSightings, cases: Sequence[Case], marked: Sequence[_Marked]) -> FileEvidence:
    dead = [each for mark in marked for each in mark.dead]
    alive = [each for mark in marked for each in mark.alive]
    statements = [
        each
        for case, mark in zip(cases, marked, strict=True)
        for each in statements_of(case, frozenset(mark.dead))
    ]
    return FileEvidence(
        file.unit.path,
        file.state,
        merged(dead, alive, file.unit),
        max((case.scope.last_line for case in cases), default=0),
        tuple(file.by_lambda_function),
        tuple(sorted(statements, key=lambda each: (each.first, each.last))),
        file.left_out,
    )


class _Marked:
    """The statements of a scope: proven never to run, and the others."""

    def __init__(self, case: Case) -> None:
        never = dead_statements(case.scope, case.sightings) if case.lines_proven else []
        neither = set(never) | never_runnable(case.scope, case.sightings)
        self.dead = never
        self.alive = [each for each in case.scope.statements if each not in neither]


class _Lines:
    """The statements of a file by line, to find those that stand in other scopes."""

    def __init__(self, cases: Iterable[Case]) -> None:
        pairs = [(each, case.scope) for case in cases for each in case.scope.statements]
        self._pairs = sorted(pairs, key=lambda pair: pair[0].first)
        self._firsts = [statement.first for statement, _ in self._pairs]

    def of_others(self, scope: Scope) -> list[Statement]:
        """Statements between a scope's first and last line that are not its own."""
        start = bisect_left(self._firsts, scope.key.first_line)
        end = bisect_right(self._firsts, scope.last_line)
        return [each for each, owner in self._pairs[start:end] if owner is not scope]


def _function(case: Case, ranges: tuple[DeadRange, ...]) -> FunctionEvidence:
    estimate = case.frequency
    key = case.scope.key
    return FunctionEvidence(
        file=key.path,
        name=key.qualname,
        line=key.first_line,
        verdict=case.verdict,
        exposure=min((each.count for each in case.trials), default=0.0),
        use_upper_bound=case.use_upper_bound,
        frequency=estimate.value if estimate else None,
        frequency_low=estimate.low if estimate else None,
        frequency_high=estimate.high if estimate else None,
        dead_lines=ranges,
        reason=reason(case),
        unit=case.unit.value,
        last_line=case.scope.last_line,
        first_seen=iso(case.first_seen),
        last_seen=iso(case.last_seen),
        lambda_functions=verdicts(case),
    )
