"""Metrics through the application's own meter provider, which exports them when it exports."""

from __future__ import annotations

import os
import sys

from lambda_usage.telemetry.definitions import (
    COUNTER,
    GAUGE,
    METRICS,
    SCOPE,
    UPLOAD_DURATION,
    UPLOAD_SIZE,
)
from lambda_usage.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from lambda_usage.telemetry.definitions import Metric
    from lambda_usage.telemetry.readings import Readings, Values

SDK = "opentelemetry.sdk.metrics"


def provider() -> Any:
    """The application's meter provider, if it has one that exports; this imports nothing."""
    api, sdk = sys.modules.get("opentelemetry.metrics"), sys.modules.get(SDK)
    if api is None or sdk is None:
        return None
    if os.environ.get("OTEL_PYTHON_METER_PROVIDER") and _nobody_has_asked():
        return None
    found = api.get_meter_provider()
    return found if isinstance(found, sdk.MeterProvider) and _has_readers(found) else None


def _nobody_has_asked() -> bool:
    """Whether to ask would make a provider and set it, and the application's own come too late."""
    internal = sys.modules.get("opentelemetry.metrics._internal")
    return getattr(internal, "_METER_PROVIDER", None) is None


def _has_readers(found: Any) -> bool:
    """Whether anybody reads it: with ``OTEL_METRICS_EXPORTER=none`` there is one without."""
    readers = getattr(found, "_metric_readers", None)
    if readers is None:
        readers = getattr(getattr(found, "_sdk_config", None), "metric_readers", (None,))
    return bool(readers)


class ApplicationMetrics:
    """Observable instruments on a meter of the application's, and two histograms."""

    def __init__(self, found: Any, readings: Readings) -> None:
        self._readings = readings
        self._observation = sys.modules["opentelemetry.metrics"].Observation
        self._process = os.getpid()
        self._counters: Values = {}
        self._gauges: Values = {}
        meter = found.get_meter(SCOPE, __version__)
        make = {
            COUNTER: meter.create_observable_counter,
            GAUGE: meter.create_observable_gauge,
        }
        self._first = METRICS[0]
        for each in METRICS:
            if each.kind in make:
                make[each.kind](
                    each.name, [self._observer(each)], unit=each.unit, description=each.description
                )
        self._histograms = [
            meter.create_histogram(each.name, unit=each.unit, description=each.description)
            for each in (UPLOAD_DURATION, UPLOAD_SIZE)
        ]

    def _observer(self, metric: Metric) -> Callable[[Any], Iterable[Any]]:
        def observe(_options: Any) -> Iterable[Any]:
            try:
                return list(self._observed(metric))
            except Exception:  # this may be the user's thread, in the user's export
                return []

        return observe

    def _observed(self, metric: Metric) -> Iterable[Any]:
        if os.getpid() != self._process:  # the child of a fork: its parent tells all this
            return
        if metric is self._first:  # they are asked in order: all of them are of one moment
            self._counters, self._gauges = self._readings.counters(), self._readings.gauges()
        for (each, value), number in {**self._counters, **self._gauges}.items():
            if each is metric:
                labels = {metric.attribute.name: value} if metric.attribute else {}
                yield self._observation(number, labels)

    def send(self, *, final: bool) -> None:
        """Record what was uploaded; the rest is observed."""
        for arrival in self._readings.take_arrivals():
            for histogram, value in zip(self._histograms, arrival, strict=True):
                histogram.record(value)

    def restored(self) -> None:
        """Go on: this SDK's memory of what it was told last is that of the snapshot, too."""
        self._process = os.getpid()
        self._readings.go_on(self._counters)
