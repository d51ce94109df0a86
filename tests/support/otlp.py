"""An OTLP/HTTP receiver that keeps what it is sent, decoded by OpenTelemetry's own definitions.

with Receiver() as receiver:
    ...  # OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint
    receiver.wait(lambda: receiver.spans)
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

Attributes = dict[str, Any]

DELTA, CUMULATIVE = 1, 2
"""Aggregation temporalities, as OTLP numbers them."""


@dataclass(frozen=True, slots=True)
class Span:
    """One span."""

    resource: Attributes
    scope: str
    name: str
    trace_id: str
    start: int
    """In nanoseconds since the epoch."""
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Point:
    """One data point of a metric."""

    resource: Attributes
    scope: str
    name: str
    unit: str
    kind: str
    """``sum``, ``gauge`` or ``histogram``."""
    temporality: int
    attributes: Attributes
    value: float
    """Of a histogram its sum."""
    count: int
    """Of a histogram; 0 otherwise."""
    start: int
    time: int
    """Both in nanoseconds since the epoch."""


class Receiver:
    """On the loopback interface, for as long as the ``with`` block lasts."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.points: list[Point] = []
        self.requests: list[str] = []
        """Paths."""
        self.status = 200
        """What every request is answered."""
        self.go = threading.Event()
        """Answers wait for it."""
        self.go.set()
        self._changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                receiver.take(self.path, body)
                receiver.go.wait()
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.go.set()
        self._server.shutdown()
        self._server.server_close()

    def take(self, path: str, body: bytes) -> None:
        """Keeps the content of one request, unless it is to be refused."""
        with self._changed:
            self.requests.append(path)
            if self.status == 200 and path == "/v1/traces":
                self.spans += _spans(body)
            if self.status == 200 and path == "/v1/metrics":
                self.points += _points(body)
            self._changed.notify_all()

    def wait(self, condition: Callable[[], object], timeout_s: float = 30) -> None:
        """Returns once *condition* holds; it is looked at after each request."""
        with self._changed:
            assert self._changed.wait_for(lambda: bool(condition()), timeout_s), (
                f"{len(self.requests)} requests, {len(self.spans)} spans, {len(self.points)} points"
            )

    def total(self, name: str, **attributes: object) -> float:
        """The sum over all points of the metric *name* that have *attributes*."""
        wanted = {key.replace("__", "."): value for key, value in attributes.items()}
        return sum(
            each.value
            for each in self.points
            if each.name == name and wanted.items() <= each.attributes.items()
        )


def _spans(body: bytes) -> Iterable[Span]:
    message = trace_service_pb2.ExportTraceServiceRequest.FromString(body)
    for resource in message.resource_spans:
        of_resource = _attributes(resource.resource.attributes)
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Span(
                    of_resource,
                    scope.scope.name,
                    span.name,
                    span.trace_id.hex(),
                    span.start_time_unix_nano,
                    _attributes(span.attributes),
                )


def _points(body: bytes) -> Iterable[Point]:
    message = metrics_service_pb2.ExportMetricsServiceRequest.FromString(body)
    for resource in message.resource_metrics:
        of_resource = _attributes(resource.resource.attributes)
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                kind = str(metric.WhichOneof("data"))
                data = getattr(metric, kind)
                for point in data.data_points:
                    is_histogram = kind == "histogram"
                    number = point.sum if is_histogram else _number(point)
                    yield Point(
                        of_resource,
                        scope.scope.name,
                        metric.name,
                        metric.unit,
                        kind,
                        getattr(data, "aggregation_temporality", 0),
                        _attributes(point.attributes),
                        number,
                        point.count if is_histogram else 0,
                        point.start_time_unix_nano,
                        point.time_unix_nano,
                    )


def _number(point: Any) -> float:
    return float(getattr(point, point.WhichOneof("value")))


def _attributes(pairs: Iterable[Any]) -> Attributes:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}
