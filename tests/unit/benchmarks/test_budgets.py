from __future__ import annotations

from random import Random

import pytest

from benchmarks.budgets import Cycle, spent
from benchmarks.inside.states import NONE

PAID = "0.01"


def turns(share: float, *, waiting: float = 0.0, flush: float = 0.0) -> list[Cycle]:
    """Blocks of 40 ms on a machine that is slower at times, with a bundle in every fiftieth."""
    random = Random(7)
    found = []
    for number in range(1500):
        slow = random.gauss(1, 0.05)
        base = 0.04 * slow
        paid = base * share / (1 - share) + flush * (number % 50 == 0)
        took = base * random.gauss(1, 0.002) + paid
        none = base / 2 * random.gauss(1, 0.002)
        found.append(
            {
                PAID: {"cpu": took, "wall": took * (1 + waiting), "count": 100},
                NONE: {"cpu": none, "wall": none, "count": 50},
            }
        )
    return found


@pytest.mark.parametrize("share", [0.002, 0.01, 0.05])
def test_the_share_is_found_although_the_machine_is_slower_at_times(share: float) -> None:
    found = spent(turns(share), PAID)
    assert found.value == pytest.approx(share, rel=0.1)
    assert found.low <= share <= found.high


def test_nothing_costs_nothing() -> None:
    found = spent(turns(0.0), PAID)
    assert found.low <= 0 <= found.high
    assert found.value == pytest.approx(0, abs=0.0003)


def test_a_bundle_counts() -> None:
    without, bundles = spent(turns(0.01), PAID), spent(turns(0.01, flush=0.02), PAID)
    assert bundles.value - without.value == pytest.approx(0.02 / 50 / 0.04, rel=0.05)


def test_waiting_is_wall_time_that_costs_nothing() -> None:
    assert spent(turns(0.05, waiting=4), PAID).value == pytest.approx(0.01, rel=0.1)
