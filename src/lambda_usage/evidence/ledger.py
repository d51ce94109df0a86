"""Exposures, each added up only once.

Nearly all scopes of a report are exposed by the same origins, and adding up the days of a large
fleet anew for each of them would take most of the time.
"""

from __future__ import annotations

from collections.abc import Sequence

from lambda_usage.evidence.exposure import (
    Observed,
    Trials,
    Unit,
    invocation_trials,
    sample,
    trials,
)
from lambda_usage.evidence.statistics import Sample


class Ledger:
    """Remembers what was asked of one bundle, which must not change meanwhile."""

    def __init__(self) -> None:
        self._trials: dict[tuple[str, Unit, tuple[int, ...]], Trials] = {}
        self._invocation_trials: dict[tuple[str, tuple[int, ...]], Trials] = {}
        self._samples: dict[tuple[int, ...], Sample] = {}

    def trials(self, lambda_function: str, unit: Unit, observed: Sequence[Observed]) -> Trials:
        """As :func:`~lambda_usage.evidence.exposure.trials`."""
        key = lambda_function, unit, _identity(observed)
        if key not in self._trials:
            self._trials[key] = trials(lambda_function, unit, observed)
        return self._trials[key]

    def invocation_trials(self, lambda_function: str, observed: Sequence[Observed]) -> Trials:
        """As :func:`~lambda_usage.evidence.exposure.invocation_trials`."""
        key = lambda_function, _identity(observed)
        if key not in self._invocation_trials:
            self._invocation_trials[key] = invocation_trials(lambda_function, observed)
        return self._invocation_trials[key]

    def sample(self, observed: Sequence[Observed]) -> Sample:
        """As :func:`~lambda_usage.evidence.exposure.sample`."""
        key = _identity(observed)
        if key not in self._samples:
            self._samples[key] = sample(observed)
        return self._samples[key]


def _identity(observed: Sequence[Observed]) -> tuple[int, ...]:
    # The bundle outlives the ledger, so no id is used twice.
    return tuple(id(usage) for _, usage in observed)
