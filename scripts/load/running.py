"""Sends calls until the time is up, and notes what came back."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from scripts.load.targets import Target
from scripts.load.traffic import Call


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where it ends, whichever is reached first."""

    seconds: float
    invocations: int
    """Of the functions under test; those of functions to compare them with come on top."""


@dataclass
class Ran:
    """What was sent, and what came back."""

    seconds: float = 0.0
    sent: Counter[str] = field(default_factory=Counter)
    """Invocations of the functions under test, by kind."""
    times: dict[str, list[float]] = field(default_factory=dict)
    """Seconds that calls took, by name."""
    bare_times: dict[str, list[float]] = field(default_factory=dict)
    """The same without the layer."""
    errors: Counter[str] = field(default_factory=Counter)
    """Errors that handlers were asked for, by call."""
    wrong: list[str] = field(default_factory=list)
    """Answers that are not what they must be."""


class Load:
    """One run."""

    def __init__(self, traffic: Iterator[Call], bounds: Bounds, tell: Callable[[], None]) -> None:
        """Prepare it.

        Args:
            traffic: What to send.
            bounds: When to end.
            tell: Called after each invocation.
        """
        self._traffic = traffic
        self._bounds = bounds
        self._tell = tell
        self._lock = threading.Lock()
        self._end = 0.0
        self.ran = Ran()

    def run(self, lanes: Sequence[tuple[Target, Target | None]]) -> Ran:
        """Sends calls over all *lanes* at once, over each of them one after the other.

        Args:
            lanes: Of each, the functions under test, and the same without the layer, if they are
                to be compared. Both get each call, in turns the one and the other first.

        Raises:
            Exception: What a target raises; the other lanes end, too, as they do where somebody
                interrupts it.
        """
        start = time.monotonic()
        self._end = start + self._bounds.seconds
        with ThreadPoolExecutor(len(lanes)) as pool:
            try:
                for done in [pool.submit(self._lane, *lane) for lane in lanes]:
                    done.result()
            except BaseException:
                self._end = 0.0
                raise
        self.ran.seconds = time.monotonic() - start
        return self.ran

    def _lane(self, target: Target, bare: Target | None) -> None:
        try:
            for number in itertools.count():
                call = self._next()
                if call is None:
                    return
                if bare is not None and number % 2:
                    self._send(call, bare, self.ran.bare_times, "without the layer")
                self._send(call, target, self.ran.times, "")
                if bare is not None and not number % 2:
                    self._send(call, bare, self.ran.bare_times, "without the layer")
                with self._lock:
                    self._tell()
        except BaseException:
            self._end = 0.0
            raise

    def _next(self) -> Call | None:
        with self._lock:
            over = time.monotonic() >= self._end
            if over or self.ran.sent.total() >= self._bounds.invocations:
                return None
            call = next(self._traffic)
            self.ran.sent[call.kind] += 1
            return call

    def _send(self, call: Call, target: Target, times: dict[str, list[float]], where: str) -> None:
        reply = target.send(call)
        with self._lock:
            times.setdefault(call.name, []).append(reply.seconds)
            if not call.is_answered_by(reply.payload):
                self.ran.wrong.append(f"{call.event} {where}: {reply.payload!r:.300}")
            elif call.error and not where:
                self.ran.errors[call.error] += 1
