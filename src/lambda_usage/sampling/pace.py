"""The greatest number of windows in a minute, kept by lowering their probability ahead of time.

A limit that is reached and then forbids would leave out the end of each busy minute, and whatever
runs just then. Times are seconds of any clock that the caller likes.
"""

from __future__ import annotations

from lambda_usage.sampling.account import Account

_MINUTE = 60.0
_MARGIN = 0.05
_DEVIATIONS = 1.0
"""Windows come by chance: what is aimed at lies so far below the limit, as a share of it or in
square roots of it, whichever is more."""
_LONGEST_PAUSE = 1.5
"""Seconds of a pause that count: what was not used while nothing ran is not made up for."""


class Pace:
    """Keeps the windows of each minute below a limit."""

    def __init__(self, windows_per_minute: float) -> None:
        margin = min(max(_MARGIN, _DEVIATIONS / windows_per_minute**0.5), 0.5)
        self._rate = (1 - margin) * windows_per_minute / _MINUTE
        self._account = Account(
            self._rate * _MINUTE,
            _MINUTE,
            first_income=self._rate * _LONGEST_PAUSE,
            first_cost=1.0,
        )
        self._last: float | None = None

    def begin(self, now: float, invocations: int = 1) -> None:
        """Some invocations have begun since this was last called, the latest at *now*."""
        most = _LONGEST_PAUSE * invocations
        passed = most if self._last is None else max(now - self._last, 0.0)  # it may be set back
        self._last = now
        counted = passed if passed < most else most
        self._account.earn(self._rate * counted, passed, invocations)

    def window(self) -> None:
        """It is a window."""
        self._account.spend_once(1.0)

    def probability(self) -> float:
        """Of the next invocation to be a window; positive, and above 1 where there is room."""
        return self._account.probability()
