"""Does what is due, each period once, and lets no period stand in the way of another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from usage_combiner.events import Due
from usage_combiner.periods import Period
from usage_combiner.results import Outcome, Workplace
from usage_combiner.sources import SUMMARY, days_below

Combine = Callable[[Period], Outcome]


class WorkError(Exception):
    """Some of what was due failed; all else was done."""


@dataclass(slots=True)
class Work:
    """The work of one invocation. A period that is due again in it has been seen to.

    That is safe: all events that an invocation has were there before it listed anything.
    """

    place: Workplace
    combine: Combine
    """Brings one period up to date."""
    _done: dict[Period, Outcome | Exception] = field(default_factory=dict)

    def do(self, due: Due) -> list[Outcome]:
        """Bring all that is due up to date.

        Raises:
            WorkError: Some of it failed; names what and why.
        """
        results = {period: self._result(period) for period in self._periods(due)}
        failed = [
            f"{period}: {type(result).__name__}: {result}"
            for period, result in results.items()
            if isinstance(result, Exception)
        ]
        if failed:
            raise WorkError("; ".join(failed))
        return [each for each in results.values() if isinstance(each, Outcome)]

    def _periods(self, due: Due) -> Iterator[Period]:
        yield from due.days
        for period in (*due.longer, *due.whole):
            days = days_below(period, self.place.store.bundles(period.prefix))
            if period in due.longer:
                known = self.place.shelf.below(period.prefix)
                days = [each for each in days if each.prefix + SUMMARY not in known]
            yield from days
            yield period

    def _result(self, period: Period) -> Outcome | Exception:
        if period not in self._done:
            result: Outcome | Exception
            try:
                result = self.combine(period)
            except Exception as error:
                result = error
            self._done[period] = result
        return self._done[period]
