"""The numbers for dashboards say what the report says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from lambda_usage.evidence.model import (
    DeadCodeReport,
    FunctionEvidence,
    LambdaFunction,
    LambdaFunctionVerdict,
    Verdict,
)
from lambda_usage.reports._findings import dead_units, different_lines, ranges_inside
from lambda_usage.reports._lines import LETTERS
from lambda_usage.reports.metrics import (
    BUNDLES_MISSING,
    CONFLICTS,
    DATA_AGE,
    DEAD_SHARE,
    EXPOSURE,
    FUNCTIONS,
    LINES,
    REPORT_METRICS,
    SHIPPED,
    UNFINISHED,
    points,
)
from lambda_usage.telemetry.definitions import Metric

NOW = datetime(2026, 11, 18, tzinfo=UTC)


def found(report: DeadCodeReport, metric: Metric) -> dict[tuple[str, ...], float]:
    """Values of a metric, by the values of its attributes."""
    return {
        tuple(each.attributes.values()): each.value
        for each in points(report, NOW)
        if each.metric is metric
    }


def alone(name: str, verdict: Verdict) -> LambdaFunctionVerdict:
    bound = None if verdict is Verdict.USED else 0.003
    return LambdaFunctionVerdict(
        name, verdict, 5000.0, 16, bound, None, None, None, None, None, "no reason"
    )


@pytest.fixture
def shared(dead_code: DeadCodeReport) -> DeadCodeReport:
    """What one Lambda function uses and another does not, some of it kept."""

    def by(function: FunctionEvidence) -> FunctionEvidence:
        other = Verdict.USED if function.name == "legacy_discount" else function.verdict
        said = (alone("orders-api:live", function.verdict), alone("orders-nightly", other))
        return replace(function, lambda_functions=said)

    return replace(dead_code, functions=tuple(map(by, dead_code.functions)))


def test_every_function_is_counted_once_under_one_verdict(dead_code: DeadCodeReport) -> None:
    counts = found(dead_code, FUNCTIONS)
    assert sum(counts.values()) == len(dead_code.functions)
    assert set(counts) == {(state,) for state in LETTERS}
    assert counts["dead",] == 6
    # a stub that never ran is not called dead in any form
    assert counts["stub",] == 1


def test_dead_lines_are_those_that_every_other_form_names(dead_code: DeadCodeReport) -> None:
    named = different_lines([*dead_units(dead_code), *ranges_inside(dead_code)])
    assert found(dead_code, LINES)["dead",] == named > 0


def test_the_dead_share_leaves_out_what_nobody_ships(dead_code: DeadCodeReport) -> None:
    share = found(dead_code, DEAD_SHARE)[()]
    without = replace(
        dead_code,
        files=tuple(each for each in dead_code.files if each.file != "tools/seed_data.py"),
        functions=tuple(each for each in dead_code.functions if each.name != "main"),
    )
    assert 0 < share == found(without, DEAD_SHARE)[()]
    nothing = replace(dead_code, files=(), functions=())
    assert found(nothing, DEAD_SHARE) == {}


def test_each_lambda_function_has_the_verdicts_that_it_alone_would_give(
    shared: DeadCodeReport,
) -> None:
    counts = found(shared, SHIPPED)
    dead_here = counts["orders-api", "live", "dead"]
    assert counts["orders-nightly", "dead"] == dead_here - 1
    assert counts["orders-nightly", "used"] == counts["orders-api", "live", "used"] + 1
    per_function = Counter[tuple[str, ...]]()
    for key, value in counts.items():
        per_function[key[:-1]] += int(value)
    deployed = [each for each in shared.functions if each.verdict is not Verdict.NOT_DEPLOYED]
    assert per_function["orders-nightly",] == len(deployed)


def test_gaps_and_age_are_told_of_each_lambda_function(dead_code: DeadCodeReport) -> None:
    last = (NOW - timedelta(hours=3)).isoformat().replace("+00:00", "Z")
    seen = (
        LambdaFunction("orders-api:live", 10, 1, 5, 1, 9.0, 2, 1, last),
        LambdaFunction("orders-nightly", 10, 1, 5, 1, 8.0, 0, 4, None),
        LambdaFunction("ahead", 1, 1, 1, 1, 1.0, 0, 0, "2026-11-18T00:00:09Z"),
    )
    report = replace(dead_code, evidence=replace(dead_code.evidence, lambda_functions=seen))
    api, nightly, ahead = ("orders-api", "live"), ("orders-nightly",), ("ahead",)
    assert found(report, EXPOSURE) == {api: 9, nightly: 8, ahead: 1}
    assert found(report, BUNDLES_MISSING) == {api: 2, nightly: 0, ahead: 0}
    assert found(report, UNFINISHED) == {api: 1, nightly: 4, ahead: 0}
    # no age is told where there is no data, and none below zero where clocks differ
    assert found(report, DATA_AGE) == {api: 3 * 3600, ahead: 0}


def test_files_that_are_not_what_is_shipped_are_conflicts(dead_code: DeadCodeReport) -> None:
    assert found(dead_code, CONFLICTS) == {("differs",): 1, ("elsewhere",): 0}


def test_points_of_one_metric_stand_together_and_have_only_values_that_are_documented(
    shared: DeadCodeReport,
) -> None:
    all_points = points(shared, NOW)
    order = list(dict.fromkeys(each.metric.name for each in all_points))
    assert order == [each.name for each in REPORT_METRICS if each is not DATA_AGE]
    changes = sum(a.metric is not b.metric for a, b in pairwise(all_points))
    assert changes == len(order) - 1
    for each in all_points:
        if attribute := each.metric.attribute:
            assert each.attributes[attribute.name] in dict(attribute.values)
