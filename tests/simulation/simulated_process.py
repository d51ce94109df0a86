"""A simulated process: its handlers take some time, its windows and bundles cost some more.

The budget is the product's own, and so is the order in which it hears of things.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from lambda_usage.sampling.budget import Budget
from lambda_usage.sampling.sampler import Sampler

Seconds = Callable[[float], float]
"""A duration or a cost, by how long handlers have run so far."""


def constant(value: float) -> Seconds:
    return lambda _: value


@dataclass
class Outcome:
    """What happened in one run."""

    handler_time: float = 0.0
    windows_cost: float = 0.0
    flushes_cost: float = 0.0
    spans_cost: float = 0.0
    windows: int = 0
    spent: list[tuple[float, float]] = field(default_factory=list)
    """(handler time so far, cost) of each window and flush."""
    drawn: list[tuple[float, float, bool]] = field(default_factory=list)
    """(handler time so far, probability, whether chosen) of each invocation."""

    @property
    def share(self) -> float:
        return (self.windows_cost + self.flushes_cost + self.spans_cost) / self.handler_time

    def share_between(self, start: float, end: float) -> float:
        return sum(cost for when, cost in self.spent if start <= when < end) / (end - start)

    def probabilities(self, start: float, end: float) -> list[float]:
        return [p for when, p, _ in self.drawn if start <= when < end]


class Process:
    """Runs invocations against a budget."""

    def __init__(self, share: float, random: Random, rate: float = 1.0) -> None:
        self.budget = Budget(share)
        self.sampler = Sampler(rate, (self.budget,))
        self.outcome = Outcome()
        self._random = random
        self._flushed = False

    def run(
        self,
        seconds: float,
        duration: Seconds,
        cost: Seconds,
        *,
        flush: float = 0.0,
        every: float = float("inf"),
        told: float = 0.0,
    ) -> Outcome:
        """Run for *seconds* of handler time; bundles cost *flush* and are due *every* so often.

        The first is due after 8 seconds. Telling a span of each invocation costs *told*.
        """
        outcome = self.outcome
        end = outcome.handler_time + seconds
        due = outcome.handler_time + min(every, 8.0)
        while outcome.handler_time < end:
            now = outcome.handler_time
            self.sampler.refresh()
            probability = self.sampler.probability
            chosen = self._random.random() < probability
            outcome.drawn.append((now, probability, chosen))
            took = duration(now)
            self.budget.ran(took)
            outcome.handler_time += took
            if told:
                self.budget.spans_told(told)
                outcome.spans_cost += told
            if chosen:
                self._pay_window(now, cost(now))
            if flush and now >= due and self.budget.affords_flush:
                self.flush(flush)
                due = now + every
        return outcome

    def flush(self, cost: float) -> None:
        """Deliver a bundle."""
        self.budget.flushed(cost)
        self.outcome.flushes_cost += cost
        self.outcome.spent.append((self.outcome.handler_time, cost))

    def _pay_window(self, now: float, cost: float) -> None:
        self.budget.window(cost)
        self.outcome.windows += 1
        self.outcome.windows_cost += cost
        self.outcome.spent.append((now, cost))
