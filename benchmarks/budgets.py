"""Measures from outside what windows and flushing cost, against the budget that they have.

A process under a budget and one without windows take turns. What the first takes more for an
invocation, on average, is the cost; its share is that of the wall time of the invocations. Counted
are instructions, which vary less than the smallest budget; where they cannot be, it is CPU time. An
instruction of a window takes longer than most (code is rewritten): how long, is what a third
process says, in which every invocation is a window. Those of flushing are taken to last as long,
which errs upward.

Two processes differ by up to 0.5 % for no reason but the layout of their memory, more than the
smallest budget. Where most invocations are no windows, that is corrected for: the cheapest tenth of
invocations is the same in both.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.estimates import DRAWS, LEVEL
from benchmarks.inprocess import Worker, WorkerError
from benchmarks.workloads import Workload
from tests.support.pythons import Python

CHEAPEST = 0.1
SAME_WORK = 0.02
"""How far the cheapest invocations may lie apart to be taken for the same work."""
_WITHOUT, _WITH, _ALWAYS = "ours-no-window", "ours-default", "ours-window"

Batches = Sequence[Mapping[str, Any]]
"""Answers of the worker that say what each invocation took, in instructions or CPU seconds."""


@dataclass(frozen=True, slots=True)
class Turns:
    """What was measured by turns."""

    within: list[dict[str, Any]]
    """Of the process under a budget."""
    without: list[dict[str, Any]]
    """Of the one without windows."""
    always: list[dict[str, Any]]
    """Of the one in which every invocation is a window."""


@dataclass(frozen=True, slots=True)
class Spending:
    """Which budgets, and for how long each."""

    budgets: tuple[float, ...]
    seconds: float
    """Of invocations under a budget."""
    batch_s: float


def measure_budgets(
    python: Python,
    workload: Workload,
    variables: Mapping[str, str],
    spending: Spending,
    notes: list[str],
) -> Iterator[dict[str, Any]]:
    """What each budget's share really was, for results.json."""
    for budget in spending.budgets:
        extra = {"COVERAGE_OVERHEAD_BUDGET": str(budget), "COVERAGE_SAMPLE_RATE": "1"}
        try:
            turns = take_turns(python, workload, variables, extra, spending)
        except WorkerError as error:
            notes.append(f"{workload.title} on {python.version}, budget {budget:g}: {error}")
            continue
        value, low, high = spent(turns)
        yield {
            "python": python.version,
            "workload": workload.name,
            "budget": budget,
            "seconds": sum(each["wall"] for each in turns.within),
            "share": {"value": value, "low": low, "high": high},
        }


def take_turns(
    python: Python,
    workload: Workload,
    variables: Mapping[str, str],
    extra: Mapping[str, str],
    spending: Spending,
) -> Turns:
    """Run the three processes by turns; *extra* are the variables of the one under a budget."""
    with contextlib.ExitStack() as stack:

        def worker(contender: str, more: Mapping[str, str]) -> Worker:
            made = Worker(python, contender, workload, variables, more)
            stack.callback(made.end)
            return made

        within, without = worker(_WITH, extra), worker(_WITHOUT, {})
        always = worker(_ALWAYS, {})
        without.warm_up(spending.batch_s)
        always.warm_up(spending.batch_s)
        within.invoke(3)  # how long an invocation takes; what it does first is the budget's to bear
        once = within.invoke(without.count)["wall"] / without.count
        within.count = max(1, round(spending.batch_s / once))
        turns = Turns([], [], [])
        while sum(each["wall"] for each in turns.within) < spending.seconds:
            turns.within.append(within.invoke(within.count, each=True))
            turns.without.append(without.invoke(max(8, without.count // 3), each=True))
            turns.always.append(always.invoke(max(8, always.count // 6), each=True))
        return turns


def spent(turns: Turns) -> tuple[float, float, float]:
    """The share of wall time that windows and flushing took, and its 95 % interval."""
    base = _typical(turns.without) * _layout(turns)
    counted = np.array([[sum(each["each"]), each["count"], each["wall"]] for each in turns.within])
    generator = np.random.default_rng(2026)
    drawn = generator.integers(len(counted), size=(DRAWS, len(counted)))
    sums = np.concatenate([counted.sum(axis=0)[None, :], counted[drawn].sum(axis=1)])
    shares = (sums[:, 0] - sums[:, 1] * base) * _seconds_each(turns) / sums[:, 2]
    value = float(shares[0])
    low, high = np.quantile(shares[1:], ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return value, min(float(low), value), max(float(high), value)


def _typical(batches: Batches) -> float:
    """What an invocation takes; a batch in which a bundle was sent does not count."""
    return float(np.median([np.mean(each["each"]) for each in batches]))


def _layout(turns: Turns) -> float:
    ours, theirs = (
        float(np.median([np.quantile(each["each"], CHEAPEST) for each in batches]))
        for batches in (turns.within, turns.without)
    )
    ratio = ours / theirs if theirs else 1.0
    return ratio if abs(ratio - 1) < SAME_WORK else 1.0


def _seconds_each(turns: Turns) -> float:
    """How long one of the instructions of a window takes, if it is instructions that are counted.

    Where windows add too few to tell, it is that of all.
    """
    always, without = (
        float(np.median([each["cpu"] / each["count"] for each in batches]))
        for batches in (turns.always, turns.without)
    )
    more = _typical(turns.always) - _typical(turns.without)
    if more > SAME_WORK * _typical(turns.without):
        return (always - without) / more
    return without / _typical(turns.without)
