"""A simulated fleet whose true frequencies are known.

A trace begins at some time of the period and fans out into several invocations, which different
processes serve. Each process draws windows with a probability of its own that changes over time.
Whether an invocation runs a piece of code depends on its trace: with probability ``alike`` it does
as the trace does, else as chance has it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lambda_usage.bundle.model import GROUPS
from lambda_usage.sampling.budget import Budget
from lambda_usage.sampling.sampler import Sampler

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Fleet:
    name: str
    traces: int = 1500
    fan_out: tuple[int, ...] = (1, 1, 1, 2, 4)
    alike: float = 0.7
    rates: tuple[float, float] = (0.6, 0.1)
    """Probability of a window at the beginning and at the end of the period."""
    by_trace: bool = False
    """All invocations of a trace are windows, or none."""
    processes: int = 8
    budget: float | None = None
    """Instead of ``rates``: what each process may spend, of the handlers' time."""


@dataclass(frozen=True)
class Run:
    """One replication: its windows, and the invocations behind them."""

    fleet: Fleet
    group: Ints
    weight: Floats
    draw: Floats
    """Uniform for each window: it runs code of frequency f where this is below f."""
    invocation_group: Ints
    invocation_draw: Floats

    def window_groups(self) -> Floats:
        return np.bincount(self.group, self.weight, GROUPS)

    def hits(self, frequency: float) -> Floats:
        hit = self.draw < frequency
        return np.bincount(self.group[hit], self.weight[hit], GROUPS)

    def invocation_groups(self) -> Floats:
        return np.bincount(self.invocation_group, minlength=GROUPS).astype(np.float64)


def simulate(fleet: Fleet, random: np.random.Generator) -> Run:
    size = random.choice(fleet.fan_out, fleet.traces)
    trace = np.repeat(np.arange(fleet.traces), size)
    count = len(trace)
    time = random.random(fleet.traces)[trace]
    process = random.integers(fleet.processes, size=count)
    first, last = fleet.rates
    rate = first * (last / first) ** time
    if not fleet.by_trace:
        rate = rate * (0.6 + 0.4 * process / max(1, fleet.processes - 1))
    chance = random.random(fleet.traces)[trace] if fleet.by_trace else random.random(count)
    alike = random.random(count) < fleet.alike
    draw = np.where(alike, random.random(fleet.traces)[trace], random.random(count))
    if fleet.budget is not None:
        rate = budgeted(fleet.budget, time, process, chance, draw)
    window = chance < rate
    group = random.integers(GROUPS, size=fleet.traces)[trace]
    return Run(fleet, group[window], 1 / rate[window], draw[window], group, draw)


def budgeted(share: float, time: Floats, process: Ints, chance: Floats, draw: Floats) -> Floats:
    """The probabilities that the product's own budget gives, process by process, in order of time.

    What a request runs decides how long it takes and what its window costs: the rare ones (those
    with a low draw) take longest and cost most. So the budget hears more of some code than of other
    code, and after a dear window the probability is lower; and half-way handlers become slower.
    """
    rate = np.empty(len(time))
    for number in range(int(process.max()) + 1):
        budget = Budget(share)
        sampler = Sampler(1.0, (budget,))
        mine = np.flatnonzero(process == number)
        for index in mine[np.argsort(time[mine], kind="stable")]:
            sampler.refresh()
            rate[index] = sampler.probability
            rare = 1 - float(draw[index])
            budget.ran((0.002 + 0.02 * rare**4) * (3 if time[index] > 0.5 else 1))
            if chance[index] < rate[index]:
                budget.window(0.0002 + 0.004 * rare**4)
    return rate
