"""The tracer's cost is learned from a difference of means, and erred on the dear side."""

from __future__ import annotations

import statistics
from random import Random

import pytest

from lambda_usage.sampling.tracer_cost import TracerCost


def test_until_there_are_enough_of_both_all_of_a_window_counts() -> None:
    cost = TracerCost()
    for _ in range(4):
        assert cost.window(0.5) == 0.5
    cost = TracerCost()
    for _ in range(20):
        assert cost.window(0.5) == 0.5  # there is nothing to compare with


def test_then_it_is_the_difference() -> None:
    cost = TracerCost()
    for _ in range(50):
        cost.other(0.1)
        found = cost.window(0.5)
    assert found == pytest.approx(0.4)


def test_where_durations_vary_it_is_more_rather_than_less() -> None:
    low = 0
    runs = 300
    for seed in range(runs):
        random = Random(seed)
        cost = TracerCost()
        for _ in range(400):
            cost.other(random.expovariate(10))
        found = [cost.window(random.expovariate(10) * 5) for _ in range(40)]
        low += found[-1] < 0.4
    assert low < 0.2 * runs


def test_a_handler_that_mostly_waits_is_cheap_to_trace() -> None:
    cost = TracerCost()
    for _ in range(30):
        cost.other(0.0001)
        found = cost.window(0.00015)
    assert found == pytest.approx(0.00005)


def test_it_is_never_below_0_nor_above_what_a_window_takes() -> None:
    random = Random(1)
    cost = TracerCost()
    for _ in range(200):
        cost.other(random.expovariate(1))
        cpu = random.expovariate(1) / 10
        assert 0 <= cost.window(cpu) <= 2


def test_what_changes_is_learned_anew() -> None:
    cost = TracerCost()
    for factor in (5, 2):
        found = []
        for _ in range(3000):
            cost.other(0.1)
            found.append(cost.window(0.1 * factor))
        assert statistics.fmean(found[-100:]) == pytest.approx(0.1 * (factor - 1), rel=0.01)


def test_the_first_invocation_counts_by_itself() -> None:
    cost = TracerCost()
    assert cost.window(3.0, typical=False) == 3.0
    for _ in range(50):
        cost.other(0.1)
        found = cost.window(0.5)
    assert found == pytest.approx(0.4)


def test_before_any_window_a_cautious_factor_is_assumed() -> None:
    cost = TracerCost()
    assert 0 < cost.expected < 0.01
    cost.other(1.0)
    assert cost.expected > 3.9
