"""The product's own decisions in one simulated environment: windows, their probability, bundles."""

from __future__ import annotations

from lambda_usage.delivery.schedule import Schedule
from lambda_usage.sampling.sampler import Sampler
from lambda_usage.settings import Settings

DAY = 86400.0


class OurProcess:
    """As the agent decides with the default settings."""

    def __init__(self, now: float) -> None:
        settings = Settings()
        self._sampler = Sampler(settings.sample_rate)
        self.now = now
        self._schedule = Schedule(settings.flush_interval, lambda: _Since(self))
        self._day = now // DAY

    def invoke(self, now: float) -> tuple[float, bool, bool]:
        """As :class:`benchmarks.fleet_traffic.Process` says."""
        draw = self._sampler.draw()
        self.now = now
        leaves = self._schedule.due()
        if now // DAY != self._day:  # a bundle does not span two days
            self._day, leaves = now // DAY, True
        if leaves:
            self._schedule.sent()
        return draw.probability, draw.chosen, leaves


class _Since:
    """A stopwatch in the simulated time of one process."""

    def __init__(self, process: OurProcess) -> None:
        self._process = process
        self._start = process.now

    def seconds(self) -> float:
        return self._process.now - self._start
