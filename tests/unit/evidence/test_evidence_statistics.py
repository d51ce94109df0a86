"""The estimators at their edges; tests/simulation checks what they promise in between."""

from __future__ import annotations

import numpy as np
import pytest
from evidence_world import even, exposure, origin
from hypothesis import given
from hypothesis import strategies as st

from lambda_usage.bundle.model import GROUPS, NO_WEIGHTS, Exposure, OriginUsage
from lambda_usage.evidence.exposure import Unit, trials
from lambda_usage.evidence.statistics import Sample, clustering, share, use_upper_bound


def equal_windows(count: float) -> Sample:
    return Sample(even(count), count, count)


def test_the_bound_is_that_of_the_binomial() -> None:
    assert use_upper_bound(1) == pytest.approx(0.95)
    assert use_upper_bound(1000) == pytest.approx(3 / 1000, rel=0.01)
    assert use_upper_bound(0.5) == pytest.approx(1 - 0.05**2)
    assert use_upper_bound(0) == use_upper_bound(-1) == 1.0


def test_without_windows_there_is_no_share() -> None:
    assert share(NO_WEIGHTS, Sample(NO_WEIGHTS, 0.0, 0.0)) is None


def test_never_and_always_are_bounded_on_one_side() -> None:
    never = share(NO_WEIGHTS, equal_windows(640))
    always = share(even(640), equal_windows(640))
    assert never is not None
    assert always is not None
    assert (never.value, never.low) == (0, 0)
    assert (always.value, always.high) == (1, 1)
    assert never.high == pytest.approx(1 - always.low)
    assert 2.5 / 640 < never.high < 3 / 640


def test_one_trace_is_one_trial() -> None:
    one = (50.0, *NO_WEIGHTS[1:])
    found = share(one, Sample(one, 50.0, 50.0))
    assert found is not None
    assert found.low < 0.2


def test_unequal_weights_are_worth_less() -> None:
    part = even(320)
    equal = share(part, equal_windows(640))
    unequal = share(part, Sample(even(640), 640.0, 6400.0))
    assert equal is not None
    assert unequal is not None
    assert unequal.high - unequal.low > 3 * (equal.high - equal.low)


def test_hits_that_cluster_in_groups_widen_the_interval() -> None:
    spread = share(even(64), equal_windows(640))
    part = (*even(640)[:6], 4.0, *NO_WEIGHTS[7:])
    heaped = share(part, equal_windows(640))
    assert spread is not None
    assert heaped is not None
    assert heaped.value == pytest.approx(spread.value)
    assert heaped.high - heaped.low > 2 * (spread.high - spread.low)


weights = st.lists(st.floats(0, 1e6), min_size=GROUPS, max_size=GROUPS)


@given(weights, st.lists(st.floats(0, 1), min_size=GROUPS, max_size=GROUPS), st.floats(1, 100))
def test_an_interval_contains_its_estimate(
    groups: list[float], shares: list[float], spread: float
) -> None:
    total = sum(groups)
    part = [a * b for a, b in zip(groups, shares, strict=True)]
    found = share(part, Sample(groups, total, total * spread))
    if found is None:
        assert total == 0
    else:
        assert 0 <= found.low <= found.high <= 1
        slack = 1e-6
        assert found.low - slack <= found.value <= found.high + slack


def test_chance_alone_is_no_clustering() -> None:
    random = np.random.default_rng(1)
    found = [clustering(random.poisson(50, GROUPS).tolist()) for _ in range(1000)]
    assert sum(each > 1 for each in found) / 1000 == pytest.approx(0.05, abs=0.025)


@pytest.mark.parametrize("fan_out", [3, 10, 100])
def test_clustering_is_not_underestimated(fan_out: int) -> None:
    random = np.random.default_rng(2)
    found = [clustering((random.poisson(50, GROUPS) * fan_out).tolist()) for _ in range(1000)]
    assert sum(each >= fan_out for each in found) / 1000 >= 0.93


def test_traces_that_fan_out_raise_the_bound_but_not_the_count() -> None:
    heaped = tuple(1280.0 * (n < 10) for n in range(GROUPS))
    each = Exposure(invocations=12_800, invocation_groups=heaped)
    found = trials("f", Unit.INVOCATIONS, [(origin(), OriginUsage(exposures={"d": each}))])
    assert found.count == 12_800
    assert found.use_upper_bound > 10 * use_upper_bound(12_800)


def test_trials_of_several_origins_and_days_add_up() -> None:
    usage = OriginUsage(exposures={"a": exposure(10, inits=1), "b": exposure(5)})
    other = OriginUsage(exposures={"b": exposure(7, inits=2)})
    observed = [(origin(), usage), (origin(version="2"), other)]
    found = trials("f", Unit.INVOCATIONS, observed)
    assert (found.count, found.days) == (22, 2)
    found = trials("f", Unit.INITS, observed)
    assert (found.count, found.days) == (3, 2)
