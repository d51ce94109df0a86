"""The windows of a minute are kept below a limit by a probability that is never 0."""

from __future__ import annotations

import statistics
from bisect import bisect_left
from collections.abc import Callable, Iterator
from random import Random

import pytest

from lambda_usage.sampling.pace import Pace
from lambda_usage.sampling.sampler import Sampler

Traffic = Iterator[float]


def poisson(rate: Callable[[float], float], seconds: float, random: Random) -> Traffic:
    """Times of invocations that come at *rate* a second, by chance."""
    now = 0.0
    while now < seconds:
        now += random.expovariate(rate(now))
        yield now


def regular(gap: float, seconds: float) -> Traffic:
    return (number * gap for number in range(round(seconds / gap)))


def windows(traffic: Traffic, limit: float, random: Random) -> tuple[list[float], list[float]]:
    """When windows were, and the probabilities of all invocations."""
    pace = Pace(limit)
    sampler = Sampler(1.0, (pace,))
    found, probabilities = [], []
    for now in traffic:
        pace.begin(now)
        sampler.refresh()
        probabilities.append(sampler.probability)
        assert 0 < sampler.probability <= 1
        if random.random() < sampler.probability:
            pace.window()
            found.append(now)
    return found, probabilities


def most_in_a_minute(times: list[float]) -> int:
    return max(bisect_left(times, start + 60) - n for n, start in enumerate(times))


@pytest.mark.parametrize("rate", [20, 100, 1000])
@pytest.mark.parametrize("limit", [60, 600])
def test_no_minute_of_steady_traffic_has_more_windows_than_the_limit(
    rate: float, limit: float
) -> None:
    for seed in range(3):
        random = Random(seed)
        times, _ = windows(poisson(lambda _: rate, 200, random), limit, random)
        assert most_in_a_minute([each for each in times if each > 5]) <= limit
        assert most_in_a_minute(times) <= 1.2 * limit  # the first moments included
        assert len([each for each in times if each > 20]) >= 0.77 * 3 * limit


def test_slow_traffic_has_a_window_each_time() -> None:
    times, probabilities = windows(regular(0.2, 300), 600, Random(1))
    assert set(probabilities) == {1.0}
    assert len(times) == 1500


def test_windows_are_spread_over_the_minute() -> None:
    random = Random(2)
    times, _ = windows(poisson(lambda _: 100, 240, random), 600, random)
    seconds = [sum(second <= each < second + 5 for each in times) for second in range(60, 240, 5)]
    assert min(seconds) > 25
    assert max(seconds) < 75


@pytest.mark.parametrize("pause", [5.0, 60.0, 3600.0])
def test_there_is_no_burst_after_a_pause(pause: float) -> None:
    random = Random(3)

    def traffic() -> Traffic:
        yield from poisson(lambda _: 50, 120, random)
        yield from (120 + pause + each for each in poisson(lambda _: 50, 120, random))

    times, _ = windows(traffic(), 600, random)
    after = [each for each in times if each > 120 + pause]
    assert most_in_a_minute(after) <= 600
    assert sum(each < 121 + pause for each in after) <= 40


@pytest.mark.parametrize("factor", [10, 100])
def test_sudden_traffic_exceeds_the_limit_little_if_at_all(factor: float) -> None:
    random = Random(4)
    rate = 9.0  # below the limit: each invocation is a window
    times, probabilities = windows(
        poisson(lambda now: rate if now < 120 else factor * rate, 300, random), 600, random
    )
    assert most_in_a_minute(times) <= 1.3 * 600
    assert most_in_a_minute([each for each in times if each > 190]) <= 600
    assert min(probabilities) > 0.001


def test_the_probability_is_steady_in_steady_traffic() -> None:
    random = Random(5)
    _, probabilities = windows(poisson(lambda _: 100, 300, random), 600, random)
    later = probabilities[6000:]
    assert statistics.fmean(later) == pytest.approx(0.095, rel=0.1)
    assert statistics.pstdev(later) < 0.2 * statistics.fmean(later)


def test_a_clock_that_is_set_back_is_survived() -> None:
    pace = Pace(600)
    for now in (1000.0, 1000.1, 5.0, 5.1, 1e9, 1e9 + 0.1):
        pace.begin(now)
        assert pace.probability() > 0
