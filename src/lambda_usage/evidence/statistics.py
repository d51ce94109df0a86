"""Estimates, and what they are worth.

All windows of one trace fall into one of 64 groups, so the groups are independent of each other
however the windows within a trace depend on each other: variances are computed between groups
(random groups: Wolter, *Introduction to Variance Estimation*, 2nd ed. 2007, ch. 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import betaincinv, chdtri, stdtrit

CONFIDENCE = 0.95
_TAIL = (1 - CONFIDENCE) / 2

CLUSTERING_LEVEL = 0.05
"""Level of the test for clustering; :func:`clustering` says why no higher one is needed."""

FEW_GROUPS = 6
"""With about so few groups that contain a hit, a variance between groups says little by itself."""


@dataclass(frozen=True, slots=True)
class Share:
    """An estimated share with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Sample:
    """All windows that an estimate is about."""

    groups: Sequence[float]
    """Σ1/p by trace group."""
    weight: float
    """Σ1/p."""
    weight_squared: float
    """Σ1/p²."""

    @property
    def kish(self) -> float:
        """The number of equally weighted windows that would be worth as much (Kish 1965)."""
        return self.weight**2 / self.weight_squared if self.weight_squared > 0 else 0.0


def use_upper_bound(trials: float) -> float:
    """Below which share of trials code lies, at 95 %, that none of them ran.

    The exact binomial bound 1 - 0.05^(1/n), about 3/n (Hanley & Lippman-Hand, JAMA 1983).

    Args:
        trials: How many independent trials would have noticed it; 1.0 if none.
    """
    if trials <= 0:
        return 1.0
    return float(1 - (1 - CONFIDENCE) ** (1 / trials))


def share(part: Sequence[float], sample: Sample) -> Share | None:
    """Estimate which share of invocations the weights in ``part`` stand for.

    A ratio of weighted totals; its variance is that of the linearised ratio between groups. The
    interval is Jeffreys' for the effective sample size, reduced for the degrees of freedom that
    the variance was estimated with, as Korn & Graubard do (*Survey Methodology* 24, 1998;
    Franco et al., *J. Survey Statistics and Methodology* 7, 2019, compare the choices).

    Args:
        part: Σ1/p by trace group, of the windows that count.
        sample: All windows.

    Returns:
        Nothing where there are no windows.
    """
    if sample.weight <= 0:
        return None
    ratio = min(max(sum(part) / sample.weight, 0.0), 1.0)
    trials = effective_windows(ratio, part, sample)
    low, high = _jeffreys(ratio * trials, trials)
    # Jeffreys' interval may leave out the estimate where less than half a trial hit or missed.
    return Share(ratio, min(low, ratio), max(high, ratio))


def effective_windows(ratio: float, part: Sequence[float], sample: Sample) -> float:
    """The number of independent windows that would estimate a share as well."""
    groups = sum(each > 0 for each in sample.groups)
    if groups < 2:
        return 1.0
    trials = sample.kish / _design_effect(ratio, part, sample)
    return max(1.0, trials * _degrees_adjustment(sample.kish, groups - 1))


def _design_effect(ratio: float, part: Sequence[float], sample: Sample) -> float:
    """By how much the ratio's variance exceeds that of independent windows.

    The fewer groups the rare outcome fell into, the less its own variance shows of how windows
    depend on each other; then what the traffic itself shows of that stands in for it, with a
    weight of (6/(6 + k))² for k groups. (The simulation in the tests led to these numbers.)
    """
    of_traffic = clustering(sample.groups, sample.weight_squared / sample.weight)
    variance = _variance(ratio, part, sample)
    if not 0 < ratio < 1 or variance <= 0:
        return of_traffic
    own = max(1.0, variance * sample.kish / (ratio * (1 - ratio)))
    trust = (FEW_GROUPS / (FEW_GROUPS + _rarer(part, sample.groups))) ** 2
    return own + trust * max(0.0, of_traffic - own)


def _variance(ratio: float, part: Sequence[float], sample: Sample) -> float:
    """Of the ratio, linearised, between the groups that have windows."""
    residuals = [a - ratio * b for a, b in zip(part, sample.groups, strict=True) if b > 0]
    groups = len(residuals)
    return groups / (groups - 1) * sum(each**2 for each in residuals) / sample.weight**2


def _rarer(part: Sequence[float], whole: Sequence[float]) -> int:
    """How many groups contain the rarer of hits and misses."""
    hits = sum(a > 0 for a in part)
    misses = sum(b - a > 1e-9 * b for a, b in zip(part, whole, strict=True))
    return min(hits, misses)


def clustering(groups: Sequence[float], unit: float = 1.0) -> float:
    """By how much dependence within traces reduces the number of trials; 1 if it shows none.

    Traces that fan out into many invocations make the groups more unequal than chance does. The
    index of dispersion measures that (Fisher; Cox & Lewis 1966): for independent trials, the
    groups being 64, 63 times the index is distributed as χ² with 63 degrees of freedom. Where it
    is larger than chance allows, its upper 95 % limit is taken. The index being E[m²]/E[m] for
    traces of m invocations, it is larger than E[m], by which the number of independent trials
    falls short at worst, just where it is hard to tell from 1: so the bound for unseen code holds
    even where the test misses clustering.

    Args:
        groups: Trials by trace group.
        unit: Weight of a trial, Σw²/Σw if they are weighted.
    """
    degrees = len(groups) - 1
    mean = sum(groups) / len(groups)
    if mean <= 0 or unit <= 0:
        return 1.0
    statistic = sum((each - mean) ** 2 for each in groups) / (mean * unit)
    if statistic <= chdtri(degrees, CLUSTERING_LEVEL):
        return 1.0
    return max(1.0, float(statistic / chdtri(degrees, CONFIDENCE)))


def _degrees_adjustment(trials: float, degrees: int) -> float:
    nominal = stdtrit(max(trials - 1, 1.0), 1 - _TAIL)
    return min(1.0, float((nominal / stdtrit(degrees, 1 - _TAIL)) ** 2))


def _jeffreys(hits: float, trials: float) -> tuple[float, float]:
    """Jeffreys' interval (Brown, Cai & DasGupta, *Statistical Science* 16, 2001)."""
    misses = trials - hits
    low = betaincinv(hits + 0.5, misses + 0.5, _TAIL) if hits > 0 else 0.0
    high = betaincinv(hits + 0.5, misses + 0.5, 1 - _TAIL) if misses > 0 else 1.0
    return float(low), float(high)
