"""Medians of ratios and differences within one run, with bootstrap intervals.

Contenders run by turns: round *i* of process *j* of one contender is paired with round *i* of
process *j* of the bare handler, so what slows the machine for a moment slows both. Rounds of one
process are alike (it has one memory layout), so the bootstrap draws processes, then rounds within
them (Kalibera & Jones, *Rigorous benchmarking in reasonable time*, ISMM 2013).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DRAWS = 2000
LEVEL = 0.95

Rounds = Sequence[Sequence[float]]
"""One value for each round, by process."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A median, and the interval in which 95 % of its bootstrap replications lie."""

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.low} ≤ {self.value} ≤ {self.high} does not hold")


def estimate(rounds: Rounds, draws: int = DRAWS) -> Estimate:
    """The median over processes of the median over rounds.

    Raises:
        ValueError: There is no process, or one without rounds.
    """
    if not rounds or not all(len(each) for each in rounds):
        raise ValueError("nothing was measured")
    generator = np.random.default_rng(2026)
    processes = [np.asarray(each, dtype=np.float64) for each in rounds]
    value = float(np.median([np.median(each) for each in processes]))
    replications = np.stack([_medians(each, draws, generator) for each in processes])
    chosen = generator.integers(len(processes), size=(len(processes), draws))
    medians = np.median(np.take_along_axis(replications, chosen, axis=0), axis=0)
    tail = (1 - LEVEL) / 2
    low, high = (float(each) for each in np.quantile(medians, (tail, 1 - tail)))
    return Estimate(value, min(low, value), max(high, value))


def _medians(
    rounds: npt.NDArray[np.float64], draws: int, generator: np.random.Generator
) -> npt.NDArray[np.float64]:
    drawn = generator.integers(len(rounds), size=(draws, len(rounds)))
    medians: npt.NDArray[np.float64] = np.median(rounds[drawn], axis=1)
    return medians


def ratio(contender: Rounds, bare: Rounds) -> Estimate:
    """How many times the bare handler's cost, pair by pair."""
    return estimate(_paired(contender, bare, divide=True))


def added(contender: Rounds, bare: Rounds) -> Estimate:
    """What comes on top of the bare handler's cost, pair by pair."""
    return estimate(_paired(contender, bare, divide=False))


def _paired(contender: Rounds, bare: Rounds, *, divide: bool) -> list[list[float]]:
    return [
        [a / b if divide else a - b for a, b in zip(ours, theirs, strict=True)]
        for ours, theirs in zip(contender, bare, strict=True)
    ]
