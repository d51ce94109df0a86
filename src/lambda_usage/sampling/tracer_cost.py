"""What a window costs where recording slows the handler itself, as the C tracer of 3.11 does.

No clock can tell the tracer's time from the handler's. It is what windows take longer, on average,
than other invocations: the difference of two means of CPU time, which waiting does not blur. Until
there are enough of both, all of a window's CPU time counts as its cost, and later the difference
and twice its standard error: an estimate that errs, errs upward.
"""

from __future__ import annotations

import math

_WINDOWS_MEMORY = 100
_OTHERS_MEMORY = 250
_ENOUGH = 5
_SOME = 30.0
_ERRORS = 2.0
_SLOWDOWN = 5.0
"""Times that a traced invocation is taken to need until some have been windows."""
_FIRST_WINDOW = 0.0005
"""What closing it is taken to cost besides."""


class _Moments:
    """Mean and variance, the older values forgotten."""

    __slots__ = ("_keep", "count", "squares", "total")

    def __init__(self, memory: int) -> None:
        self._keep = 1 - 1 / memory
        self.count = self.total = self.squares = 0.0

    def add(self, value: float) -> None:
        keep = self._keep
        self.count = self.count * keep + 1
        self.total = self.total * keep + value
        self.squares = self.squares * keep + value * value

    @property
    def mean(self) -> float:
        return self.total / self.count

    @property
    def variance_of_mean(self) -> float:
        spread = max(0.0, self.squares / self.count - self.mean**2)
        return spread / (self.count - 1)


class TracerCost:
    """Learns from the CPU seconds of windows and of other invocations."""

    def __init__(self) -> None:
        self._windows = _Moments(_WINDOWS_MEMORY)
        self._others = _Moments(_OTHERS_MEMORY)

    def other(self, cpu: float) -> None:
        """An invocation that was no window took *cpu*."""
        self._others.add(cpu)

    @property
    def learns(self) -> bool:
        """Whether each invocation counts, for few are known so far."""
        return self._others.count < _SOME

    @property
    def expected(self) -> float:
        """What a window is taken to cost until some have been drawn."""
        return _FIRST_WINDOW + (_SLOWDOWN - 1) * (self._others.mean if self._others.count else 0.0)

    def window(self, cpu: float, *, typical: bool = True) -> float:
        """A window took *cpu*: what it cost, as a mean over windows.

        The first invocation of a process is not *typical*, and all of it counts.
        """
        if not typical:
            return cpu
        self._windows.add(cpu)
        if self._windows.count < _ENOUGH or self._others.count < _ENOUGH:
            return cpu
        error = math.sqrt(self._windows.variance_of_mean + self._others.variance_of_mean)
        difference = self._windows.mean - self._others.mean
        return min(max(0.0, difference + _ERRORS * error), self._windows.mean)
