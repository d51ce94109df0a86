"""The budget is kept, whatever handlers take and windows cost, and estimates stay unbiased."""

from __future__ import annotations

import statistics
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_process import Outcome, Process, constant

SHARES = (0.002, 0.01, 0.05)
DURATIONS = (0.0002, 0.002, 0.02, 0.2, 1.0)
AIM = 0.85
"""Share of the budget that is aimed at."""
COSTS = (1e-5, 1e-4, 1e-3, 1e-2)


def run(
    share: float,
    duration: float,
    cost: float,
    seed: int,
    *,
    rate: float = 1.0,
    spread: bool = False,
) -> Outcome:
    """60 seconds of handler time, with an early bundle of 50 ms and a last one of 20 ms."""
    random = Random(seed)
    process = Process(share, random, rate)

    def around(mean: float) -> float:
        return mean * random.expovariate(1) if spread else mean

    process.run(60, lambda _: around(duration), lambda _: around(cost), flush=0.05)
    process.flush(0.02)
    return process.outcome


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("duration", DURATIONS)
@pytest.mark.parametrize("cost", COSTS)
def test_the_budget_is_kept_over_a_minute_bundles_included(
    share: float, duration: float, cost: float
) -> None:
    for seed in range(2 if duration < 0.001 else 6):
        outcome = run(share, duration, cost, seed)
        # with a window of 10 ms, a minute at 0.002 affords 12 windows, bundles apart
        assert outcome.share <= 1.25 * share + 1e-9, outcome.windows


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.8])
def test_the_budget_is_kept_where_spans_take_a_part_of_it(share: float, part: float) -> None:
    """Each invocation has its span told; it is windows that make room for that."""
    duration, cost = 0.01, 1e-3
    outcome = Process(share, Random(1)).run(
        120, constant(duration), constant(cost), flush=0.05, told=part * share * duration
    )
    assert outcome.share <= 1.25 * share
    assert outcome.windows > 0


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("times", [1, 5, 100])
def test_spans_that_cost_more_than_the_budget_leave_windows_a_part_of_theirs(
    share: float, times: float
) -> None:
    """They are told whatever is done: without windows there would be nothing to tell of."""
    duration, cost = 0.01, 1e-3

    def windows(told: float) -> int:
        process = Process(share, Random(1))
        return process.run(600, constant(duration), constant(cost), flush=0.05, told=told).windows

    assert windows(times * share * duration) >= windows(0) / 6


@settings(deadline=None, max_examples=25)
@given(
    st.sampled_from(SHARES),
    st.floats(0.0005, 1.0),
    st.floats(1e-5, 1e-2),
    st.integers(0, 2**32),
)
def test_the_budget_is_kept_where_durations_and_costs_vary_by_chance(
    share: float, duration: float, cost: float, seed: int
) -> None:
    outcome = run(share, duration, cost, seed, spread=True)
    dearest = max((each for _, each in outcome.spent), default=0.0)
    # durations are exponential, too: by chance a minute of them may hold few or many
    assert outcome.share * outcome.handler_time <= 1.25 * share * 60 + 2 * dearest


@pytest.mark.parametrize(("share", "duration", "cost"), [(0.05, 0.02, 1e-4), (0.01, 0.2, 1e-3)])
@pytest.mark.parametrize("rate", [1.0, 0.3])
def test_a_generous_budget_reaches_the_rate_that_was_asked_for(
    share: float, duration: float, cost: float, rate: float
) -> None:
    outcome = run(share, duration, cost, 1, rate=rate)
    later = outcome.probabilities(20, 60)  # the first bundle has been paid for
    assert set(later) == {rate}


@pytest.mark.parametrize("share", SHARES)
def test_a_tight_budget_is_used(share: float) -> None:
    outcome = run(share, 0.002, 1e-3, 1)
    assert outcome.share >= 0.8 * share


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from((1e-6, *SHARES, 0.999)),
    st.lists(
        st.tuples(st.floats(0, 1000), st.floats(0, 1000), st.integers(1, 50)),
        min_size=1,
        max_size=40,
    ),
)
def test_the_probability_is_always_above_0_and_at_most_1(
    share: float, events: list[tuple[float, float, int]]
) -> None:
    process = Process(share, Random(1))
    for duration, cost, number in events:
        for _ in range(number):
            process.sampler.refresh()
            assert 0 < process.sampler.probability <= 1
            process.budget.ran(duration)
        process.budget.window(cost)
        process.budget.flushed(cost)


def test_the_probability_does_not_oscillate() -> None:
    outcome = run(0.01, 0.002, 2e-4, 1)
    later = outcome.probabilities(20, 60)
    assert statistics.pstdev(later) < 0.15 * statistics.fmean(later)
    assert statistics.fmean(later) == pytest.approx(AIM * 0.01 * 0.002 / 2e-4, rel=0.1)


def test_few_windows_weigh_about_alike() -> None:
    """Windows of unequal weight tell less (Kish): here by a third at most."""
    outcome = run(0.01, 0.2, 1e-2, 1)
    later = outcome.probabilities(20, 60)
    assert statistics.fmean(later) * statistics.fmean(1 / p for p in later) < 1.34


def test_after_a_load_step_the_budget_is_kept_and_used() -> None:
    """More invocations of the same kind change nothing: time is that of the handlers."""
    process = Process(0.01, Random(3))
    process.run(60, constant(0.01), constant(1e-3))
    process.run(120, constant(0.001), constant(1e-3))  # other requests, ten times shorter
    outcome = process.outcome
    assert outcome.share_between(60, 120) <= 1.25 * 0.01
    assert outcome.share_between(120, 180) == pytest.approx(AIM * 0.01, rel=0.1)


def test_a_handler_that_becomes_ten_times_slower_has_windows_more_often() -> None:
    process = Process(0.01, Random(4))
    process.run(60, constant(0.01), constant(1e-3))
    process.run(180, constant(0.1), constant(1e-3))
    outcome = process.outcome
    before = statistics.fmean(outcome.probabilities(30, 60))
    after = statistics.fmean(outcome.probabilities(180, 240))
    assert before == pytest.approx(AIM * 0.1, rel=0.1)
    assert after == pytest.approx(AIM, rel=0.1)
    for start in range(60, 240, 30):
        assert outcome.share_between(start, start + 60) <= 1.25 * 0.01


def test_windows_that_become_ten_times_dearer_become_rarer() -> None:
    process = Process(0.01, Random(5))
    process.run(60, constant(0.01), constant(1e-4))
    process.run(120, constant(0.01), constant(1e-3))
    outcome = process.outcome
    assert outcome.share_between(60, 120) <= 1.25 * 0.01
    assert outcome.share_between(120, 180) == pytest.approx(AIM * 0.01, rel=0.1)


def test_there_is_no_burst_after_quiet_times() -> None:
    """What a generous time left unused is not spent later."""
    process = Process(0.01, Random(6))
    process.run(600, constant(0.5), constant(1e-5))  # windows cost next to nothing
    process.run(80, constant(0.01), constant(1e-3))
    assert process.outcome.share_between(600, 610) <= 4 * 0.01  # until it has noticed
    assert process.outcome.share_between(610, 670) <= 1.05 * 0.01
    assert process.outcome.share_between(600, 660) <= 1.25 * 0.01


def test_an_hour_without_invocations_changes_nothing() -> None:
    """The budget has no clock: an hour in which nothing runs earns and forgives nothing."""
    process = Process(0.01, Random(7))
    process.run(30, constant(0.01), constant(1e-3))
    before = process.sampler.probability
    process.sampler.refresh()
    assert process.sampler.probability == pytest.approx(before, rel=0.5)


def test_one_very_dear_window_is_paid_for_and_then_forgotten() -> None:
    process = Process(0.01, Random(8))
    process.run(30, constant(0.01), constant(1e-3))
    process.budget.window(1.0)
    process.run(30, constant(0.01), constant(1e-3))
    process.run(200, constant(0.01), constant(1e-3))
    outcome = process.outcome
    assert outcome.share_between(30, 60) < 0.6 * 0.01
    assert outcome.share_between(200, 260) == pytest.approx(AIM * 0.01, rel=0.15)


def test_bundles_take_their_turn_when_they_are_paid_for() -> None:
    process = Process(0.01, Random(9))
    outcome = process.run(600, constant(0.01), constant(1e-3), flush=0.2, every=5.0)
    times = [when for when, cost in outcome.spent if cost == 0.2]
    assert times[0] < 10  # the first goes early, on credit
    assert len(times) > 5
    # 60 % of what is aimed at are laid aside for the next one at most
    assert min(b - a for a, b in pairwise(times[1:])) > 0.9 * 0.2 / 0.0051
    assert outcome.share <= 1.05 * 0.01


def test_bundles_that_cost_little_are_on_time() -> None:
    process = Process(0.01, Random(10))
    outcome = process.run(600, constant(0.01), constant(1e-3), flush=0.01, every=30.0)
    assert outcome.flushes_cost == pytest.approx(0.01 * 20, rel=0.06)


@pytest.mark.parametrize("share", [0.002, 0.01])
def test_estimates_are_unbiased_while_the_probability_adapts(share: float) -> None:
    """Requests of two kinds, the dear one of which takes the budget and lowers the probability.

    The sum of 1/p over windows estimates the number of invocations, of each kind.
    """
    runs = 300
    errors: dict[bool, list[float]] = {True: [], False: []}
    for seed in range(runs):
        process = Process(share, Random(seed))
        requests = Requests(Random(seed + runs))
        outcome = process.run(20, requests.duration, requests.cost)
        for kind, found in errors.items():
            true = sum(each is kind for each in requests.dear)
            estimate = sum(
                1 / p
                for (_, p, chosen), each in zip(outcome.drawn, requests.dear, strict=True)
                if chosen and each is kind
            )
            found.append(estimate / true - 1)
    for found in errors.values():
        error = statistics.stdev(found) / runs**0.5
        assert abs(statistics.fmean(found)) < 4 * error, (statistics.fmean(found), error)


class Requests:
    """One in five takes long, and its window costs much."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.dear: list[bool] = []

    def duration(self, _now: float) -> float:
        self.dear.append(self._random.random() < 0.2)
        return 0.05 if self.dear[-1] else 0.01

    def cost(self, _now: float) -> float:
        return 5e-3 if self.dear[-1] else 2e-4
