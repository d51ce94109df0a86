"""When bundles are due."""

from __future__ import annotations

from lambda_usage.delivery.pauses import Stopwatch, jittered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class Watch(Protocol):
        """Time since it was made."""

        def seconds(self) -> float:
            """In seconds."""


_EARLY = (5.0, 15.0)
"""The first bundle goes between so many seconds, lest a fleet that starts at once sends at once."""

_JITTER = 0.1
"""Share of the interval by which it varies, for the same reason."""

_GROWTH, _LIMIT = 1.5, 4.0
"""Each bundle in which nothing was seen for the first time makes the interval longer, up to so
many times: that is also what SIGKILL may cost."""

_PATHS = 256
"""Distinct paths that are a bundle's fill, before the lighter ones have to be counted together."""


class Schedule:
    """Of one process."""

    def __init__(self, interval: float, stopwatch: Callable[[], Watch] = Stopwatch) -> None:
        self._interval = interval
        self._stopwatch = stopwatch
        self._factor = 1.0
        self.restart()

    def restart(self) -> None:
        """As at the start of a process."""
        self._since = self._stopwatch()
        self._pause = min(self._interval, jittered(*_EARLY))

    @property
    def overdue(self) -> bool:
        """Whether a whole interval has passed since a bundle was due."""
        return self._since.seconds() >= self._pause + self._interval

    def due(self, paths: int = 0) -> bool:
        """Whether it is time for a bundle.

        Args:
            paths: Distinct paths that it would hold.
        """
        return self.quiet(paths) == 0

    def quiet(self, paths: int) -> float:
        """Seconds until it is time for a bundle that holds *paths* distinct paths; 0 if it is."""
        pause = self._pause
        if paths >= _PATHS:
            pause = min(pause, self._interval / 10)
        return max(pause - self._since.seconds(), 0.0)

    def sent(self) -> None:
        """A bundle is under way; count from now."""
        length = self._interval * self._factor
        self._since = self._stopwatch()
        self._pause = jittered(length * (1 - _JITTER), length * (1 + _JITTER))

    def learned(self, *, new: bool) -> None:
        """What the bundle told: whether anything was in it that had not been seen before."""
        self._factor = 1.0 if new else min(self._factor * _GROWTH, _LIMIT)
