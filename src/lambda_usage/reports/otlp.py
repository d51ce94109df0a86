"""Sends the numbers of a report over OTLP/HTTP.

They are pushed, and not written to be scraped: a report is made by a schedule, in CI or in a
function, where nothing stays to be scraped, and they go where the metrics of the functions go.
Needs the extra ``otel``. The standard ``OTEL_*`` variables apply: the endpoint, its headers and
certificates, the time-out, the compression, and the resource.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lambda_usage.reports.metrics import Point
from lambda_usage.telemetry.definitions import SCOPE, Metric
from lambda_usage.version import __version__

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import Metric as Exported
    from opentelemetry.sdk.metrics.export import MetricsData

SERVICE = "lambda-usage"
"""``service.name``, unless the environment gives another."""
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_PROTOCOL = "http/protobuf"
_DEFAULT = "http://localhost:4318"
_OF_THE_SYSTEM = re.compile(r"\[Errno -?\d+\] ([\w ]+)")


class NotInstalledError(Exception):
    """OpenTelemetry is not installed."""


class OtherProtocolError(Exception):
    """The environment asks for a protocol that is not spoken here; says which."""


class RefusedError(Exception):
    """The endpoint did not take the metrics; says which endpoint, and why."""


def send(points: Sequence[Point], time: float, instance: str) -> str:
    """Send all points in one request, and return where to.

    Args:
        points: The numbers, those of one metric together.
        time: Which time they are of, in seconds since the Unix epoch.
        instance: What they are of, unless the environment gives a ``service.instance.id``. The
            SDK's own is another in each run, and each run would begin new time series.

    Raises:
        NotInstalledError: The extra ``otel`` is missing.
        OtherProtocolError: The environment asks for gRPC, say.
        RefusedError: Nobody took them.
    """
    require()
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics.export import MetricExportResult

    with _complaints() as complaints:
        endpoint = _endpoint()
        exporter = OTLPMetricExporter(endpoint)
        result = exporter.export(_data(points, int(time * 1e9), instance))
        exporter.shutdown()
    shown = _without_secrets(endpoint)
    if result is not MetricExportResult.SUCCESS:
        raise RefusedError(f"{shown}: {_reason(complaints)}")
    return shown


def _endpoint() -> str:
    """Where to, as OpenTelemetry specifies it: the exporter does not tell what it has chosen."""
    own = os.environ.get("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "").strip()
    base = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "").strip() or _DEFAULT
    return own or f"{base.rstrip('/')}/v1/metrics"


def require() -> None:
    """Make sure that metrics can be sent from here, before there are any.

    Raises:
        NotInstalledError: The extra ``otel`` is missing.
        OtherProtocolError: The environment asks for gRPC, say.
    """
    for name in ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"):
        try:
            there = find_spec(name)
        except ModuleNotFoundError:  # not even the package that it is in
            there = None
        if there is None:
            raise NotInstalledError(name)
    for variable in _PROTOCOLS:
        asked = os.environ.get(variable, "").strip()
        if asked:
            if asked != _PROTOCOL:
                raise OtherProtocolError(f"{variable} is {asked}")
            return


def _data(points: Sequence[Point], time: int, instance: str) -> MetricsData:
    from opentelemetry.sdk.metrics.export import MetricsData, ResourceMetrics, ScopeMetrics
    from opentelemetry.sdk.resources import (
        SERVICE_INSTANCE_ID,
        SERVICE_NAME,
        OTELResourceDetector,
        Resource,
    )
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope

    own = Resource({SERVICE_NAME: SERVICE, SERVICE_INSTANCE_ID: instance})
    resource = Resource.create().merge(own).merge(OTELResourceDetector().detect())
    by_metric = groupby(points, key=lambda each: each.metric)
    metrics = [_metric(metric, list(found), time) for metric, found in by_metric]
    scope = InstrumentationScope(SCOPE, __version__)
    return MetricsData([ResourceMetrics(resource, [ScopeMetrics(scope, metrics, "")], "")])


def _metric(metric: Metric, points: list[Point], time: int) -> Exported:
    from opentelemetry.sdk.metrics.export import Gauge, NumberDataPoint
    from opentelemetry.sdk.metrics.export import Metric as Exported

    found = [NumberDataPoint(each.attributes, time, time, each.value) for each in points]
    return Exported(metric.name, metric.description, metric.unit, Gauge(found))


def _reason(complaints: Sequence[str]) -> str:
    """What went wrong, of what the exporter said: the last thing is that it has given up."""
    passing = [each for each in complaints if each.startswith("Transient error ")]
    said = (passing or complaints or ["no reason was given"])[-1]
    if system := _OF_THE_SYSTEM.search(said):
        return system[1]
    said = said.removeprefix("Transient error ").removeprefix("Failed to export metrics batch ")
    return said.partition(" encountered while exporting")[0]


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """Collects what the exporter logs: it tells only its log why it has failed."""
    found: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(" ".join(record.getMessage().split()))

    logger = logging.getLogger("opentelemetry")
    listener, spread = Listener(logging.WARNING), logger.propagate
    logger.addHandler(listener)
    logger.propagate = False
    try:
        yield found
    finally:
        logger.removeHandler(listener)
        logger.propagate = spread


def _without_secrets(endpoint: str) -> str:
    """An address without the password and the query that may be in it."""
    parts = urlsplit(endpoint)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
