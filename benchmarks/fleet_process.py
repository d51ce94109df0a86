"""The product's own decisions in one simulated environment: windows, their probability, bundles."""

from __future__ import annotations

from benchmarks.fleet_traffic import DURATION_S
from lambda_usage.delivery.courier import Schedule
from lambda_usage.sampling.sampler import Sampler
from lambda_usage.settings import Settings

DAY = 86400.0


class OurProcess:
    """As the agent decides with the default settings."""

    def __init__(self, now: float) -> None:
        settings = Settings()
        self._sampler = Sampler(settings.sample_rate)
        self._schedule = Schedule(settings.flush_interval, now)
        self._day = now // DAY

    def invoke(self, now: float) -> tuple[float, bool, bool]:
        """As :class:`benchmarks.fleet_traffic.Process` says."""
        draw = self._sampler.draw()
        leaves = self._schedule.due(now + DURATION_S)
        if now // DAY != self._day:  # a bundle does not span two days
            self._day, leaves = now // DAY, True
        return draw.probability, draw.chosen, leaves
