"""Measures every contender on every workload.

The alternatives run side by side with the bare handler, each in a process of its own. Ours takes
turns with the bare handler within one process (``inside/states.py``): what it costs is less than
what two processes differ by.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.alternatives import BARE, CONTENDERS
from benchmarks.estimates import added, estimate, ratio
from benchmarks.results import Row
from benchmarks.worker import FEWEST, Worker, WorkerError
from benchmarks.workloads import Workload
from tests.support.pythons import Python

SETTING = "in process"
METRICS = {"cpu_us": ("cpu", 1e6), "wall_us": ("wall", 1e6), "instructions": ("instructions", 1)}
ALONE = "ours-no-window"
"""The contender whose wrapper is measured around a handler that does nothing, too."""

Answers = Sequence[Sequence[Mapping[str, Any]]]
"""What the worker said, by process and round."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How often, and for how long."""

    processes: int
    rounds: int
    batch_s: float
    """Of a batch beside the alternatives."""
    own_processes: int
    own_s: float
    """For the turns of ours and the bare handler in one process, settling included."""
    own_batch_s: float = 0.02
    alone: int = 150
    """Pairs of the wrapper alone."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is measured, and on which core."""

    python: Python
    workload: Workload
    variables: Mapping[str, str]
    core: int | None = None

    def worker(self, contender: str, extra: Mapping[str, str] | None = None) -> Worker:
        return Worker(self.python, contender, self.workload, self.variables, extra, self.core)

    def row(self, contender: str, metric: str, own: Answers, bare: Answers) -> Row:
        name, unit = METRICS.get(metric, (metric, 1e6))
        values, theirs = (_each(which, name, unit) for which in (own, bare))
        figures = estimate(values), ratio(values, theirs), added(values, theirs)
        return Row(SETTING, self.python.version, self.workload.name, contender, metric, *figures)


def measure(place: Place, contenders: Sequence[str], effort: Effort, notes: list[str]) -> list[Row]:
    """The rows of one workload; contenders that fail are noted and left out."""
    rows = list(_side_by_side(place, contenders, effort, notes))
    for contender in contenders:
        if CONTENDERS[contender].ours:
            try:
                rows += _by_turns(place, contender, effort)
            except WorkerError as error:
                notes.append(_left_out(place, error))
    return rows


def _left_out(place: Place, error: WorkerError) -> str:
    return f"{place.workload.title} on {place.python.version}: left out {error}"


@contextmanager
def _workers(place: Place, contenders: Sequence[str]) -> Iterator[list[Worker]]:
    """One worker for each contender, ended with the block."""
    with ExitStack() as stack:
        started = []
        for contender in contenders:
            worker = place.worker(contender)
            stack.callback(worker.end)
            started.append(worker)
        yield started


def _side_by_side(
    place: Place, contenders: Sequence[str], effort: Effort, notes: list[str]
) -> Iterator[Row]:
    answers: dict[str, list[list[Mapping[str, Any]]]] = {
        each: [] for each in contenders if each == BARE or not CONTENDERS[each].ours
    }
    order = random.Random(2026)
    for _ in range(effort.processes):
        with _workers(place, list(answers)) as running:
            for worker in running:
                try:
                    worker.warm_up(effort.batch_s)
                except WorkerError as error:
                    notes.append(_left_out(place, error))
                    del answers[worker.contender]
            ready = [worker for worker in running if worker.contender in answers]
            for worker in ready:
                answers[worker.contender].append([])
            for _ in range(effort.rounds):
                order.shuffle(ready)
                for worker in ready:
                    answers[worker.contender][-1].append(worker.invoke(worker.count))
    for contender, own in answers.items():
        for metric in _counted(own):
            yield place.row(contender, metric, own, answers[BARE])


def _by_turns(place: Place, contender: str, effort: Effort) -> Iterator[Row]:
    """Ours and the bare handler, in one process."""
    own: list[list[Mapping[str, Any]]] = []
    bare: list[list[Mapping[str, Any]]] = []
    alone: list[list[Mapping[str, float]]] = []
    order = random.Random(2026)
    for _ in range(effort.own_processes):
        worker = place.worker(contender)
        try:
            worker.warm_up(effort.own_batch_s)
            pairs = list(_pairs(worker, effort, order))
            own.append([each["ours"] for each in pairs])
            bare.append([each["bare"] for each in pairs])
            if contender == ALONE:
                alone.append(worker.invoke(effort.alone, alone=True)["turns"])
        finally:
            worker.end()
    for metric in _counted(own):
        yield place.row(contender, metric, own, bare)
    if alone:
        mine, nothing = (
            [[{"agent_us": each[name], "count": 1} for each in turns] for turns in alone]
            for name in ("ours", "bare")
        )
        yield place.row(contender, "agent_us", mine, nothing)
        yield place.row(BARE, "agent_us", nothing, nothing)


def _pairs(
    worker: Worker, effort: Effort, order: random.Random
) -> Iterator[dict[str, Mapping[str, Any]]]:
    spent, number = 0.0, 0
    states = ["ours", "bare"]
    while spent < effort.own_s or number < FEWEST:
        order.shuffle(states)
        answer = worker.invoke(worker.count, turns=states, settle=worker.settle)
        yield {each["state"]: each for each in answer["turns"]}
        measured = sum(each["wall"] for each in answer["turns"])
        spent += measured * (1 + worker.settle / worker.count)
        number += 1


def _counted(answers: Answers) -> list[str]:
    first = answers[0][0]
    return [metric for metric, (name, _) in METRICS.items() if first[name] is not None]


def _each(answers: Answers, name: str, unit: float) -> list[list[float]]:
    return [[each[name] * unit / each["count"] for each in rounds] for rounds in answers]
