"""The rules by which every form groups what it shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambda_usage.evidence.model import (
    DeadCodeReport,
    DeadRange,
    FileEvidence,
    FileState,
    FunctionEvidence,
    Keep,
    RangeKind,
    Verdict,
)
from lambda_usage.reports._findings import (
    MODULE,
    Standing,
    alone,
    dead_units,
    different_lines,
    kept_units,
    ranges_apart,
    ranges_inside,
    standings,
    unproven,
)

HOLDS = Keep("a.py:1", "once a year", "2027-03-01", expired=False)
EXPIRED = replace(HOLDS, until="2026-01-31", expired=True)


def function(name: str, first: int, last: int, verdict: Verdict = Verdict.DEAD) -> FunctionEvidence:
    dead = (DeadRange(first + 1, last, RangeKind.CODE),) if verdict is Verdict.DEAD else ()
    return FunctionEvidence(
        "a.py", name, first, verdict, 5_000.0, 0.0006, None, None, None, dead, last_line=last
    )


def report(
    base: DeadCodeReport, *functions: FunctionEvidence, state: FileState = FileState.LOADED
) -> DeadCodeReport:
    return replace(base, functions=functions, files=(FileEvidence("a.py", state, ()),))


def names(found: DeadCodeReport) -> list[str]:
    return [unit.name for unit in dead_units(found)]


def test_what_is_kept_is_neither_dead_nor_unproven(dead_code: DeadCodeReport) -> None:
    found = report(
        dead_code,
        replace(function("dead", 1, 9), keep=HOLDS),
        replace(function("thin", 10, 19, Verdict.UNPROVEN), keep=HOLDS),
    )
    assert dead_units(found) == []
    assert unproven(found) == []
    assert [(unit.name, unit.first, unit.last) for unit in kept_units(found)] == [
        ("dead", 1, 9),
        ("thin", 10, 19),
    ]


def test_an_expired_suppression_keeps_nothing(dead_code: DeadCodeReport) -> None:
    found = report(dead_code, replace(function("f", 1, 9), keep=EXPIRED))
    assert names(found) == ["f"]
    assert kept_units(found) == []


def test_what_stands_around_something_kept_is_not_called_dead(dead_code: DeadCodeReport) -> None:
    found = report(
        dead_code,
        function(MODULE, 1, 40),
        function("Coupons", 2, 30),
        replace(function("Coupons.redeem", 3, 9), keep=HOLDS),
        function("Coupons.void", 10, 19),
        state=FileState.SHIPPED,
    )
    assert names(found) == ["Coupons.void"]
    assert [unit.name for unit in kept_units(found)] == ["Coupons.redeem"]


def test_a_file_that_is_kept_is_one_finding(dead_code: DeadCodeReport) -> None:
    kept = [replace(each, keep=HOLDS) for each in (function(MODULE, 1, 40), function("f", 3, 30))]
    (unit,) = kept_units(report(dead_code, *kept, state=FileState.SHIPPED))
    assert (unit.name, unit.first, unit.last) == (MODULE, 1, 40)


def test_a_file_that_was_never_imported_is_called_whole(dead_code: DeadCodeReport) -> None:
    functions = function(MODULE, 1, 40), function("f", 3, 30)
    (unit,) = dead_units(report(dead_code, *functions, state=FileState.SHIPPED))
    assert (unit.whole_file, unit.inside, unit.last) == (True, 1, 40)


def test_a_dead_body_alone_is_not_the_whole_file(dead_code: DeadCodeReport) -> None:
    functions = function(MODULE, 1, 40), function("f", 3, 30, Verdict.UNPROVEN)
    (unit,) = dead_units(report(dead_code, *functions, state=FileState.SHIPPED))
    assert (unit.name, unit.whole_file) == (MODULE, False)


def test_a_dead_body_and_the_class_in_it_do_not_count_twice(dead_code: DeadCodeReport) -> None:
    functions = function(MODULE, 1, 40), function("C", 3, 30), function("f", 32, 45)
    units = dead_units(report(dead_code, *functions))
    assert [(unit.first, unit.last) for unit in units] == [(1, 40), (3, 30), (32, 45)]
    assert different_lines(units) == 45


@pytest.mark.parametrize("whole", [True, False])
def test_kept_lines_of_a_used_function_are_not_among_the_dead(
    dead_code: DeadCodeReport, whole: bool
) -> None:
    lines = DeadRange(4, 5, RangeKind.CODE, None if whole else HOLDS)
    used = replace(
        function("f", 1, 9, Verdict.USED), dead_lines=(lines,), keep=HOLDS if whole else None
    )
    found = report(dead_code, used)
    assert ranges_inside(found) == []
    assert [(unit.name, unit.first, unit.last) for unit in kept_units(found)] == [("f", 4, 5)]


def test_what_stands_around_a_kept_statement_is_not_called_dead(
    dead_code: DeadCodeReport,
) -> None:
    kept = DeadRange(5, 5, RangeKind.CODE, HOLDS)
    found = report(
        dead_code,
        function(MODULE, 1, 40),
        function("Coupons", 2, 30),
        replace(
            function("Coupons.redeem", 3, 9), dead_lines=(DeadRange(4, 4, RangeKind.CODE), kept)
        ),
        function("Coupons.void", 10, 19),
        state=FileState.SHIPPED,
    )
    assert names(found) == ["Coupons.void"]
    assert [(unit.name, unit.first, unit.last) for unit in kept_units(found)] == [
        ("Coupons.redeem", 5, 5)
    ]
    assert ranges_inside(found) == []


def test_a_kept_line_that_is_among_no_dead_lines_holds_what_is_around_it(
    dead_code: DeadCodeReport,
) -> None:
    found = report(dead_code, replace(function("f", 1, 9), keep_inside=(HOLDS,)))
    assert [standing for _, standing in standings(found)] == [Standing.KEPT]


def test_a_file_with_a_kept_line_is_not_dead_as_a_whole(dead_code: DeadCodeReport) -> None:
    line = DeadRange(4, 4, RangeKind.CODE, HOLDS)
    body = replace(function(MODULE, 1, 40), dead_lines=(line,))
    found = report(dead_code, body, function("f", 6, 30), state=FileState.SHIPPED)
    assert [(unit.name, unit.whole_file) for unit in dead_units(found)] == [("f", False)]
    assert [(unit.name, unit.first, unit.last) for unit in kept_units(found)] == [(MODULE, 4, 4)]


@pytest.mark.parametrize("verdict", [Verdict.DEAD, Verdict.UNPROVEN])
def test_what_is_kept_or_apart_is_not_dead_for_one_lambda_function_either(
    verdict: Verdict,
) -> None:
    assert alone(verdict, Standing.APART, wanted=False) is Standing.APART
    assert alone(verdict, Standing.KEPT, wanted=True) is Standing.KEPT
    assert alone(verdict, Standing.USED, wanted=True) is Standing.KEPT
    assert alone(verdict, Standing.USED, wanted=False) == verdict
    assert alone(Verdict.USED, Standing.USED, wanted=True) is Standing.USED


def test_a_stub_is_apart_and_not_unproven(dead_code: DeadCodeReport) -> None:
    stub = replace(
        function("C.m", 1, 2, Verdict.UNPROVEN), dead_lines=(DeadRange(2, 2, RangeKind.STUB),)
    )
    found = report(dead_code, stub)
    assert standings(found) == [(stub, Standing.APART)]
    assert unproven(found) == []
    assert [each.function for each in ranges_apart(found)] == [stub]


def test_every_function_stands_under_exactly_one_heading(dead_code: DeadCodeReport) -> None:
    found = standings(dead_code)
    assert sorted(each.name for each, _ in found) == sorted(f.name for f in dead_code.functions)
