"""Results as a run of the benchmarks leaves them, made by hand."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from benchmarks.alternatives import BARE
from benchmarks.estimates import Rounds, added, estimate, ratio
from benchmarks.results import Results, Row

Change = Callable[[float], float]

RUN = {
    "date": "2026-11-22 12:00 UTC",
    "quick": False,
    "sections": ["in-process"],
    "contenders": {"in process": [BARE, "ours-no-window", "coverage-each"], "emulator": []},
    "machine": {
        "processor": "one",
        "cores": 2,
        "system": "Linux 6",
        "load_at_start": 0.1,
        "load_at_end": 0.2,
    },
    "versions": {"pythons": {"3.13": "3.13.0"}, "packages": {}, "commit": "abc"},
    "repetitions": {"in process": "5 processes × 12 rounds"},
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
    return Results(RUN, tuple(rows))
