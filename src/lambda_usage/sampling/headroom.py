"""Keeps windows out of invocations that they could make time out.

Such an invocation has a probability of 0: it is counted as one that could not be sampled, and
shares are those of the others. What decides is known before it begins: the time that Lambda gives
it, and how long earlier ones took.
"""

from __future__ import annotations

_KEEP = 0.99
"""How much of the longest duration is remembered from one invocation to the next."""
_MARGIN = 2.0
"""Times the dearest window that must fit beside the longest invocation."""


class Headroom:
    """Remembers the longest invocation and the dearest window, in seconds of wall time."""

    __slots__ = ("_dearest", "longest", "needed")

    def __init__(self) -> None:
        self.longest = 0.0
        self._dearest = 0.0
        self.needed = 0.0
        """Seconds that must be left for a window to be safe."""

    def ran(self, duration: float, invocations: int = 1) -> None:
        """Some invocations ended, the longest took *duration*, what we cost it not included."""
        self.longest = max(duration, self.longest * _KEEP**invocations)
        self.needed = self.longest + _MARGIN * self._dearest

    def window(self, cost: float) -> None:
        """A window cost *cost*."""
        self._dearest = max(cost, self._dearest * _KEEP)
        self.needed = self.longest + _MARGIN * self._dearest

    def fits(self, remaining: float) -> bool:
        """Whether a window is safe where *remaining* seconds are left."""
        return self.needed <= remaining


def remaining_time(context: object) -> float | None:
    """Seconds that Lambda's *context* says are left; ``None`` where it does not say."""
    if context is None:
        return None
    try:
        return context.get_remaining_time_in_millis() / 1000  # type: ignore[attr-defined,no-any-return]
    except Exception:  # a stand-in of the user's own
        return None
