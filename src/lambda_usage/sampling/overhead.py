"""What recording costs this process, by its clocks, and what that leaves for windows.

A window's own work (arming, closing, noting its path) is timed, in CPU time, so that a neighbour
on the machine, or a freeze between invocations, is not taken for it. The callbacks in between are
counted; each costs what the recorder calibrated, and as much again and more for what the
interpreter has to specialise anew around a line that was armed. ``docs/performance/budget.md``
holds all this against CPU time that was measured from outside.
"""

from __future__ import annotations

import os
import time

from lambda_usage.sampling.budget import Budget
from lambda_usage.sampling.headroom import Headroom
from lambda_usage.sampling.pace import Pace
from lambda_usage.sampling.sampler import NEVER, Sampler, uniform
from lambda_usage.sampling.tracer_cost import TracerCost

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from lambda_usage.recording.window import WindowHits
    from lambda_usage.sampling.birth import Birth
    from lambda_usage.sampling.sampler import Draw
    from lambda_usage.sampling.trace import Trace
    from lambda_usage.settings import Settings

_AFTERMATH = 3.0
_COLD = 0.2e-6
"""What a line costs that was armed: so many times the callback that the recorder has calibrated,
for the call and for specialising anew after it, and so many CPU seconds besides. Calibration runs
in a loop; a window is rare, and most of what it touches is in no cache of the processor."""

_BOOKKEEPING = 50e-6
"""CPU seconds that a window costs beside what is measured: the accounts that it is entered in, and
what all of it pushes out of the processor's caches."""

_CALLBACK = 0.2e-6
"""CPU seconds of a callback until the recorder has calibrated it."""

_MEMORY_OF_A_CPU = 1769
"""MB of memory with which a Lambda function gets one CPU; with less it gets a part of one.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
"""

_AT_ONCE = 60
_AT_ONCE_SECONDS = 0.25
"""The probability is worked out anew after so many invocations, or so much time."""

_TIMED = 64
"""One in so many of the invocations that are no windows is timed, where windows slow the code."""

_TRACED_MOST = 0.95
"""Where windows slow the code itself, some invocations must be none, to compare with."""


class Overhead:
    """Knows the budget of one process and everything that is paid from it.

    Called from the thread of the invocation, under the agent's lock. All times are in seconds.
    """

    __slots__ = (
        "_begun",
        "_birth",
        "_budget",
        "_ended",
        "_handlers_time",
        "_headroom",
        "_last",
        "_longest",
        "_pace",
        "_ran",
        "_spans_cost",
        "_stretch",
        "_taken",
        "_timer",
        "_windows_cost",
        "clock",
        "delivered",
        "pays_init",
        "sampler",
        "traced",
    )

    def __init__(self, settings: Settings, *, traced: bool) -> None:
        """Begin with nothing spent.

        Args:
            settings: What the user allows.
            traced: Whether a window slows all the code that runs in it.
        """
        limited = settings.overhead_budget < 1
        self.traced = TracerCost() if traced else None
        """Where windows slow the code itself: what is known of that."""
        self.clock: Callable[[], float] = time.process_time if traced else float
        """To be read before a window is opened and before it is closed. No Python function: one
        would be traced."""
        self._budget = Budget(settings.overhead_budget) if limited else None
        self._pace = Pace(settings.max_windows_per_minute)
        self.sampler = Sampler(
            min(settings.sample_rate, _TRACED_MOST if traced and limited else 1.0),
            (self._pace,) if self._budget is None else (self._budget, self._pace),
            by_trace=settings.sampler == "trace",
        )
        self._birth = _birth(settings) if traced else None
        """Until the first invocation has been drawn."""
        self.pays_init = self._birth is None or self._birth.pays
        """Whether the init of this process is recorded."""
        self._headroom = Headroom()
        self._stretch = _stretch()
        self.delivered = 0.0
        """CPU time that delivery has cost so far, as far as it was heard of."""
        self._timer = Sampler(1 / _TIMED)
        self._begun = self._ended = 0
        self._last = self._ran = self._longest = 0.0
        self._windows_cost = self._spans_cost = self._handlers_time = 0.0
        self._taken = (0.0, 0.0)

    def draw(self, now: float, trace: Trace | None, remaining: float | None) -> Draw:
        """Decide whether the invocation that begins at *now* is a window.

        Args:
            now: Seconds of the wall clock.
            trace: Its trace, where the sampler is one by trace.
            remaining: Seconds that Lambda gives it, where that is known.
        """
        self._begun += 1
        if self._begun >= _AT_ONCE or now - self._last > _AT_ONCE_SECONDS:
            self._pace.begin(now, self._begun)
            self._begun, self._last = 0, now
            self._book()
            self.sampler.refresh()
        if remaining is not None and remaining < self._headroom.needed:
            return NEVER
        if self._birth is None:
            draw = self.sampler.draw(trace)
        else:
            draw, self._birth = self.sampler.draw_first(trace, self._birth), None
        if draw.chosen:
            self._pace.window()
        return draw

    def ran(self, duration: float, clock: float, *, first: bool = False) -> None:
        """An invocation ended that was no window.

        Args:
            duration: Its wall time.
            clock: The difference of the clock.
            first: Whether it was the process's first, which says nothing of what others take.
        """
        if self.traced is not None and not first:
            self.traced.other(clock)
        self.passed(duration, 1, duration)

    def passed(self, duration: float, invocations: int, longest: float) -> None:
        """The same for some that the clock was not read around, as are almost all.

        Args:
            duration: Their wall time together.
            invocations: How many.
            longest: What the longest of them took, if that is more than any before.
        """
        self._ended += invocations
        self._ran += duration
        if longest > self._headroom.longest:
            self._headroom.longer(longest)
            self._longest = longest
        if self._ended >= _AT_ONCE or self._ran > _AT_ONCE_SECONDS:
            self._book()

    def grant(self) -> tuple[int, float, float, float, float]:
        """What may pass that is neither drawn nor timed, since it is known how that would end.

        When the probability is worked out anew does not depend on it.

        Returns:
            How many invocations; until when; what the longest so far took; what must be left to
            an invocation beside that; how long they may take together.
        """
        headroom, traced = self._headroom, self.traced
        passes = 0
        if self._birth is None and not (traced is not None and traced.learns):
            # more may have ended than were drawn: those beside another invocation were not
            passes = self.sampler.passes(_AT_ONCE - 1 - max(self._begun, self._ended - 1))
            if traced is not None:
                passes = self._timer.passes(passes)
        return (
            passes,
            self._last + _AT_ONCE_SECONDS,
            headroom.longest,
            headroom.margin,
            _AT_ONCE_SECONDS - self._ran,
        )

    def granted(self, invocations: int) -> None:
        """So many passed, and ended or not."""
        self._begun += invocations
        self.sampler.passed(invocations)
        if self.traced is not None:
            self._timer.passed(invocations)

    def times(self) -> bool:
        """Whether the clock is to be read around the next invocation, should it be no window.

        Reading the CPU clock is two system calls. Once there are enough to compare with, chance
        picks one in :data:`_TIMED`, so that neither its cost nor any order among invocations has a
        part in which: their mean is that of all.
        """
        traced = self.traced
        return traced is not None and (traced.learns or self._timer.draw().chosen)

    def window(
        self,
        duration: float,
        clock: float,
        own: tuple[float, float],
        hits: WindowHits,
        *,
        first: bool = False,
    ) -> float:
        """A window ended; returns what it cost.

        Args:
            duration: Wall time of the invocation, as far as it was a window.
            clock: The difference of the clock.
            own: CPU time of opening it, and of closing it and noting what it saw.
            hits: What the recorder says of it: how often it was called back in between.
            first: Whether it was the process's first, which says nothing of what others cost.
        """
        opening, closing = own
        callback = hits.callback_s or _CALLBACK
        if self.traced is None:
            within = hits.callbacks * (callback * _AFTERMATH + _COLD)
        else:
            opening = 0.0  # the clock has it
            within = self.traced.window(clock, typical=not first)
        within *= self._stretch
        cost = within + (opening + closing + _BOOKKEEPING) * self._stretch
        self._windows_cost += cost
        self._headroom.window(cost)
        if self._budget is not None:
            if first:
                self._budget.first_window(cost)
            else:
                self._budget.window(cost)
        self._ended += 1
        self._ran += (net := max(duration - within, 0.0))
        self._longest = max(self._longest, net)
        self._book()
        return cost

    def spans_told(self, cost: float) -> None:
        """Telling a span of an invocation took *cost* of CPU time; none is left out to save it."""
        cost *= self._stretch
        self._spans_cost += cost
        if self._budget is not None:
            self._budget.spans_told(cost)

    def _book(self) -> None:
        """Credit what has run to the budget: some invocations at once, which is cheaper."""
        self._headroom.ran(self._longest, self._ended)
        self._handlers_time += self._ran
        if self._budget is not None and self._ended:
            self._budget.ran(self._ran, self._ended)
            if self.traced is not None:
                self._budget.expect(self.traced.expected * self._stretch)
            self.sampler.refresh()
        self._ended, self._ran, self._longest = 0, 0.0, 0.0

    def affords_flush(self, delivered: float) -> bool:
        """Whether a bundle may be delivered now.

        Args:
            delivered: CPU time that delivery has cost so far, from the beginning of the process.
        """
        cost, self.delivered = delivered - self.delivered, delivered
        if self._budget is None:
            return True
        if cost > 0:
            self._budget.flushed(cost * self._stretch)
        return self._budget.affords_flush

    def take_costs(self) -> dict[str, float]:
        """What windows and spans have cost, and how long handlers ran, since last asked."""
        self._book()
        costs = {"window_s": self._windows_cost, "handler_s": self._handlers_time}
        if self._spans_cost:
            costs["spans_s"] = self._spans_cost
        self._taken = self._cost(), self._taken[1] + self._handlers_time
        self._windows_cost = self._spans_cost = self._handlers_time = 0.0
        return costs

    def share(self) -> float | None:
        """What windows, spans and delivery have cost so far, as a share of the handlers' time.

        ``None`` where that time is not known: no handler has run, or each under the tracer.
        """
        cost, ran = self.spent()
        return cost / ran if ran else None

    def spent(self) -> tuple[float, float]:
        """What windows, spans and delivery have cost so far, and how long handlers ran."""
        cost = self._cost() + self.delivered * self._stretch
        return cost, self._taken[1] + self._handlers_time + self._ran

    def _cost(self) -> float:
        return self._taken[0] + self._windows_cost + self._spans_cost


def _birth(settings: Settings) -> Birth:
    from lambda_usage.sampling.birth import Birth  # Python 3.12 and later draw nothing at birth

    return Birth(settings.sample_rate, settings.overhead_budget, uniform())


def _stretch() -> float:
    """How many seconds of wall time a second of CPU time takes from a function of this size."""
    memory = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
    if not memory.isdigit() or not int(memory):
        return 1.0
    return max(1.0, _MEMORY_OF_A_CPU / int(memory))
