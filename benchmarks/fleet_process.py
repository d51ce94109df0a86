"""The product's own decisions in one simulated environment: windows, their probability, bundles."""

from __future__ import annotations

import math
import os

from benchmarks.fleet_traffic import DURATION_S
from lambda_usage.delivery.schedule import Schedule
from lambda_usage.recording.window import WindowHits
from lambda_usage.sampling.overhead import Overhead
from lambda_usage.sampling.trace import current_trace
from lambda_usage.settings import Settings

DAY = 86400.0
OPENING_S, CLOSING_S = 150e-6, 100e-6
HITS = WindowHits(frozenset(), frozenset(), callbacks=600)
"""What a window takes and sees in a handler that runs 600 lines in scope."""
FLUSH_S = 0.02
"""CPU seconds of a bundle."""
RARE = tuple(10 ** (-power / 2) for power in range(2, 11))
"""Frequencies of code that a process sees for the first time at some time or other."""


class _Watch:
    def __init__(self, process: OurProcess) -> None:
        self._process = process
        self._since = process.now

    def seconds(self) -> float:
        return self._process.now - self._since


class OurProcess:
    """As the agent decides with the default settings."""

    def __init__(self, now: float) -> None:
        settings = Settings()
        self.now = now
        self._overhead = Overhead(settings, traced=False)
        self._schedule = Schedule(settings.flush_interval, lambda: _Watch(self))
        self._trace = current_trace()
        self._day = now // DAY
        self._invocations = 0
        self._delivered = 0.0
        self._first_runs = sorted((_geometric(each) for each in RARE), reverse=True)

    def invoke(self, now: float) -> tuple[float, bool, bool]:
        """As :class:`benchmarks.fleet_traffic.Process` says."""
        self.now = now
        leaves = self._schedule.due() and self._overhead.affords_flush(self._delivered)
        if now // DAY != self._day:  # a bundle does not span two days
            self._day, leaves = now // DAY, True
        if leaves:
            self._send()
        draw = self._overhead.draw(now, self._trace, None)
        if draw.chosen:
            own = OPENING_S, CLOSING_S
            self._overhead.window(DURATION_S, 0.0, own, HITS)
        else:
            self._overhead.ran(DURATION_S, 0.0)
        self._invocations += 1
        return draw.probability, draw.chosen, leaves

    def _send(self) -> None:
        self._delivered += FLUSH_S
        self._schedule.sent()
        new = False
        while self._first_runs and self._first_runs[-1] <= self._invocations:
            self._first_runs.pop()
            new = True
        self._schedule.learned(new=new)


def _geometric(frequency: float) -> int:
    """The invocation that first runs code of this frequency."""
    uniform = (int.from_bytes(os.urandom(6), "big") + 1) / (1 << 48)
    return math.ceil(math.log(uniform) / math.log(1 - frequency))
