"""What telemetry costs, off and on: ``python -m benchmarks.telemetry``.

Imports are measured in fresh interpreters, by turns. Invocations take turns in one process, each
within a recorded span: the bare handler, ours without telling the span, and ours telling it.
Medians over rounds, with the range of three processes. Needs the ``dev`` extra; takes one minute on
the Python that runs it.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.support.otlp import Receiver
from tests.support.paths import ROOT

PROCESSES, IMPORTS = 3, 7
APP = """
import json

def handler(event, context):
    return sum(price(each) for each in orders(event))

def orders(event):
    text = json.dumps([{"item": n, "count": n % 3} for n in range(60)])
    return json.loads(text)

def price(order):
    if order["count"] == 0:
        return 0
    return order["item"] * order["count"]
"""
_IMPORT = """\
import time, sys
{before}
start = time.process_time()
{code}
print(time.process_time() - start)
"""
_API = "import opentelemetry.trace; import lambda_usage.agent"
_SDK = "import opentelemetry.sdk.metrics; import lambda_usage.agent"
_METRICS = "import lambda_usage.telemetry.metrics, lambda_usage.telemetry.application, " + (
    "lambda_usage.telemetry.readings"
)
_OTLP = "import opentelemetry.exporter.otlp.proto.http.metric_exporter"
IMPORTS_OF = {
    "spans, where the API is imported already": (_API, "import lambda_usage.telemetry.spans"),
    "metrics, where the SDK is imported already": (_SDK, _METRICS),
    "OTLP of our own, where SDK and exporter are": (
        f"{_SDK}; {_METRICS}; {_OTLP}",
        "import lambda_usage.telemetry.otlp",
    ),
    "SDK and OTLP/HTTP exporter themselves": ("import lambda_usage.agent", f"{_SDK}; {_OTLP}"),
    "CloudWatch's lines": (
        f"import lambda_usage.agent; {_METRICS}",
        "import lambda_usage.telemetry.emf",
    ),
}


def main() -> int:
    """Print the tables."""
    print(f"Python {platform.python_version()}\n\nimport, ms of CPU")
    times: dict[str, list[float]] = {name: [] for name in IMPORTS_OF}
    for _ in range(IMPORTS):
        for name, (before, code) in IMPORTS_OF.items():
            script = _IMPORT.format(before=before, code=code)
            times[name].append(float(_run(["-c", script], {})) * 1000)
    for name, each in times.items():
        print(f"  {name:46} {statistics.median(each):8.2f}")
    found = [_process() for _ in range(PROCESSES)]
    print("\nCPU, µs, and what it is more than the row that it is compared with")
    for name, base in COMPARED.items():
        medians = [statistics.median(each[name]) for each in found]
        told = f"  {name:28} {statistics.median(medians):8.1f}"
        if base:
            more = [
                statistics.median(a - b for a, b in zip(each[name], each[base], strict=True))
                for each in found
            ]
            told += f" {statistics.median(more):+8.1f} [{min(more):+.1f}, {max(more):+.1f}] {base}"
        print(told)
    return 0


COMPARED = {
    "bare": "",
    "no window, no spans": "bare",
    "no window, spans": "no window, no spans",
    "no window, X-Ray": "no window, no spans",
    "window, no spans": "bare",
    "window, spans": "window, no spans",
    "window, X-Ray": "window, no spans",
    "collection": "",
    "collection, ours": "collection",
    "export": "",
    "lines": "",
}
"""What is measured, and what it is to be compared with."""


def _process() -> Mapping[str, list[float]]:
    with tempfile.TemporaryDirectory() as folder, Receiver() as receiver:
        (Path(folder) / "app.py").write_text(APP)
        variables = {
            "PYTHONPATH": os.pathsep.join([folder, str(ROOT), str(ROOT / "src")]),
            "LAMBDA_TASK_ROOT": folder,
            "TMPDIR": folder,
            "COVERAGE_HANDLER": "app.handler",
            "COVERAGE_S3_BUCKET": str(Path(folder) / "store"),
            "COVERAGE_FLUSH_INTERVAL": "86400",
            "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint,
        }
        found: Mapping[str, list[float]] = json.loads(
            _run(["-m", "benchmarks.inside.telemetry"], variables)
        )
        return found


def _run(arguments: list[str], variables: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **variables},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
