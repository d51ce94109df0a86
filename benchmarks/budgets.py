"""Measures from outside what windows and flushing cost, against the budget that they have.

One process takes turns, in blocks of 40 ms and of eight invocations at least: under each of the
budgets; under a generous one with a rate that it can afford; and with neither windows nor bundles.
What a block took more CPU time than the one with nothing to pay is the cost, in each cycle;
its share is that of the wall time of the invocations. So one baseline serves all budgets, and all
have the same memory layout: two processes differ by up to 0.5 % for no reason but that,
more than the smallest budget. Every state earns and pays for itself: the product's own account is
made once for each, and hears of its own turns only.

The process's own first invocations belong to the first turns. Bundles leave every 15 seconds
instead of every 300, so that each state pays for some. The bundle that a process sends when it ends
is no part of it. What the agent itself takes its windows to cost stands beside the measured cost.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.estimates import DRAWS, LEVEL, Estimate
from benchmarks.inprocess import Place
from benchmarks.inside.states import BUDGETS, NONE
from benchmarks.worker import FEWEST

CONTENDER = "ours-budget"
GENEROUS = 0.5
_RATE, _RATE_OF_DEAR = 0.1, 0.005
"""Rates that the generous budget affords; the latter where a window is as dear as 80 handlers."""
_DEAR = "tiny_functions"
_INTERVAL_S = 15

Cycle = Mapping[str, Mapping[str, float]]
"""By state: CPU and wall time of its block, and how many invocations that were."""


@dataclass(frozen=True, slots=True)
class Spending:
    """Which budgets, and for how long each."""

    budgets: tuple[float, ...]
    seconds: float
    """Of invocations under each budget."""
    block_s: float = 0.04
    generous_every: int = 6
    """One cycle in so many has a block under the generous budget, too."""


@dataclass(frozen=True, slots=True)
class Turns:
    """What one process did."""

    cycles: Sequence[Cycle]
    told: Mapping[str, Mapping[str, float]]


def measure_budgets(place: Place, spending: Spending, contender: str = CONTENDER) -> Iterator[Any]:
    """What each budget's share really was, for results.json.

    Raises:
        WorkerError: The process did not run.
    """
    turns = take_turns(place, spending, contender)
    for name in turns.told:
        if name != NONE:
            share = spent(turns.cycles, name)
            told = turns.told[name]
            blocks = [each[name] for each in turns.cycles if name in each]
            count, wall = (sum(each[key] for each in blocks) for key in ("count", "wall"))
            yield {
                "python": place.python.version,
                "workload": place.workload.name,
                "budget": float(name),
                "rate": _settings(place.workload.name, spending)[name]["sample_rate"],
                "seconds": wall,
                "share": {"value": share.value, "low": share.low, "high": share.high},
                "invocations": count,
                "windows": told["windows"],
                "agent_share": (told["window_s"] + told["bundles_s"]) / wall,
            }


def _settings(workload: str, spending: Spending) -> dict[str, dict[str, float]]:
    rate = _RATE_OF_DEAR if workload == _DEAR else _RATE
    return {
        NONE: {"sample_rate": 1e-12},
        **{f"{each:g}": {"overhead_budget": each, "sample_rate": 1.0} for each in spending.budgets},
        f"{GENEROUS:g}": {"overhead_budget": GENEROUS, "sample_rate": rate},
    }


def take_turns(place: Place, spending: Spending, contender: str) -> Turns:
    """Run blocks by turns, from the first invocation of a process on."""
    settings = _settings(place.workload.name, spending)
    extra = {BUDGETS: json.dumps(settings), "COVERAGE_FLUSH_INTERVAL": str(_INTERVAL_S)}
    worker = place.worker(contender, extra)
    order = random.Random(2026)
    cycles: list[Cycle] = []
    wall = dict.fromkeys((f"{each:g}" for each in spending.budgets), 0.0)
    count = 1
    try:
        while min(wall.values()) < spending.seconds:
            number = len(cycles)
            states = [NONE, *wall]
            states += [f"{GENEROUS:g}"] * (number % spending.generous_every == 1)
            order.shuffle(states)
            half = {NONE: max(1, count // 2)}  # there are several that it is compared with
            answer = worker.invoke(count, turns=states, counts=half)
            cycles.append({each["state"]: each for each in answer["turns"]})
            for name in wall:
                wall[name] += cycles[-1][name]["wall"]
            if number == 3:  # how long an invocation takes is known
                each = min(turn["wall"] for turn in answer["turns"]) / count
                count = max(FEWEST, round(spending.block_s / each))
        told = worker.invoke(1, turns=[NONE], told=True)["told"]
    finally:
        worker.end()
    return Turns(cycles, told)


def spent(cycles: Sequence[Cycle], name: str) -> Estimate:
    """The share of wall time that windows and flushing took in the state *name*.

    The first cycles, of one invocation each, count too: there is the first window. The bootstrap
    draws pieces of many cycles, since what one spends is what the next have to save.
    """
    chosen = [each for each in cycles if name in each]
    pieces = np.array_split(np.arange(len(chosen)), min(len(chosen), _PIECES))
    costs = np.array([_cost(each, name) for each in chosen])
    walls = np.array([each[name]["wall"] for each in chosen])
    paid = np.array([costs[piece].sum() for piece in pieces])
    ran = np.array([walls[piece].sum() for piece in pieces])
    generator = np.random.default_rng(2026)
    drawn = generator.integers(len(pieces), size=(DRAWS, len(pieces)))
    shares = paid[drawn].sum(axis=1) / ran[drawn].sum(axis=1)
    low, high = (float(each) for each in np.quantile(shares, ((1 - LEVEL) / 2, (1 + LEVEL) / 2)))
    value = float(paid.sum() / ran.sum())
    return Estimate(value, min(low, value), max(high, value))


_PIECES = 60


def _cost(cycle: Cycle, name: str) -> float:
    """CPU time beyond that of as many invocations with nothing to pay, in the same cycle."""
    none, own = cycle[NONE], cycle[name]
    return own["cpu"] - none["cpu"] / none["count"] * own["count"]
