"""Simulates a fleet: what arrives in S3 for what traffic, and what can be said of the code.

python -m benchmarks.fleet             prints the tables
python -m benchmarks.fleet --quick     of a few thousand invocations

The sampler, the budget and the flush schedule are the product's own. Compared are a coverage file
for each invocation, one for a fixed share of them (as ``if random() < 0.01: with coverage``), and
ours on Python 3.12 and later, where every invocation is seen for existence.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.fleet_process import DAY, OurProcess
from benchmarks.fleet_traffic import DURATION_S, Floats, Ints, Traffic, serve
from lambda_usage.evidence.model import Thresholds
from lambda_usage.settings import Settings

FIXED_SHARE = 0.01
DOLLARS_PER_PUT = 0.005 / 1000
"""Amazon S3 Standard, us-east-1."""
BUSIEST = 1000.0
"""Requests a second of a fleet's busiest function; the n-th busiest has 1/n of it (Zipf)."""
FLEETS = (1, 10, 100, 1000, 10_000)
STRATEGIES = ("each", "fixed", "ours")


@dataclass(frozen=True, slots=True)
class Effort:
    """What is simulated, and how often."""

    hours: Mapping[float, float]
    """How long, by requests a second."""
    frequencies: tuple[float, ...] = (0.1, 0.01, 0.001, 0.0001)
    replications: int = 100


FULL = Effort(
    {0.001: 24 * 60, 0.01: 24 * 21, 0.1: 24 * 4, 1: 48, 10: 24, 100: 3, 1000: 1},
)
QUICK = Effort({1: 3, 10: 4}, replications=20)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one strategy gets to know of one function's traffic."""

    known: Floats
    """When it is known what ran in the invocation; infinite where it is not."""
    weight: Floats
    """1/p of windows, 0 for other invocations."""
    puts: float


def seen(traffic: Traffic, strategy: str, random: np.random.Generator) -> Seen:
    """As if the same traffic had been recorded so."""
    count = len(traffic.time)
    if strategy == "each":
        return Seen(traffic.time + DURATION_S, np.ones(count), count)
    if strategy == "fixed":
        chosen = random.random(count) < FIXED_SHARE
        known = np.where(chosen, traffic.time + DURATION_S, np.inf)
        return Seen(known, chosen / FIXED_SHARE, float(chosen.sum()))
    weight = np.where(traffic.window, 1 / traffic.probability, 0.0)
    return Seen(traffic.known, weight, traffic.puts)


def hits(count: int, frequency: float, random: np.random.Generator) -> Ints:
    """Which of so many invocations run code that a share *frequency* of them runs."""
    expected = count * frequency
    gaps = random.geometric(frequency, size=int(expected + 6 * math.sqrt(expected) + 10))
    places: Ints = np.cumsum(gaps) - 1
    return places[places < count]


def first_seen(view: Seen, frequency: float, effort: Effort, random: np.random.Generator) -> float:
    """Median seconds until such code is known to be used; infinite where it mostly was not."""
    found = [
        float(np.min(view.known[hits(len(view.known), frequency, random)], initial=np.inf))
        for _ in range(effort.replications)
    ]
    return float(np.median(found))


def error(view: Seen, frequency: float, effort: Effort, random: np.random.Generator) -> float:
    """Root mean square error of the estimated frequency, relative to the frequency.

    Infinite without a window. What happened in the period is what is estimated: a recording of
    every invocation has no error.
    """
    total = view.weight.sum()
    if not total:
        return math.inf
    errors = []
    for _ in range(effort.replications):
        ran = hits(len(view.weight), frequency, random)
        truth = len(ran) / len(view.weight)
        errors.append((view.weight[ran].sum() / total - truth) / frequency)
    return float(np.sqrt(np.mean(np.square(errors))))


def dead_after(view: Seen, thresholds: Thresholds) -> float:
    """Days until code that never runs has the evidence that ``dead`` needs."""
    known = np.sort(view.known)
    count = int(np.isfinite(known).sum())
    if count >= thresholds.min_exposure:
        enough = float(known[thresholds.min_exposure - 1])
    elif count:  # traffic goes on as it was
        enough = float(known[count - 1]) * thresholds.min_exposure / count
    else:
        return math.inf
    return max(enough / DAY, float(thresholds.min_days))


def one_function(
    rate: float, seconds: float, effort: Effort, random: np.random.Generator
) -> dict[str, Any]:
    """All figures of a function with *rate* requests a second."""
    traffic = serve(rate, seconds, OurProcess, random)
    invocations = len(traffic.time)
    found: dict[str, Any] = {
        "rate": rate,
        "hours": seconds / 3600,
        "invocations": invocations,
        "environments": traffic.environments,
        "probability": float(traffic.probability.mean()),
    }
    for strategy in STRATEGIES:
        view = seen(traffic, strategy, random)
        per_million = view.puts / invocations * 1e6
        found[strategy] = {
            "puts_per_million": per_million,
            "dollars_per_million": per_million * DOLLARS_PER_PUT,
            "puts_per_hour": view.puts / seconds * 3600,
            "dead_after_days": dead_after(view, Thresholds()),
            "first_seen_s": _by(first_seen, view, effort, random),
            "error": _by(error, view, effort, random),
        }
    return found


def _by(
    figure: Callable[[Seen, float, Effort, np.random.Generator], float],
    view: Seen,
    effort: Effort,
    random: np.random.Generator,
) -> dict[str, float | None]:
    """A figure by frequency; None where it is infinite."""
    figures = {f"{each:g}": figure(view, each, effort, random) for each in effort.frequencies}
    return {name: value if math.isfinite(value) else None for name, value in figures.items()}


def fleet_of(size: int, functions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A fleet of so many functions, from the figures of single ones between which it interpolates.

    Interpolated is the logarithm of PUTs an hour over that of the rate.
    """
    rates = BUSIEST / np.arange(1, size + 1)
    simulated = np.log([each["rate"] for each in functions])
    found: dict[str, Any] = {"functions": size, "invocations_per_hour": rates.sum() * 3600}
    for strategy in STRATEGIES:
        hourly = np.log([max(each[strategy]["puts_per_hour"], 1e-9) for each in functions])
        puts = float(np.exp(np.interp(np.log(rates), simulated, hourly)).sum())
        per_million = puts / found["invocations_per_hour"] * 1e6
        found[strategy] = {
            "puts_per_million": per_million,
            "dollars_per_million": per_million * DOLLARS_PER_PUT,
            "dollars_per_month": puts * 24 * 30 * DOLLARS_PER_PUT,
        }
    return found


def simulate_all(effort: Effort) -> dict[str, Any]:
    """Every figure, for results.json."""
    random = np.random.default_rng(2026)
    functions = [
        one_function(rate, hours * 3600, effort, random) for rate, hours in effort.hours.items()
    ]
    return {
        "functions": functions,
        "fleets": [
            fleet_of(size, functions)
            for size in FLEETS
            if BUSIEST in effort.hours and BUSIEST / size >= min(effort.hours)
        ],
        "fixed_share": FIXED_SHARE,
        "dollars_per_put": DOLLARS_PER_PUT,
        "flush_interval_s": Settings().flush_interval,
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args(arguments)
    from benchmarks.tables import fleet_tables, text

    for table in fleet_tables(simulate_all(QUICK if options.quick else FULL)):
        print(text(table), end="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
