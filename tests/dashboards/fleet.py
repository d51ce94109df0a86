"""A Lambda function in all the trouble that alerts are about, as its exports would tell.

Which instruments there are, and with which attributes, comes from the definitions; what exports
them is OpenTelemetry's SDK.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource

from lambda_usage.telemetry import definitions as sent
from lambda_usage.telemetry.definitions import COUNTER, GAUGE, HISTOGRAM, METRICS, SCOPE, Metric

ILL = "in-trouble"
PROCESSES = ("one", "two")
Values = Mapping[Metric, float | Mapping[str, float]]

_TOLD: Values = {
    sent.INVOCATIONS: 5_000,
    sent.WINDOWS: 250,
    sent.INITS: 1,
    sent.OVERHEAD_TIME: 3.0,
    sent.HANDLER_TIME: 90.0,
    sent.LINES_NEW: 120,
    sent.UPLOADS: {sent.SPOOLED: 4, sent.FAILED: 1},
    sent.LOSSES: {sent.DROPPED: 12},
    sent.ERRORS: 2,
    sent.PROBABILITY: 0.05,
    sent.OVERHEAD_SHARE: 0.033,
    sent.OVERHEAD_BUDGET: 0.01,
    sent.SPOOL_SIZE: 120_000,
    sent.ACTIVE: 0,
    sent.UPLOAD_DURATION: 0.06,
    sent.UPLOAD_SIZE: 30_000,
}


def export(endpoint: str) -> None:
    """Let its processes export once, and end."""
    for process in PROCESSES:
        export_values(endpoint, ILL, process, [_TOLD])


def export_values(endpoint: str, name: str, process: str, rounds: Iterable[Values]) -> None:
    """Let one process export after each of some rounds."""
    with _meters(endpoint, name, process) as provider:
        for values in rounds:
            _record(provider, values)
            assert provider.force_flush()


@contextmanager
def _meters(endpoint: str, name: str, process: str) -> Iterator[MeterProvider]:
    resource = Resource(
        {
            "service.name": name,
            "service.instance.id": f"{name}-{process}",
            "faas.name": name,
            "faas.version": "7",
            "cloud.region": "eu-central-1",
        }
    )
    reader = PeriodicExportingMetricReader(
        OTLPMetricExporter(endpoint=f"{endpoint}/v1/metrics"), export_interval_millis=float("inf")
    )
    views = [
        View(
            instrument_name=each.name,
            aggregation=ExplicitBucketHistogramAggregation(each.bounds),
        )
        for each in METRICS
        if each.kind == HISTOGRAM
    ]
    provider = MeterProvider([reader], resource=resource, views=views)
    try:
        yield provider
    finally:
        provider.shutdown()


def _record(provider: MeterProvider, values: Values) -> None:
    meter = provider.get_meter(SCOPE)
    for metric, told in values.items():
        points = told if isinstance(told, Mapping) else {"": told}
        for of, value in points.items():
            attributes = {metric.attribute.name: of} if metric.attribute else {}
            if metric.kind == COUNTER:
                meter.create_counter(metric.name, metric.unit).add(value, attributes)
            elif metric.kind == GAUGE:
                meter.create_gauge(metric.name, metric.unit).set(value, attributes)
            else:
                meter.create_histogram(metric.name, metric.unit).record(value, attributes)
