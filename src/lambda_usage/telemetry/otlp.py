"""Metrics over OTLP/HTTP, where an endpoint is configured and the application exports none.

With each upload one export, of what was counted since the last: delta temporality, since a fleet's
many short processes could not be summed otherwise. It has an instance id of the process's own, the
same as in the names of its bundles. What an endpoint does not take is stated as lost and not sent
again: it may have arrived, and would count twice.
"""

from __future__ import annotations

import os
import time
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
from lambda_usage.telemetry.readings import Readings
from lambda_usage.telemetry.resource import resource_attributes
from lambda_usage.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lambda_usage.agent import Agent
    from lambda_usage.telemetry.readings import Values

_PATIENCE, _LAST_PATIENCE = 5.0, 1.0
"""Seconds for an export, and for one at the end of a process, when nothing else holds it up."""


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


class OtlpMetrics:
    """The exports of one process."""

    def __init__(self, agent: Agent) -> None:
        """Begin.

        Raises:
            ImportError: There is no OpenTelemetry SDK, or no exporter.
        """
        from opentelemetry.exporter.otlp.proto.http import metric_exporter
        from opentelemetry.sdk.metrics import export
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.util.instrumentation import InstrumentationScope

        self._sdk: Any = export
        self._make_exporter: Any = metric_exporter.OTLPMetricExporter
        self._make_resource: Any = Resource.create
        self._scope = InstrumentationScope(SCOPE, __version__)
        self._exporter: Any = None
        self._agent = agent
        self._readings = Readings(agent)
        self._told: Values = {}
        self._since = int(agent.started * 1e9)

    def send(self, *, final: bool) -> None:
        """Export what was counted since the last time.

        Raises:
            Exception: It could not be made.
        """
        before = self._told
        data = self._data(time.time_ns())
        if final or self._exporter is None:
            patience = _LAST_PATIENCE if final else _PATIENCE
            self._exporter = self._make_exporter(timeout=patience)
        if self._export(data) is not self._sdk.MetricExportResult.SUCCESS:
            self._readings.exports_lost += 1
            losses = {each: told for each, told in before.items() if each[0] is LOSSES}
            kept = {each: told for each, told in self._told.items() if each[0] is not LOSSES}
            self._told = kept | losses  # what was lost is told until it was heard
            raise OSError("no endpoint took it")

    def _export(self, data: Any) -> Any:
        from opentelemetry import context

        key = getattr(context, "_SUPPRESS_INSTRUMENTATION_KEY", "suppress_instrumentation")
        token = context.attach(context.set_value(key, True))  # no spans of our own requests
        try:
            return self._exporter.export(data)
        finally:
            context.detach(token)

    def restored(self) -> None:
        """Be another process: the connection is gone, and what it counted was told."""
        self._exporter = None
        self._readings.restart()
        self._told = {}
        self._since = time.time_ns()

    def _data(self, now: int) -> Any:
        counters, gauges = self._readings.counters(), self._readings.gauges()
        changes = {each: value - self._told.get(each, 0.0) for each, value in counters.items()}
        arrivals = self._readings.take_arrivals()
        metrics = [
            self._histogram(each, arrivals, now)
            if each.kind == HISTOGRAM
            else self._numbers(each, {**changes, **gauges}, now)
            for each in METRICS
        ]
        self._told, self._since = counters, now
        sdk, attributes = self._sdk, resource_attributes(self._agent)
        scope = sdk.ScopeMetrics(self._scope, [each for each in metrics if each], "")
        return sdk.MetricsData([sdk.ResourceMetrics(self._make_resource(attributes), [scope], "")])

    def _numbers(self, metric: Metric, values: Values, now: int) -> Any:
        points = [
            self._sdk.NumberDataPoint(_labels(metric, value), self._since, now, number)
            for (each, value), number in values.items()
            if each is metric
        ]
        if not points:
            return None
        if metric.kind == GAUGE:
            data = self._sdk.Gauge(points)
        else:
            data = self._sdk.Sum(points, self._sdk.AggregationTemporality.DELTA, True)
        return self._sdk.Metric(metric.name, metric.description, metric.unit, data)

    def _histogram(self, metric: Metric, arrivals: list[tuple[float, int]], now: int) -> Any:
        values = [arrival[_HISTOGRAMS.index(metric)] for arrival in arrivals]
        if not values:
            return None
        point = self._sdk.HistogramDataPoint(
            {},
            self._since,
            now,
            len(values),
            sum(values),
            bucket_counts(values, metric.bounds),
            metric.bounds,
            min(values),
            max(values),
        )
        data = self._sdk.Histogram([point], self._sdk.AggregationTemporality.DELTA)
        return self._sdk.Metric(metric.name, metric.description, metric.unit, data)


_HISTOGRAMS = (UPLOAD_DURATION, UPLOAD_SIZE)


def _labels(metric: Metric, value: str) -> dict[str, str]:
    return {metric.attribute.name: value} if metric.attribute else {}


def bucket_counts(values: list[float], bounds: tuple[float, ...]) -> list[int]:
    """How many of *values* are in each bucket: above a bound, and at most the next."""
    counts = [0] * (len(bounds) + 1)
    for value in values:
        counts[sum(value > bound for bound in bounds)] += 1
    return counts
