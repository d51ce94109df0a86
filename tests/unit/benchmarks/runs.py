"""Results as a run of the benchmarks leaves them, made by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from benchmarks.alternatives import BARE
from benchmarks.estimates import Rounds, added, estimate, ratio
from benchmarks.results import Part, Results, Row

Change = Callable[[float], float]

MACHINE = {"processor": "one", "cores": 2, "system": "Linux 6"}
ABOUT = {
    "date": "2026-11-22 12:00 UTC",
    "seconds": 60,
    "load": [0.1, 0.2],
    "quick": False,
    "how": "5 processes × 12 rounds",
    "contenders": [BARE, "ours-no-window", "coverage-each"],
    "python": "3.13.0",
    "packages": {},
    "commit": "abc",
}
COSTS = {"hot_loop": 100.0, "docutils_page": 15_000.0}
"""Of the bare handler, in µs."""


def same(cost: float) -> float:
    return cost


def rounds(cost: float, random: Random, noise: float = 0.01) -> Rounds:
    """Five processes of twelve rounds."""
    return [[cost * random.gauss(1, noise) for _ in range(12)] for _ in range(5)]


def recorded(change: Change = same, seed: int = 1, *, metric: str = "wall_us") -> Results:
    """A run in which *change* says what became of the cost of ours, in µs."""
    random = Random(seed)
    rows = []
    for workload, cost in COSTS.items():
        bare = rounds(cost, random)
        for contender, own in (
            (BARE, bare),
            ("ours-no-window", rounds(change(cost + 6), random)),
            ("coverage-each", rounds(cost + 5000, random)),
        ):
            figures = estimate(own), ratio(own, bare), added(own, bare)
            rows.append(Row("in process", "3.13", workload, contender, metric, *figures))
    return Results(MACHINE, (Part("in-process", "3.13", ABOUT, tuple(rows)),))


def with_part(results: Results, **changed: Any) -> Results:
    """*results* of one part, with something else in it."""
    (part,) = results.parts
    return replace(results, parts=(replace(part, **changed),))
