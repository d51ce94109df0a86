"""Leaves a store alone that keeps failing, and asks it now and then whether it is back."""

from __future__ import annotations

from lambda_usage.delivery.pauses import Stopwatch, jittered

_FAILURES = 3
"""Deliveries that fail one after the other before the store is left alone."""

_FIRST_PAUSE, _LONGEST_PAUSE = 60.0, 3600.0
"""Seconds. A pause is a random part of its length, no less than half."""


class Breaker:
    """A circuit breaker: closed while the store works, open while it is left alone.

    When a pause is over it is half-open: one attempt may be made, and its outcome decides.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._pauses = 0
        self._since = Stopwatch()
        self._pause = 0.0

    @property
    def closed(self) -> bool:
        """Whether the store is taken to work."""
        return self._pause == 0

    def allows(self) -> bool:
        """Whether an attempt may be made now."""
        return self.closed or self._since.seconds() >= self._pause

    def succeeded(self) -> None:
        """The store works."""
        self._failures = self._pauses = 0
        self._pause = 0.0

    def failed(self, *, lasting: bool) -> None:
        """An attempt failed; *lasting* where the next one would too."""
        self._failures += 1
        if lasting or not self.closed or self._failures >= _FAILURES:
            length = min(_FIRST_PAUSE * 2**self._pauses, _LONGEST_PAUSE)
            self._pauses = min(self._pauses + 1, 16)
            self._pause = jittered(length / 2, length)
            self._since = Stopwatch()
