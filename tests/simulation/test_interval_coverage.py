"""Intervals and bounds, checked against fleets whose true frequencies are known."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from simulated_fleet import Fleet, Floats, Run, simulate

from lambda_usage.bundle.model import Exposure, Origin, OriginUsage
from lambda_usage.evidence.exposure import Unit, trials
from lambda_usage.evidence.statistics import Sample, share, use_upper_bound

REPLICATIONS = 2000
BUDGET_REPLICATIONS = 400
FREQUENCIES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95)
INDEPENDENT_HITS = 25
"""With fewer hits (over the mean fan-out), intervals are wider than need be: 95 to 99 %."""

FLEETS = (
    Fleet("fan-out, p from 0.6 to 0.1"),
    Fleet("the same, traces sampled whole", by_trace=True),
    Fleet("no fan-out, nothing alike", fan_out=(1,), alike=0.0),
    Fleet("wide fan-out, all alike", traces=4000, fan_out=(1, 2, 3, 4, 5, 10), alike=1.0),
    Fleet("wide fan-out, sampled whole", fan_out=(1, 2, 3, 4, 5, 10), alike=1.0, by_trace=True),
    Fleet("rare windows", traces=5000, rates=(0.05, 0.02)),
)


@dataclass
class Tally:
    """What became of the intervals for one frequency."""

    frequency: float
    replications: int = REPLICATIONS
    hits: float = 0.0
    too_low: int = 0
    too_high: int = 0
    width: float = field(default=0.0)

    @property
    def coverage(self) -> float:
        return 1 - (self.too_low + self.too_high) / self.replications

    def line(self) -> str:
        return (
            f"{self.frequency:7.3f} {self.coverage:9.4f} {self.too_high / self.replications:10.4f}"
            f" {self.too_low / self.replications:10.4f} {self.hits / self.replications:9.1f}"
            f" {self.width / self.replications:8.4f}"
        )


def sample(run: Run) -> Sample:
    weights = run.weight
    return Sample(run.window_groups().tolist(), float(weights.sum()), float((weights**2).sum()))


def measure(
    fleet: Fleet,
    frequencies: Floats | tuple[float, ...],
    seed: int,
    replications: int = REPLICATIONS,
) -> list[Tally]:
    random = np.random.default_rng(seed)
    tallies = [Tally(float(each), replications) for each in frequencies]
    for _ in range(replications):
        run = simulate(fleet, random)
        whole = sample(run)
        for tally in tallies:
            found = share(run.hits(tally.frequency).tolist(), whole)
            assert found is not None
            tally.too_low += found.high < tally.frequency
            tally.too_high += found.low > tally.frequency
            tally.hits += float((run.draw < tally.frequency).sum())
            tally.width += found.high - found.low
    return tallies


def table(fleet: Fleet, tallies: list[Tally]) -> str:
    head = "   true  coverage  low>true  high<true  hits     width"
    return "\n".join(["", fleet.name, head, *(each.line() for each in tallies)])


BUDGETED = (
    Fleet("the budget's own p", traces=1500, budget=0.02),
    Fleet("the budget's own p, traces sampled whole", traces=1500, budget=0.02, by_trace=True),
)


@pytest.mark.parametrize("fleet", BUDGETED, ids=lambda fleet: fleet.name)
def test_intervals_cover_where_the_budget_sets_the_probability(fleet: Fleet) -> None:
    """Although what the code in question costs moves the probability of later windows."""
    tallies = measure(fleet, FREQUENCIES, seed=20261104, replications=BUDGET_REPLICATIONS)
    shown = table(fleet, tallies)
    print(shown)
    # four standard errors of 95 % in so many replications
    error = 4 * (0.05 * 0.95 / BUDGET_REPLICATIONS) ** 0.5
    assert min(each.coverage for each in tallies) >= 0.95 - error, shown
    assert 0.935 <= float(np.mean([each.coverage for each in tallies])) <= 0.985, shown


@pytest.mark.parametrize("fleet", FLEETS, ids=lambda fleet: fleet.name)
def test_intervals_cover_the_true_frequency_in_93_to_97_percent(fleet: Fleet) -> None:
    """For each frequency with hits enough, and never less, however few there are."""
    tallies = measure(fleet, FREQUENCIES, seed=20261101)
    shown = table(fleet, tallies)
    print(shown)
    mean_fan_out = sum(fleet.fan_out) / len(fleet.fan_out)
    for tally in tallies:
        rarer = min(tally.frequency, 1 - tally.frequency) / tally.frequency
        independent = tally.hits / REPLICATIONS * rarer / max(1.0, mean_fan_out)
        assert tally.coverage >= 0.93, shown
        if independent >= INDEPENDENT_HITS:
            assert tally.coverage <= 0.97, shown
    assert 0.93 <= float(np.mean([each.coverage for each in tallies])) <= 0.975, shown


def test_intervals_cover_on_average_over_a_fine_grid() -> None:
    fleet = FLEETS[0]
    tallies = measure(fleet, np.linspace(0.02, 0.98, 49), seed=20261102)
    average = float(np.mean([each.coverage for each in tallies]))
    assert 0.94 <= average <= 0.965, f"{average:.4f}{table(fleet, tallies)}"


BOUND_FLEETS = (
    Fleet("no fan-out", traces=2000, fan_out=(1,)),
    Fleet("hardly any fan-out", traces=2000, fan_out=(1,) * 19 + (2,), alike=1.0),
    Fleet("some fan-out", traces=2000, fan_out=(1, 1, 1, 1, 2), alike=1.0),
    Fleet("wide fan-out", traces=2000, fan_out=(1, 2, 3, 4, 5, 10), alike=1.0),
    Fleet("always ten", traces=500, fan_out=(10,), alike=1.0),
    Fleet("traces sampled whole", traces=2000, fan_out=(1, 2, 4), alike=1.0, by_trace=True),
    Fleet("constant p", traces=2000, rates=(0.5, 0.5), by_trace=True),
)


def bound(run: Run, recorder: str) -> float:
    """What the report says of code that no exposure saw."""
    weight = float(run.weight.sum())
    exposure = Exposure(
        invocations=len(run.invocation_draw),
        windows=len(run.weight),
        weight=weight,
        weight_squared=float((run.weight**2).sum()),
        weight_max=float(run.weight.max()),
        invocation_groups=tuple(run.invocation_groups().tolist()),
        window_groups=tuple(run.window_groups().tolist()),
    )
    usage = OriginUsage(exposures={"2026-11-01": exposure})
    observed = [(Origin("f", recorder=recorder), usage)]
    return trials("f", Unit.INVOCATIONS, observed).use_upper_bound


@pytest.mark.parametrize("fleet", BOUND_FLEETS, ids=lambda fleet: fleet.name)
def test_use_upper_bound_is_exceeded_in_5_percent_at_most(fleet: Fleet) -> None:
    """Whatever the true frequency: code is never seen, yet used more than the bound says.

    The frequency for which that is likeliest lies around three in the number of traces.
    """
    random = np.random.default_rng(20261103)
    frequencies = np.geomspace(0.5, 20, 60) * 3 / fleet.traces
    exceeded = {recorder: np.zeros(len(frequencies)) for recorder in ("monitoring", "ctrace")}
    for _ in range(REPLICATIONS):
        run = simulate(fleet, random)
        for recorder, count in exceeded.items():
            draws = run.invocation_draw if recorder == "monitoring" else run.draw
            unseen = frequencies < draws.min()
            if unseen.any():  # else the bound is about nothing
                count += unseen & (frequencies > bound(run, recorder))
    worst = {recorder: float(each.max()) / REPLICATIONS for recorder, each in exceeded.items()}
    # The largest of 60 correlated proportions: three standard errors of 5 % in 2,000.
    tolerance = 3 * (0.05 * 0.95 / REPLICATIONS) ** 0.5
    print(f"{fleet.name}: exceeded at worst in {worst}")
    assert max(worst.values()) <= 0.05 + tolerance, worst


def test_use_upper_bound_is_exact_for_independent_trials() -> None:
    for n in (1, 10, 1000):
        assert (1 - use_upper_bound(n)) ** n == pytest.approx(0.05)
