"""Opens a window for an invocation that was drawn to be one, and counts what it saw."""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from lambda_usage.agent import Agent
    from lambda_usage.invocation import Invocation

BESIDE_TRACER = "inits and invocations beside another tracer"


class Windows:
    """Of one process, at most one at a time. Called under the agent's lock."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self.current: Invocation | None = None

    def is_traced(self) -> bool:
        """Whether a debugger or a coverage tool traces, on 3.11: a window would put it out."""
        if self._agent.recorder.name != "ctrace" or sys.gettrace() is None:
            return False
        self.beside_tracer()
        return True

    def beside_tracer(self) -> None:
        """Note that something was not recorded, since another tool traces."""
        self._agent.pending.losses[BESIDE_TRACER] += 1
        self._agent.log.once(
            "WARNING",
            "Another tool traces this process (a debugger, or a coverage tool); invocations are "
            "counted, but nothing of them is recorded while it does",
        )

    def open(self, invocation: Invocation, frame: FrameType | None) -> None:
        """Record *invocation*; for a block, what runs in *frame*."""
        spans = self._agent.telemetry.spans
        start = time.thread_time()
        try:
            if self._agent.settings.trace_ids:
                from lambda_usage.sampling.trace_ids import kept_trace  # only who asks pays

                invocation.trace = kept_trace()  # may run code of the user's
            self._agent.recorder.open_window(frame)
            self.current = invocation
            if spans is not None:
                spans.opened()
        except Exception as error:  # the invocation goes on, as one that is no window
            self._agent.failed(error)
            if spans is not None:
                spans.voided()
        invocation.opening = time.thread_time() - start

    def close(
        self,
        invocation: Invocation,
        duration: float,
        clock: float,
        *,
        error: bool,
    ) -> None:
        """Count what *invocation* ran.

        Args:
            invocation: It has ended.
            duration: How long its handler ran, in seconds.
            clock: By the overhead's clock, besides.
            error: Whether its handler raised.
        """
        start = time.thread_time()
        self.current = None
        hits = self._agent.recorder.close_window()
        tally, spans = self._agent.pending.tally(invocation.alias), self._agent.telemetry.spans
        if hits.displaced:
            self.beside_tracer()
            tally.windows_voided += 1
        else:
            paths, weight = len(tally.paths), 1 / invocation.draw.probability
            tally.window(
                hits, weight, invocation.group, duration, error=error, trace=invocation.trace
            )
            if spans is not None:
                spans.ran(hits)
            if len(tally.paths) != paths:
                self._agent.dispatch.wake()  # it may hold many now
        own = invocation.opening, time.thread_time() - start
        cost = self._agent.overhead.window(duration, clock, own, hits, first=invocation.draw.first)
        if spans is None:
            self._agent.telemetry.look_for_spans()  # the handler may have imported one
            return
        if hits.displaced:
            spans.voided()
        spans.end(cost)

    def void(self) -> None:
        """Count nothing of what the current one has seen, if there is one."""
        window = self.current
        if window is None:
            return
        clock = self._agent.overhead.clock() - window.clock
        tally = self._agent.pending.tally(window.alias)
        tally.windows_voided += 1
        tally.at(time.time())
        self.current = None
        if self._agent.telemetry.spans is not None:
            self._agent.telemetry.spans.voided()
        start = time.thread_time()  # only now: what spans cost is paid apart
        hits = self._agent.recorder.close_window()
        own = window.opening, time.thread_time() - start
        self._agent.overhead.window(0.0, clock, own, hits, first=window.draw.first)
