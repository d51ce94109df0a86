"""Requests to one function, and the execution environments that serve them.

An environment serves one request at a time. A request goes to the one that became free last, as
that is the one Lambda keeps warm; where none is free, another begins. One that is idle for ten
minutes ends, and none is used beyond two hours (what is known of Lambda from measurements; AWS
documents neither).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Protocol

import numpy as np
import numpy.typing as npt

IDLE_S = 600.0
LIFE_S = 7200.0
DURATION_S = 0.1
SWING = 0.6
"""Traffic varies as a sine by this share of its mean."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Process(Protocol):
    """What runs in one environment."""

    def invoke(self, now: float) -> tuple[float, bool, bool]:
        """An invocation that begins at *now*, in seconds.

        Returns:
            The probability of a window, whether it is one, and whether a bundle leaves after it.
        """


class Start(Protocol):
    """Makes the process of a new environment."""

    def __call__(self, now: float) -> Process: ...


@dataclass(frozen=True, slots=True)
class Traffic:
    """What happened, by invocation in order of time."""

    rate: float
    """Mean requests a second."""
    seconds: float
    time: Floats
    probability: Floats
    window: npt.NDArray[np.bool_]
    known: Floats
    """When the bundle arrived that tells of the invocation."""
    environments: int
    puts: int


@dataclass(slots=True)
class _Environment:
    process: Process
    number: int
    born: float
    unsent: list[int]


def arrivals(rate: float, seconds: float, random: np.random.Generator) -> Floats:
    """Times of a Poisson process whose rate swings around *rate*, three times in the period."""
    count = random.poisson(rate * seconds * (1 + SWING))
    time = np.sort(random.random(count)) * seconds
    wave = 1 + SWING * np.sin(6 * np.pi * time / seconds)
    kept: Floats = time[random.random(count) * (1 + SWING) < wave]
    return kept


def serve(rate: float, seconds: float, start: Start, random: np.random.Generator) -> Traffic:
    """Serve *rate* requests a second for so many seconds."""
    times = arrivals(rate, seconds, random)
    return _Function(start, rate, seconds, times).serve()


class _Function:
    def __init__(self, start: Start, rate: float, seconds: float, times: Floats) -> None:
        self._start = start
        self._rate = rate
        self._seconds = seconds
        self._times = times
        self._known = np.full(len(times), np.inf)
        self._idle: deque[tuple[float, _Environment]] = deque()
        self._busy: list[tuple[float, int, _Environment]] = []
        self._environments = 0
        self._puts = 0

    def serve(self) -> Traffic:
        probability = np.empty(len(self._times))
        window = np.empty(len(self._times), dtype=np.bool_)
        for index, now in enumerate(self._times.tolist()):
            environment = self._free(now)
            drawn, chosen, leaves = environment.process.invoke(now)
            probability[index], window[index] = drawn, chosen
            environment.unsent.append(index)
            if leaves:
                self._send(environment, now + DURATION_S)
            heappush(self._busy, (now + DURATION_S, environment.number, environment))
        self._release(np.inf)
        while self._idle:
            self._end(*self._idle.popleft())
        return Traffic(
            self._rate, self._seconds, self._times, probability, window,
            self._known, self._environments, self._puts,
        )  # fmt: skip

    def _free(self, now: float) -> _Environment:
        self._release(now)
        while self._idle and now - self._idle[0][0] > IDLE_S:
            self._end(*self._idle.popleft())
        while self._idle:
            since, environment = self._idle.pop()
            if now - environment.born <= LIFE_S:
                return environment
            self._end(since, environment)
        self._environments += 1
        return _Environment(self._start(now), self._environments, now, [])

    def _release(self, now: float) -> None:
        while self._busy and self._busy[0][0] <= now:
            free, _, environment = heappop(self._busy)
            self._idle.append((free, environment))

    def _end(self, idle_since: float, environment: _Environment) -> None:
        """SIGTERM: the final bundle says that the process has ended, if nothing else."""
        self._send(environment, min(idle_since + IDLE_S, environment.born + LIFE_S + IDLE_S))

    def _send(self, environment: _Environment, now: float) -> None:
        self._known[environment.unsent] = now
        environment.unsent.clear()
        self._puts += 1
