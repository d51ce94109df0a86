"""What many results say together."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models.test_result import TestResult
from services.statistics import flakiness, outliers, pass_rate, percentile

Make = Callable[..., TestResult]


def outcomes(make: Make, text: str) -> list[TestResult]:
    """A result for each letter: p for passed, f for failed."""
    return [make(outcome="passed" if letter == "p" else "failed") for letter in text]


@pytest.mark.parametrize(("text", "rate"), [("", 0.0), ("pppp", 1.0), ("pffp", 0.5)])
def test_the_pass_rate_is_the_share_that_passed(make_result: Make, text: str, rate: float) -> None:
    assert pass_rate(outcomes(make_result, text)) == rate


@pytest.mark.parametrize(("text", "changes"), [("p", 0.0), ("ppff", 1 / 3), ("pfpf", 1.0)])
def test_flakiness_is_the_share_of_changes(make_result: Make, text: str, changes: float) -> None:
    assert flakiness(outcomes(make_result, text)) == pytest.approx(changes)


def test_a_percentile_is_a_duration_that_was_measured(make_result: Make) -> None:
    results = [make_result(duration_ms=float(number)) for number in range(100, 0, -1)]

    assert percentile(results, 0.95) == 95
    assert percentile(results[:1], 0.5) == 100


def test_outliers_took_far_longer_than_most(make_result: Make) -> None:
    results = [make_result(duration_ms=100.0 + number % 3) for number in range(30)]
    slow = make_result(duration_ms=900.0)

    assert outliers([*results, slow]) == [slow]
    assert outliers([slow]) == []
