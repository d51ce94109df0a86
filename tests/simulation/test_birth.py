"""A fleet of short lives on 3.11 is within the budget, fixed costs and all, and unbiased."""

from __future__ import annotations

from random import Random

import pytest

from lambda_usage.recording.window import WindowHits
from lambda_usage.sampling import overhead as module
from lambda_usage.sampling.overhead import Overhead
from lambda_usage.settings import Settings

PROCESSES = 400
INVOCATIONS = 300
DURATION = 0.2
"""Seconds of wall time; a tenth of it computes."""
CPU = DURATION / 10
TRACED = 3.0
"""Times the CPU time, under the tracer."""
INIT = 0.05
FIRST = 0.05
"""CPU seconds that the tracer adds."""
QUIET = WindowHits(frozenset(), frozenset())


class Fleet:
    """Processes of a minute of handler time, each with the product's own overhead."""

    def __init__(self, budget: float, random: Random) -> None:
        self.settings = Settings(overhead_budget=budget)
        self.random = random
        self.cost = self.firsts = 0.0
        """What the tracer added; how many processes there are, estimated from first windows."""

    def live(self) -> None:
        overhead = Overhead(self.settings, traced=True)
        if overhead.pays_init:
            self.cost += INIT
        for n in range(INVOCATIONS):
            draw = overhead.draw(n * DURATION, None, None)
            added = FIRST if draw.first else (TRACED - 1) * CPU
            clock = CPU * self.random.uniform(0.9, 1.1)
            if draw.chosen:
                self.cost += added
                self.firsts += draw.first / draw.probability
                overhead.window(DURATION + added, clock + added, (0, 0), QUIET, first=draw.first)
            else:
                overhead.ran(DURATION, clock, first=draw.first)

    @property
    def share(self) -> float:
        return self.cost / (PROCESSES * INVOCATIONS * DURATION)


@pytest.mark.parametrize("budget", [0.002, 0.01, 0.05])
def test_a_fleet_of_short_lives_is_within_the_budget_and_estimates_are_unbiased(
    budget: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(2026)
    monkeypatch.setattr(module, "uniform", random.random)
    fleet = Fleet(budget, random)
    for _ in range(PROCESSES):
        fleet.live()
    assert 0.3 * budget < fleet.share <= 1.25 * budget
    # 400 processes, of which 48 % are seen at the least: a standard deviation of 21
    assert fleet.firsts == pytest.approx(PROCESSES, abs=5 * 21)
