"""Draws windows with a known probability."""

from __future__ import annotations

import math
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from lambda_usage.sampling.birth import Birth
    from lambda_usage.sampling.trace import Trace

    class Limit(Protocol):
        """Something that allows only so many windows."""

        def probability(self) -> float:
            """At most, of the next invocation to be a window; positive."""


class Draw:
    """Whether something is recorded, and with which probability that was drawn."""

    __slots__ = ("chosen", "first", "probability")

    def __init__(self, probability: float, chosen: bool, *, first: bool = False) -> None:
        self.probability = probability
        self.chosen = chosen
        self.first = first
        """Whether it is a process's first, which takes longer than later ones will."""


NEVER = Draw(0.0, False)
"""Of what could not be recorded."""


class Sampler:
    """Draws from the operating system's randomness, never from ``random``'s global generator.

    A seed of the user's stays theirs, and processes that were cloned from one snapshot draw
    independently, each with a sampler of its own. Sampling by trace takes the randomness of the
    trace's id instead.

    Randomness is fetched once for each window, not for each invocation: a distance E from the
    exponential distribution, from which every invocation takes -log(1 - p) until nothing is left.
    Given that E has lasted so far, what is left of it is distributed as E was. So each invocation
    is chosen with exactly its own p, whatever came before, however p moves meanwhile.
    """

    __slots__ = (
        "_hazard",
        "_kept",
        "_left",
        "_limits",
        "_no",
        "_yes",
        "by_trace",
        "probability",
        "rate",
    )

    def __init__(
        self, rate: float, limits: Sequence[Limit] = (), *, by_trace: bool = False
    ) -> None:
        """Draw with probability *rate*, or the least that any of the *limits* allows."""
        self.rate = rate
        self._limits = limits
        self.by_trace = by_trace
        """Whether it matters which trace :meth:`draw` is given."""
        self._kept = 1.0
        self.probability = rate
        """In force now: above 0 and at most 1."""
        self._left: float | None = None
        """Of the distance to the next window; ``None`` if it is to be drawn."""
        self.refresh()

    def refresh(self) -> None:
        """Ask the limits anew, which speak of what has happened so far."""
        probability = self.rate
        for limit in self._limits:
            allowed = limit.probability()
            if allowed < probability:
                probability = allowed
        self.probability = probability
        self._hazard = -math.log1p(-probability) if probability < 1 else math.inf
        self._yes, self._no = Draw(probability, True), Draw(probability, False)

    def draw(self, trace: Trace | None = None) -> Draw:
        """Decide with the probability that is in force.

        It follows from what happened before; nothing of the invocation itself has a part in it.
        """
        if self.by_trace and trace is not None and trace.known:
            return Draw(*self._draw_by_trace(trace, self.probability))
        if self.probability >= 1:
            return self._yes
        left = self._left
        if left is None:
            left = -math.log1p(-uniform())
        if left < self._hazard:
            self._left = None
            return self._yes
        self._left = left - self._hazard
        return self._no

    def passes(self, most: int) -> int:
        """How many invocations from now on are certainly no windows, should the probability stay.

        At most *most*: what was drawn says so, and :meth:`draw` would. See :meth:`passed`.
        """
        if self.by_trace or self.probability >= 1:
            return 0
        if self._left is None:
            self._left = -math.log1p(-uniform())
        return most if self._left >= most * self._hazard else int(self._left / self._hazard)

    def passed(self, invocations: int) -> None:
        """So many of :meth:`passes` were not drawn one by one."""
        if invocations:
            assert self._left is not None
            self._left -= invocations * self._hazard

    def draw_first(self, trace: Trace | None, birth: Birth) -> Draw:
        """The same for the first invocation of a process, in which *birth* has a say.

        The distance to the next window is left alone: it knows nothing of the birth's number.
        """
        if self.by_trace and trace is not None and trace.known:
            probability = max(self.probability, birth.probability)
            return Draw(*self._draw_by_trace(trace, probability), first=True)
        return Draw(*birth.draw(self.probability), first=True)

    def _draw_by_trace(self, trace: Trace, most: float) -> tuple[float, bool]:
        """As all functions do that see the trace.

        The probability is at most the one with which OpenTelemetry kept traces when it was last
        heard: windows are then those of kept traces. A trace that is not kept does not say how
        likely it was to be, so what an earlier one said has to do, for all alike.
        """
        drawn = trace.draw(min(most, self._kept))
        if trace.kept is not None:
            self._kept = trace.kept
        return drawn


def uniform() -> float:
    """A number in [0, 1) with 53 random bits."""
    return (int.from_bytes(os.urandom(7), "big") >> 3) / (1 << 53)
