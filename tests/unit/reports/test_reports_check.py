"""What limits say of a report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from lambda_usage.evidence.model import DeadCodeReport
from lambda_usage.reports._findings import Standing, standings
from lambda_usage.reports.check import Limits, check


def test_a_second_dead_function_of_a_known_name_is_new(dead_code: DeadCodeReport) -> None:
    first = next(each for each, standing in standings(dead_code) if standing is Standing.DEAD)
    second = replace(first, line=first.line + 100)  # lambdas of a file, say
    report = replace(dead_code, functions=(first, second))
    now = datetime.now(UTC)
    for known, passed in ((1, False), (2, True)):
        limits = Limits(baseline={(first.file, first.name): known})
        (answer,) = check(report, limits, now)
        assert answer.passed is passed
        details = () if passed else (f"{second.file}:{second.line} {second.name}",)
        assert answer.details == details


def test_where_nothing_is_shipped_no_share_is_small_enough(dead_code: DeadCodeReport) -> None:
    report = replace(dead_code, files=(), functions=())
    (answer,) = check(report, Limits(dead_share=1.0), datetime.now(UTC))
    assert not answer.passed
    assert "no Lambda function ships a line" in answer.message
