"""``metrics``: what arrives at an endpoint, and one line where nothing can."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

from lambda_usage.reports.metrics import REPORT_METRICS

Cli = Callable[..., Any]


class Endpoint:
    """An OTLP/HTTP endpoint that keeps what it gets."""

    def __init__(self) -> None:
        self.requests: list[ExportMetricsServiceRequest] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers["content-encoding"] == "gzip":
                    body = gzip.decompress(body)
                endpoint.requests.append(ExportMetricsServiceRequest.FromString(body))
                endpoint.headers.append({k.lower(): v for k, v in self.headers.items()})
                self.send_response(endpoint.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def resource(self) -> dict[str, str]:
        (request,) = self.requests
        (found,) = request.resource_metrics
        return {each.key: each.value.string_value for each in found.resource.attributes}

    def values(self, name: str) -> dict[tuple[str, ...], float]:
        (request,) = self.requests
        (scope,) = request.resource_metrics[0].scope_metrics
        (metric,) = (each for each in scope.metrics if each.name == name)
        return {
            tuple(each.value.string_value for each in point.attributes): point.as_double
            or point.as_int
            for point in metric.gauge.data_points
        }

    def names(self) -> list[str]:
        return [m.name for m in self.requests[0].resource_metrics[0].scope_metrics[0].metrics]


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    started = Endpoint()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", started.url)
    try:
        yield started
    finally:
        started.stop()


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PROTOCOL", "METRICS_PROTOCOL", "METRICS_ENDPOINT", "HEADERS"):
        monkeypatch.delenv(f"OTEL_EXPORTER_OTLP_{name}", raising=False)
    for name in ("OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"):
        monkeypatch.delenv(name, raising=False)


def only_line(result: Any) -> str:
    assert len(result.lines) == 1, result.err
    line: str = result.lines[0]
    return line.removeprefix("lambda-usage: ")


def test_all_numbers_of_the_report_arrive_in_one_request(
    cli: Cli, store: Path, source: Path, endpoint: Endpoint
) -> None:
    result = cli("metrics", store, "--source", source)
    assert (result.code, result.err) == (0, "")
    assert f"numbers to {endpoint.url}/v1/metrics" in result.out
    assert endpoint.names() == [each.name for each in REPORT_METRICS]
    assert endpoint.values("lambda_usage.report.functions")["dead",] == 1
    assert endpoint.values("lambda_usage.report.exposure") == {("orders",): 2000}
    assert endpoint.values("lambda_usage.report.dead.share")[()] > 0


def test_thresholds_are_those_of_the_report(
    cli: Cli, store: Path, source: Path, endpoint: Endpoint
) -> None:
    assert cli("metrics", store, "--source", source, "--min-days", "90").code == 0
    functions = endpoint.values("lambda_usage.report.functions")
    assert (functions["dead",], functions["unproven",]) == (0, 1)


def test_every_run_continues_the_same_time_series(
    cli: Cli, store: Path, source: Path, endpoint: Endpoint
) -> None:
    assert cli("metrics", store, "--source", source).code == 0
    first = endpoint.resource()
    endpoint.requests.clear()
    assert cli("metrics", store, "--source", source).code == 0
    assert endpoint.resource() == first
    assert (first["service.name"], first["service.instance.id"]) == ("lambda-usage", str(store))


def test_two_prefixes_of_one_store_are_two_time_series(
    cli: Cli, store: Path, source: Path, endpoint: Endpoint
) -> None:
    assert cli("metrics", store, "--source", source, "--prefix", "20").code == 0
    assert endpoint.resource()["service.instance.id"] == f"{store}/20"


def test_an_address_for_metrics_alone_goes_before_the_general_one(
    cli: Cli, store: Path, source: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", f"{endpoint.url}/tenant/metrics")
    result = cli("metrics", store, "--source", source)
    assert f"numbers to {endpoint.url}/tenant/metrics" in result.out
    assert len(endpoint.requests) == 1


def test_the_environment_names_the_service_and_brings_headers(
    cli: Cli, store: Path, source: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "usage-of-orders")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=eu,team=orders")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=7")
    assert cli("metrics", store, "--source", source).code == 0
    resource = endpoint.resource()
    assert resource["service.name"] == "usage-of-orders"
    assert (resource["service.instance.id"], resource["team"]) == ("eu", "orders")
    assert endpoint.headers[0]["x-tenant"] == "7"


def test_an_endpoint_that_refuses_is_one_line_with_its_reason(
    cli: Cli, store: Path, source: Path, endpoint: Endpoint
) -> None:
    endpoint.status = 401
    result = cli("metrics", store, "--source", source)
    assert (result.code, result.out) == (7, "")
    said = only_line(result)
    assert said.startswith(f"no metrics were sent to {endpoint.url}/v1/metrics: code: 401, reason")
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in said


def test_where_nobody_listens_the_reason_is_the_system_s_and_no_password_is_told(
    cli: Cli, store: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as held:  # bound and not listening: nobody else can
        held.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{held.getsockname()[1]}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://me:hush@{address}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "2")  # it says why from a second try on
        result = cli("metrics", store, "--source", source)
    assert result.code == 7
    said = only_line(result)
    assert said.startswith(f"no metrics were sent to http://{address}/v1/metrics: Connection ref")
    assert "hush" not in said


def test_another_protocol_is_not_spoken_and_said_so(
    cli: Cli, store: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    result = cli("metrics", store, "--source", source)
    assert result.code == 2
    assert "OTEL_EXPORTER_OTLP_PROTOCOL is grpc" in only_line(result)


def test_without_opentelemetry_it_says_what_to_install(
    cli: Cli, store: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambda_usage.reports.otlp.find_spec", lambda name: None)
    result = cli("metrics", store, "--source", source)
    assert result.code == 2
    assert 'pip install "lambda-usage[cli,otel]"' in only_line(result)
