"""Runs where only the layer, the function and Python itself are: `layer/trial.py` starts it.

    inside.py OPT record    be the runtime: import the handler as the managed one does, and call it
    inside.py OPT read BUNDLE    import all of ours; read what was recorded, with coverage.py too
    inside.py OPT export RUNTIME    send a span and a metric with the layer's OpenTelemetry

What it found is the last line of its output, as JSON.
"""

import importlib.util
import json
import os
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

HEAVY = ("boto3", "coverage", "sqlite3")
"""What no function may have to import before it must."""


def main(opt: str, task: str, act: str, *arguments: str) -> None:
    """Set ``sys.path`` as the managed runtime does, and go on."""
    for name in ("lambda_usage", "coverage_wrapper", "coverage"):
        if importlib.util.find_spec(name):
            raise SystemExit(f"{name} is on this machine's path: nothing would be proved")
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    sys.path[:0] = [task, f"{opt}/python/lib/{version}/site-packages", f"{opt}/python"]
    acts: dict[str, Callable[..., dict[str, Any]]] = {
        "record": record,
        "read": read,
        "export": export,
    }
    print(json.dumps(acts[act](opt, *arguments)), flush=True)


NATIVE = ["lambda_usage._gate"]
if sys.version_info >= (3, 12):
    NATIVE.append("lambda_usage.recording._hits")


def record(opt: str) -> dict[str, Any]:
    """Call the handler that the exec wrapper has put in front, as often as there are answers."""
    module, _, name = os.environ["_HANDLER"].rpartition(".")
    handler = getattr(importlib.import_module(module), name)
    answers = [handler({"number": number}, None) for number in range(3)]
    early = sorted(set(HEAVY) & set(sys.modules))
    health = importlib.import_module("coverage_wrapper.health_check").health_check_handler()
    native = [sys.modules.get(name) for name in NATIVE]
    return {
        "handler": f"{module}.{name}",
        "answers": answers,
        "early": early,
        "health": {name: health.get(name) for name in ("status", "recorder", "attach", "problems")},
        "native": all(each and str(each.__file__).startswith(opt) for each in native),
    }


def read(opt: str, bundle: str) -> dict[str, Any]:
    """Import every module of ours, combine what was recorded, and read it with coverage.py."""
    python = Path(opt, "python")
    for package in ("lambda_usage", "coverage_wrapper"):
        for file in sorted((python / package).rglob("*.py")):
            parts = file.relative_to(python).with_suffix("").parts
            importlib.import_module(".".join(parts).removesuffix(".__init__"))
    from lambda_usage.combine.combiner import combine_store
    from lambda_usage.combine.stores import open_store
    from lambda_usage.combine.summary import summarize

    combined = combine_store(open_store(bundle))
    return {"summary": summarize(combined, None), "lines": _in_coverage_py(bundle)}


def _in_coverage_py(bundle: str) -> dict[str, list[int]]:
    import coverage.tracer

    assert str(coverage.tracer.__file__).endswith(".so")
    data = coverage.CoverageData(bundle)
    data.read()
    return {Path(name).name: sorted(data.lines(name) or ()) for name in data.measured_files()}


def export(opt: str, runtime: str) -> dict[str, Any]:
    """Send a span and a metric over OTLP; *runtime* has what a managed runtime brings."""
    sys.path.append(runtime)
    received: dict[str, int] = {}

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            received[self.path] = content.count(b"tried")
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}"
        _send()
        server.shutdown()
    places = {str(sys.modules[name].__file__) for name in ("opentelemetry.sdk.trace", "requests")}
    return {"received": received, "from_layer": all(each.startswith(opt) for each in places)}


def _send() -> None:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    tracing = TracerProvider()
    tracing.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
    with tracing.get_tracer("layer").start_as_current_span("tried"):
        metering = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())])
        metering.get_meter("layer").create_counter("tried").add(1)
    metering.shutdown()
    tracing.shutdown()


if __name__ == "__main__":
    main(sys.argv[1], os.environ["LAMBDA_TASK_ROOT"], *sys.argv[2:])
