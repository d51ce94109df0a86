"""Time that passes in a process that is frozen and thawed, and random parts of it.

Whether the monotonic clock goes on while Lambda freezes a process is not said anywhere, and the
wall clock may be set back. The longer of the two spans is what has passed.
"""

from __future__ import annotations

import os
import time


class Stopwatch:
    """How long it is since something happened."""

    __slots__ = ("_monotonic", "_wall")

    def __init__(self) -> None:
        self._monotonic = time.monotonic()
        self._wall = time.time()

    def seconds(self) -> float:
        """Since this was made; never negative."""
        return max(time.monotonic() - self._monotonic, time.time() - self._wall, 0.0)


def jittered(low: float, high: float) -> float:
    """A random number between *low* and *high*, from the operating system's randomness."""
    return low + (high - low) * (int.from_bytes(os.urandom(4), "big") / (1 << 32))
