"""Whether a process pays what is paid once, where a window slows the code: on Python 3.11.

Its init and its first invocation run much code that never runs again, and all of that under the
tracer costs more than a short life can earn. No process knows how long it will live. So each draws
at its birth, with a probability that is kept with what it sees, and the fleet as a whole stays
within the budget. Where recording is cheap (3.12 and later) there is nothing to draw: existence is
recorded in every process.
"""

from __future__ import annotations

_LIFE = 60.0
"""Seconds of handler time that a process is taken to live for: the budget's own period."""

_COST = 0.1
"""CPU seconds that the tracer adds to init and first invocation: of a backend of some size, as
``benchmarks/birth.py`` measures it."""

_PART = 0.4
"""Share of the budget that is for this; the rest is for later windows and bundles."""


class Birth:
    """One process's draw."""

    __slots__ = ("_uniform", "probability")

    def __init__(self, rate: float, budget: float, uniform: float) -> None:
        """Draw.

        Args:
            rate: The greatest probability of anything that is drawn.
            budget: Share of the handlers' time; 1 or more is no limit.
            uniform: A random number in [0, 1).
        """
        affordable = _PART * budget * _LIFE / _COST if budget < 1 else 1.0
        self.probability = min(rate, affordable)
        """With which the init is recorded, and at least with which the first invocation is."""
        self._uniform = uniform

    @property
    def pays(self) -> bool:
        """Whether the init is recorded."""
        return self._uniform < self.probability

    def draw(self, probability: float) -> tuple[float, bool]:
        """Decide on the first invocation, which other invocations' *probability* does not hinder.

        One number decides on both, so that a process that pays for one pays for both.

        Returns:
            The probability that it had, and whether it is a window.
        """
        probability = max(probability, self.probability)
        return probability, self._uniform < probability
