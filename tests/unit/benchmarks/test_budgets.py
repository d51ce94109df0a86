from __future__ import annotations

from random import Random
from typing import Any

import pytest

from benchmarks.budgets import Turns, spent

SECOND = 1e-9
"""Of an instruction; those of windows take three times as long."""
WINDOW = 200_000


def batch(random: Random, share: float, layout: float, flush: float = 0.0) -> dict[str, Any]:
    """A thousand invocations of a million instructions, of which so many are windows."""
    windows = [random.random() < share for _ in range(1000)]
    each = [1e6 * layout * random.gauss(1, 0.001) + WINDOW * window for window in windows]
    each[500] += flush
    cpu = sum(each) * SECOND + 2 * WINDOW * SECOND * sum(windows)
    return {"count": 1000, "wall": cpu, "cpu": cpu, "each": each}


def turns(share: float, layout: float, flush: float = 0.0) -> Turns:
    random = Random(7)
    return Turns(
        [batch(random, share, layout, flush * (number % 5 == 0)) for number in range(20)],
        [batch(random, 0, 1, flush * (number == 0)) for number in range(20)],
        [batch(random, 1, 1) for _ in range(5)],
    )


def truth(share: float) -> float:
    cost = 3 * share * WINDOW
    return cost / (1e6 + cost)


@pytest.mark.parametrize("layout", [0.995, 1.0, 1.005])
@pytest.mark.parametrize("share", [0.003, 0.02, 0.1])
def test_the_cost_is_found_whatever_the_layout_of_the_process(share: float, layout: float) -> None:
    value, low, high = spent(turns(share, layout))
    assert value == pytest.approx(truth(share), rel=0.15)
    assert low <= value <= high


def test_flushing_counts_in_the_process_under_a_budget_alone() -> None:
    flush = 50e6
    added = spent(turns(0.01, 1.0, flush))[0] - spent(turns(0.01, 1.0))[0]
    least = flush / 5 / 1000 / 1e6
    assert 0.9 * least < added < 3.1 * least, "its instructions are taken to be those of windows"


def test_nothing_costs_nothing() -> None:
    value, _, _ = spent(turns(0.0, 1.003))
    assert abs(value) < 0.0002


def test_where_every_invocation_is_a_window_it_is_the_other_process_that_tells() -> None:
    value, _, _ = spent(turns(1.0, 1.0))
    assert value == pytest.approx(truth(1.0), rel=0.02)


def test_waiting_is_wall_time_that_costs_nothing() -> None:
    measured = turns(0.1, 1.0)
    for each in measured.within:
        each["wall"] *= 10
    assert spent(measured)[0] == pytest.approx(truth(0.1) / 10, rel=0.15)
