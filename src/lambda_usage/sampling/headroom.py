"""Keeps windows out of invocations that they could make time out.

Such an invocation has a probability of 0: it is counted as one that could not be sampled, and
shares are those of the others. What decides is known before it begins: the time that Lambda gives
it, and how long earlier ones took.
"""

from __future__ import annotations

import time

_KEEP = 0.99
"""How much of the longest duration is remembered from one invocation to the next."""
_PRECISION = 0.005
"""Seconds by which two readings of one deadline may differ."""
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

    @property
    def margin(self) -> float:
        """Seconds that must be left beside the longest invocation."""
        return _MARGIN * self._dearest

    def ran(self, duration: float, invocations: int = 1) -> None:
        """Some invocations ended, the longest took *duration*, what we cost it not included."""
        self.longest = max(duration, self.longest * _KEEP**invocations)
        self.needed = self.longest + self.margin

    def longer(self, duration: float) -> None:
        """An invocation took *duration*, longer than any: known at once, and :meth:`ran` later."""
        self.longest = duration
        self.needed = duration + self.margin

    def window(self, cost: float) -> None:
        """A window cost *cost*."""
        self._dearest = max(cost, self._dearest * _KEEP)
        self.needed = self.longest + self.margin

    def fits(self, remaining: float) -> bool:
        """Whether a window is safe where *remaining* seconds are left."""
        return self.needed <= remaining


def is_dated(context: object) -> bool:
    """Whether *context* holds its deadline as those of AWS's runtime client do: in milliseconds.

    The name is none that is promised, so what it holds is compared with what *context* says.
    """
    deadline, remaining = (
        getattr(context, "_epoch_deadline_time_in_ms", None),
        remaining_time(context),
    )
    if type(deadline) is not int or not remaining:
        return False
    return abs(deadline / 1000 - time.time() - remaining) < _PRECISION


def remaining_time(context: object) -> float | None:
    """Seconds that Lambda's *context* says are left; ``None`` where it does not say."""
    if context is None:
        return None
    try:
        return context.get_remaining_time_in_millis() / 1000  # type: ignore[attr-defined,no-any-return]
    except Exception:  # a stand-in of the user's own
        return None
