"""How many trials would have noticed a piece of code, had it run.

A trial is an invocation, or an init for what runs when a module is loaded. Trials are counted for
each Lambda function: those of one say nothing about code that only another reaches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lambda_usage.bundle.model import NO_WEIGHTS, Exposure, Origin, OriginUsage, Weights
from lambda_usage.evidence.statistics import Sample, clustering, use_upper_bound

Observed = tuple[Origin, OriginUsage]
"""An origin and what it saw."""


class Unit(StrEnum):
    """What counts as one trial."""

    INITS = "inits"
    INVOCATIONS = "invocations"


@dataclass(frozen=True, slots=True)
class Trials:
    """The trials of one Lambda function."""

    lambda_function: str
    unit: Unit
    count: float
    """Invocations or inits; windows that are worth as much where only windows are seen."""
    independent: float
    """The same, less what invocations of one trace add to each other."""
    days: int
    """Distinct days that had any."""

    @property
    def use_upper_bound(self) -> float:
        """Below which share of trials code lies, at 95 %, that none of them ran."""
        return use_upper_bound(self.independent)

    def reach(self, exposure: float, days: int) -> bool:
        """Whether there are enough of them; none at all is never enough."""
        return self.count > 0 and self.count >= exposure and self.days >= days


def by_lambda_function(observed: Iterable[Observed]) -> dict[str, list[Observed]]:
    """Group origins by Lambda function and alias."""
    groups: dict[str, list[Observed]] = defaultdict(list)
    for origin, usage in observed:
        groups[origin.lambda_function].append((origin, usage))
    return dict(sorted(groups.items()))


def trials(lambda_function: str, unit: Unit, observed: Sequence[Observed]) -> Trials:
    """Count the trials of one Lambda function.

    Args:
        lambda_function: Its name, for the record.
        unit: What counts.
        observed: Those of its origins that would have noticed the code.
    """
    if unit is Unit.INITS:
        count = sum(_inits(origin, usage) for origin, usage in observed)
        days = _days(observed, lambda _, exposure: exposure.inits > 0)
        return Trials(lambda_function, unit, float(count), float(count), days)
    always = [each for each in observed if each[0].observes_every_invocation]
    windows_only = [each for each in observed if not each[0].observes_every_invocation]
    count_always, independent_always = _invocations(always)
    count_windows, independent_windows = _windows(windows_only)
    return Trials(
        lambda_function,
        unit,
        count_always + count_windows,
        independent_always + independent_windows,
        _days(observed, _notices),
    )


def invocation_trials(lambda_function: str, observed: Sequence[Observed]) -> Trials:
    """Count the invocations of one Lambda function, whether they were windows or not.

    For what does not take a recorder to be noticed.
    """
    count, independent = _invocations(observed)
    days = _days(observed, lambda _, exposure: exposure.invocations > 0)
    return Trials(lambda_function, Unit.INVOCATIONS, count, independent, days)


def sample(observed: Iterable[Observed]) -> Sample:
    """All windows of some origins whose windows stand for invocations."""
    return _sample(each for each in observed if each[0].estimates)


def weight_max(observed: Iterable[Observed]) -> float:
    """The largest weight of any window."""
    return max((each.weight_max for each in _exposures(observed)), default=0.0)


def seeing_share(observed: Iterable[Observed]) -> float:
    """Share of the weight of all windows that is of windows which were not blind."""
    exposures = _exposures(observed)
    weight = sum(each.weight for each in exposures)
    return 1 - sum(each.weight_blind for each in exposures) / weight if weight else 0.0


def invocations(observed: Iterable[Observed]) -> int:
    """Invocations that the agent saw."""
    return sum(each.invocations for each in _exposures(observed))


def sum_groups(groups: Iterable[Weights]) -> Weights:
    """Weight vectors, added up."""
    return tuple(map(sum, zip(NO_WEIGHTS, *groups, strict=True)))


def _sample(observed: Iterable[Observed]) -> Sample:
    exposures = _exposures(observed)
    return Sample(
        sum_groups(each.window_groups for each in exposures),
        sum(each.weight for each in exposures),
        sum(each.weight_squared for each in exposures),
    )


def _invocations(observed: Sequence[Observed]) -> tuple[float, float]:
    exposures = _exposures(observed)
    count = float(sum(each.invocations for each in exposures))
    return count, count / clustering(sum_groups(each.invocation_groups for each in exposures))


def _windows(observed: Sequence[Observed]) -> tuple[float, float]:
    """Σw / max w: code that runs when windows are rarest is seen no more often than that.

    Blind windows noticed nothing for certain, and do not count.
    """
    largest = weight_max(observed)
    found = _sample(observed)
    if largest <= 0 or found.weight <= 0:
        return 0.0, 0.0
    count = found.weight / largest * seeing_share(observed)
    return count, count / clustering(found.groups, found.weight_squared / found.weight)


def _inits(origin: Origin, usage: OriginUsage) -> int:
    count = sum(each.inits for each in usage.exposures.values())
    # Every restored copy of a snapshot shares the one init that made it.
    return min(count, 1) if origin.initialization_type == "snap-start" else count


def _notices(origin: Origin, exposure: Exposure) -> bool:
    if origin.observes_every_invocation:
        return exposure.invocations > 0
    return exposure.windows > exposure.windows_blind


def _days(observed: Iterable[Observed], counts: Callable[[Origin, Exposure], bool]) -> int:
    return len(
        {
            day
            for origin, usage in observed
            for day, exposure in usage.exposures.items()
            if counts(origin, exposure)
        }
    )


def _exposures(observed: Iterable[Observed]) -> list[Exposure]:
    return [each for _, usage in observed for each in usage.exposures.values()]
