"""Measures from outside what windows and flushing cost, against the budget that they have.

One process takes turns, in blocks of 40 ms: as configured, and with neither windows nor bundles,
all else being the same. What a block takes more CPU time than the one beside it is the cost; its
share is that of the wall time of the invocations. Two processes would differ by up to 0.5 % for no
reason but the layout of their memory, more than the smallest budget. The bundle that a process
sends when it ends is no part of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.estimates import DRAWS, LEVEL, Estimate
from benchmarks.inprocess import Worker, WorkerError
from benchmarks.workloads import Workload
from tests.support.pythons import Python

CONTENDER = "ours-budget"

Turns = Sequence[Mapping[str, Any]]
"""Answers of the worker: the cost of a block ``with``, and of the one ``without`` beside it."""


@dataclass(frozen=True, slots=True)
class Spending:
    """Which budgets, and for how long each."""

    budgets: tuple[float, ...]
    seconds: float
    """Of invocations under a budget."""
    block_s: float


def measure_budgets(
    python: Python,
    workload: Workload,
    variables: Mapping[str, str],
    spending: Spending,
    notes: list[str],
) -> Iterator[dict[str, Any]]:
    """What each budget's share really was, for results.json."""
    for budget in spending.budgets:
        extra = {"COVERAGE_OVERHEAD_BUDGET": str(budget)}
        try:
            turns = take_turns(python, workload, variables, extra, spending)
        except WorkerError as error:
            notes.append(f"{workload.title} on {python.version}, budget {budget:g}: {error}")
            continue
        share = spent(turns)
        yield {
            "python": python.version,
            "workload": workload.name,
            "budget": budget,
            "seconds": sum(each["with"]["wall"] for each in turns),
            "share": {"value": share.value, "low": share.low, "high": share.high},
        }


def take_turns(
    python: Python,
    workload: Workload,
    variables: Mapping[str, str],
    extra: Mapping[str, str],
    spending: Spending,
) -> Turns:
    """Run blocks by turns, from the first invocation of a process on."""
    worker = Worker(python, CONTENDER, workload, variables, extra)
    try:
        count, turns, wall = 1, [], 0.0
        while wall < spending.seconds:
            turns.append(worker.invoke(count, turns=True))
            wall += turns[-1]["with"]["wall"]
            if len(turns) == 3:  # how long an invocation takes is known
                count = max(1, round(spending.block_s / (turns[-1]["without"]["wall"] / count)))
    finally:
        worker.end()
    return turns


def spent(turns: Turns) -> Estimate:
    """The share of wall time that windows and flushing took."""
    costs = np.array([each["with"]["cpu"] - each["without"]["cpu"] for each in turns])
    walls = np.array([each["with"]["wall"] for each in turns])
    generator = np.random.default_rng(2026)
    drawn = generator.integers(len(turns), size=(DRAWS, len(turns)))
    shares = costs[drawn].sum(axis=1) / walls[drawn].sum(axis=1)
    low, high = (float(each) for each in np.quantile(shares, ((1 - LEVEL) / 2, (1 + LEVEL) / 2)))
    value = float(costs.sum() / walls.sum())
    return Estimate(value, min(low, value), max(high, value))
