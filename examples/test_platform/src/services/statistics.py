"""What many results say together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean, stdev

from models.test_result import Outcome, TestResult


def pass_rate(results: Sequence[TestResult]) -> float:
    """The share that passed; 0 for no results."""
    if not results:
        return 0.0
    return sum(each.outcome is Outcome.PASSED for each in results) / len(results)


def flakiness(results: Sequence[TestResult]) -> float:
    """How often a result differs from the one before it: 0 for never, 1 for always."""
    changes = [earlier.outcome is not later.outcome for earlier, later in pairwise(results)]
    return fmean(changes) if changes else 0.0


def percentile(results: Sequence[TestResult], share: float) -> float:
    """The duration, in milliseconds, that a share of the results did not exceed."""
    slowest_last = sorted(results, key=lambda each: each.duration_ms)
    return slowest_last[max(round(share * len(results)) - 1, 0)].duration_ms


def outliers(results: Sequence[TestResult], deviations: float = 3.0) -> list[TestResult]:
    """Results that took far longer than most."""
    durations = [each.duration_ms for each in results]
    if len(durations) < 2:
        return []
    limit = fmean(durations) + deviations * stdev(durations)
    return [each for each in results if each.duration_ms > limit]
