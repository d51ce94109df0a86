"""The overhead budget: which share of the handlers' wall time windows and flushing may cost.

Time is that of the handlers: an hour without invocations earns nothing and forgives nothing.
Nothing here looks at a clock or measures anything; all times are in seconds.
"""

from __future__ import annotations

from lambda_usage.sampling.account import Account

PERIOD = 60.0
"""Seconds of handler time after which most of what was earned and spent is forgotten."""

_AIM = 0.85
"""Share of the budget that is aimed at: costs may be taken for less than they are, by a quarter on
a busy machine (docs/performance/budget.md)."""

_FOR_FLUSHING = 0.6
"""Share of the budget that is laid aside until the next flush is paid for."""

_FOR_SPANS = 0.75
"""Share of the budget that spans may take, at most. Where they cost more, nothing keeps the budget,
since they are told whatever it says; and without windows there would be nothing to tell of."""

_FIRST_DURATION = 0.01
_FIRST_WINDOW = 0.001
_FIRST_FLUSH = 0.06
"""The first bundle imports what writes and sends it, and reads the package."""
_LATER_FLUSH = 0.015

_NEARLY_NOTHING = 1e-7


class Budget:
    """Keeps the cost of windows and flushing within a share of handler time."""

    def __init__(self, share: float) -> None:
        """Begin with nothing; *share* is above 0 and below 1."""
        share *= _AIM
        self._share = share
        self._account = Account(
            share * PERIOD,
            PERIOD,
            first_income=share * _FIRST_DURATION,
            first_cost=_FIRST_WINDOW,
        )
        self._saved = 0.0
        self._told = 0.0
        """What spans have cost that is yet to be taken from what is earned."""
        self._flushes = 0
        self._flush = _FIRST_FLUSH

    def ran(self, duration: float, invocations: int = 1) -> None:
        """Some invocations took *duration* together, what we cost them not included."""
        earned = self._share * duration
        told = min(self._told, _FOR_SPANS * earned)
        self._told -= told
        earned -= told
        if self._saved < self._flush:
            self._saved += _FOR_FLUSHING * earned
            earned *= 1 - _FOR_FLUSHING
        self._account.earn(earned, duration, invocations)

    def expect(self, cost: float) -> None:
        """Until windows have been drawn, one is taken to cost *cost*."""
        self._account.expect(cost)

    def window(self, cost: float) -> None:
        """A window that was drawn has cost *cost*."""
        self._account.spend(max(cost, _NEARLY_NOTHING))

    def first_window(self, cost: float) -> None:
        """The first invocation of all was a window and has cost *cost*, as no other will."""
        self._account.spend_once(cost)

    def flushed(self, cost: float) -> None:
        """Delivering a bundle has cost *cost*."""
        self._saved -= cost
        if self._flushes:
            self._flush += (cost - self._flush) / min(self._flushes, 4)
        else:
            self._flush = _LATER_FLUSH
        self._flushes += 1

    def spans_told(self, cost: float) -> None:
        """Telling a span of an invocation has cost *cost*: windows and bundles make room for it."""
        self._told = min(self._told + cost, _FOR_SPANS * self._share * PERIOD)

    @property
    def affords_flush(self) -> bool:
        """Whether the next flush is paid for. The first always is: it goes on credit."""
        return self._flushes == 0 or self._saved >= self._flush

    def probability(self) -> float:
        """Of the next invocation to be a window; positive, and above 1 where more is affordable."""
        return self._account.probability()
