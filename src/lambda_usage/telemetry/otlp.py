"""Metrics over OTLP/HTTP, where an endpoint is configured and the application exports none.

With each upload one export, of what was counted since the last: delta temporality, since a fleet's
many short processes could not be summed otherwise, unless the user asks for totals. The instance
id is that of the process in the names of its bundles. What an endpoint does not take is stated as
lost and not sent again: it may have arrived, and would count twice.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

from lambda_usage.telemetry.definitions import (
    GAUGE,
    HISTOGRAM,
    LOSSES,
    METRICS,
    SCOPE,
    UPLOAD_DURATION,
    UPLOAD_SIZE,
    Metric,
)
from lambda_usage.telemetry.resource import resource_attributes
from lambda_usage.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lambda_usage.agent import Agent
    from lambda_usage.telemetry.readings import Readings, Values

_PATIENCE, _LAST_PATIENCE = 5.0, 1.0
"""Seconds for an export, and for one at the end of a process, when nothing else holds it up."""

_LAST_WAIT = 2
"""Before that wait, of 1, 2, 4 seconds and so on, exporters up to 1.34 give up an endpoint that is
busy, whatever their timeout: they would wait for a minute, and the end of a process with them."""


def endpoint(get: Any = os.environ.get) -> bool:
    """Whether one is configured for metrics, as OpenTelemetry's variables say it."""
    if str(get("OTEL_SDK_DISABLED", "")).lower() == "true":
        return False
    if get("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"):
        return True
    return bool(get("OTEL_EXPORTER_OTLP_ENDPOINT")) and get("OTEL_METRICS_EXPORTER") != "none"


def speaks_http(get: Any = os.environ.get) -> bool:
    """Whether it takes OTLP over HTTP, which is the default."""
    protocol = get("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL") or get("OTEL_EXPORTER_OTLP_PROTOCOL")
    return not str(protocol or "http").startswith("grpc")


def wants_totals(get: Any = os.environ.get) -> bool:
    """Whether the user asks for cumulative temporality, as a store may that knows no other."""
    preferred = get("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "")
    return str(preferred).lower() == "cumulative"


class OtlpMetrics:
    """The exports of one process."""

    def __init__(self, agent: Agent, readings: Readings) -> None:
        """Begin to tell of *readings*.

        Raises:
            ImportError: There is no OpenTelemetry SDK, or no exporter.
        """
        if "opentelemetry.trace" not in sys.modules:
            agent.telemetry.brought_api = True
        from opentelemetry.exporter.otlp.proto.http import metric_exporter
        from opentelemetry.sdk.metrics import export
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.util.instrumentation import InstrumentationScope

        self._sdk: Any = export
        self._make_exporter: Any = metric_exporter.OTLPMetricExporter
        self._make_resource: Any = Resource.create
        self._scope = InstrumentationScope(SCOPE, __version__)
        self._exporter: Any = None
        self._patience = 0.0
        """Of the exporter; 0 where there is none yet."""
        self._agent = agent
        self._readings = readings
        self._told: Values = {}
        self._totals = wants_totals()
        kinds = export.AggregationTemporality
        self._temporality: Any = kinds.CUMULATIVE if self._totals else kinds.DELTA
        self._begin(int(readings.since * 1e9))

    def send(self, *, final: bool) -> None:
        """Export what was counted since the last time.

        Raises:
            Exception: It could not be made, or nobody took it.
        """
        told, taken = self._told, False
        data = self._data(time.time_ns())
        try:
            taken = self._export(data, _LAST_PATIENCE if final else _PATIENCE)
        finally:
            if not taken:
                self._readings.exports_lost += 1
                losses = {each: value for each, value in told.items() if each[0] is LOSSES}
                kept = {each: value for each, value in self._told.items() if each[0] is not LOSSES}
                self._told = kept | losses  # of what was lost is told until somebody has heard it
        if not taken:
            raise OSError("no endpoint took it")

    def _export(self, data: Any, patience: float) -> bool:
        from opentelemetry import context

        if patience != self._patience:
            self._exporter, self._patience = self._make_exporter(timeout=patience), patience
            self._exporter._MAX_RETRY_TIMEOUT = _LAST_WAIT
        key = getattr(context, "_SUPPRESS_INSTRUMENTATION_KEY", "suppress_instrumentation")
        token = context.attach(context.set_value(key, True))  # no spans of our own requests
        try:
            return self._exporter.export(data) is self._sdk.MetricExportResult.SUCCESS
        finally:
            context.detach(token)

    def restored(self) -> None:
        """Be another process: the connection is gone, and what it counted was told."""
        self._patience = 0.0
        self._readings.restart()
        self._begin(time.time_ns())

    def _begin(self, now: int) -> None:
        self._told = {}
        self._since = now
        self._arrived = {each: Distribution(each.bounds) for each in _HISTOGRAMS}

    def _data(self, now: int) -> Any:
        counters, gauges = self._readings.counters(), self._readings.gauges()
        for arrival in self._readings.take_arrivals():
            for metric, value in zip(_HISTOGRAMS, arrival, strict=True):
                self._arrived[metric].add(value)
        changes = {each: value - self._told.get(each, 0.0) for each, value in counters.items()}
        values = {**(counters if self._totals else changes), **gauges}
        metrics = [self._metric(each, values, now) for each in METRICS]
        if not self._totals:
            self._begin(now)
            self._told = counters
        sdk, attributes = self._sdk, resource_attributes(self._agent)
        scope = sdk.ScopeMetrics(self._scope, [each for each in metrics if each], "")
        return sdk.MetricsData([sdk.ResourceMetrics(self._make_resource(attributes), [scope], "")])

    def _metric(self, metric: Metric, values: Values, now: int) -> Any:
        """As the SDK has it, if there is anything to tell."""
        data: Any
        if metric.kind == HISTOGRAM:
            points = list(self._distribution(self._arrived[metric], now))
            data = self._sdk.Histogram(points, self._temporality)
        else:
            points = [
                self._sdk.NumberDataPoint(_labels(metric, value), self._since, now, number)
                for (each, value), number in values.items()
                if each is metric
            ]
            if metric.kind == GAUGE:
                data = self._sdk.Gauge(points)
            else:
                data = self._sdk.Sum(points, self._temporality, True)
        if not points:
            return None
        return self._sdk.Metric(metric.name, metric.description, metric.unit, data)

    def _distribution(self, found: Distribution, now: int) -> Iterator[Any]:
        count = sum(found.counts)
        if count:
            yield self._sdk.HistogramDataPoint(
                {},
                self._since,
                now,
                count,
                found.sum,
                found.counts,
                found.bounds,
                found.least,
                found.most,
            )


_HISTOGRAMS = (UPLOAD_DURATION, UPLOAD_SIZE)


class Distribution:
    """How many values are in each bucket: above a bound, and at most the next."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0
        self.least, self.most = math.inf, -math.inf

    def add(self, value: float) -> None:
        """Count one."""
        self.counts[sum(value > bound for bound in self.bounds)] += 1
        self.sum += value
        self.least, self.most = min(self.least, value), max(self.most, value)


def _labels(metric: Metric, value: str) -> dict[str, str]:
    return {metric.attribute.name: value} if metric.attribute else {}
