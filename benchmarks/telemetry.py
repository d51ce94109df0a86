"""What telemetry costs, off and on: part ``telemetry`` of ``python -m benchmarks.run``.

Imports are measured in fresh interpreters. Invocations take turns in one process, which has
imported nothing but the library that is measured: the bare handler, ours without telling anybody,
and ours telling a span that is recorded. An upload's metrics, and one collection of the
application's reader, are measured in a process of their own.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.estimates import added, estimate
from tests.support.otlp import Receiver
from tests.support.paths import ROOT
from tests.support.pythons import Python, environment

EXTRAS = ("dev",)
"""Of this project: they bring the libraries."""
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
import time
import lambda_usage.agent
{before}
start = time.process_time()
{code}
print((time.process_time() - start) * 1e6)
"""
_SDK = "import opentelemetry.sdk.metrics"
_METRICS = "import lambda_usage.telemetry.metrics, lambda_usage.telemetry.application, " + (
    "lambda_usage.telemetry.readings"
)
_OTLP = "import opentelemetry.exporter.otlp.proto.http.metric_exporter"
OFF = "off: nothing is imported"
IMPORTS = {
    OFF: ("", "pass"),
    "spans, where OpenTelemetry's API or X-Ray's SDK is": (
        "import opentelemetry.trace",
        "import lambda_usage.telemetry.spans",
    ),
    "metrics through the application's provider": (_SDK, _METRICS),
    "metrics over OTLP of our own, where SDK and exporter are": (
        f"{_SDK}; {_METRICS}; {_OTLP}",
        "import lambda_usage.telemetry.otlp",
    ),
    "SDK and OTLP/HTTP exporter themselves": ("", f"{_SDK}; {_OTLP}"),
    "metrics as CloudWatch's lines": ("", f"{_METRICS}; import lambda_usage.telemetry.emf"),
}
"""By what is imported: what was imported before, and what is measured."""

INVOCATIONS = {
    "off": ("taken out", "off"),
    "opentelemetry": ("no spans", "spans"),
    "unsampled": ("no unsampled", "unsampled"),
    "x-ray": ("no X-Ray", "X-Ray"),
}
"""By process: telemetry off, and on. (With none to be told, both are off.)"""
RATES = ("no window", "window")
SENDS = ("collection", "collection, ours", "export", "lines")


@dataclass(frozen=True, slots=True)
class Effort:
    """How often."""

    imports: int
    processes: int
    rounds: int


@dataclass(frozen=True, slots=True)
class Bench:
    """On one Python."""

    python: Python
    effort: Effort

    def measure(self) -> Iterator[dict[str, Any]]:
        """What there is to say, as plain data: CPU microseconds, and what is added to what."""
        yield from self._imports()
        for what, (without, told) in INVOCATIONS.items():
            found = self._processes(what)
            for rate in RATES:
                off, on = f"{rate}, {without}", f"{rate}, {told}"
                yield self._cell("invocation", off, found[off], found["bare"], bare=found["bare"])
                yield self._cell("invocation", on, found[on], found[off], bare=found["bare"])
        found = self._processes("sends")
        for name in SENDS:
            base = found["collection"] if name == "collection, ours" else None
            yield self._cell("send", name, found[name], base)

    def _cell(
        self,
        kind: str,
        what: str,
        values: list[list[float]],
        base: list[list[float]] | None,
        *,
        bare: list[list[float]] | None = None,
    ) -> dict[str, Any]:
        return {
            "python": self.python.version,
            "kind": kind,
            "what": what,
            "cpu_us": asdict(estimate(values)),
            "added_us": asdict(added(values, base)) if base else None,
            "over_bare_us": asdict(added(values, bare)) if bare else None,
            "bare_us": asdict(estimate(bare)) if bare else None,
        }

    def _imports(self) -> Iterator[dict[str, Any]]:
        times: dict[str, list[list[float]]] = {name: [] for name in IMPORTS}
        for _ in range(self.effort.imports):
            for name, (before, code) in IMPORTS.items():
                script = _IMPORT.format(before=before, code=code)
                times[name].append([float(self._run(["-c", script], {}))])
        for name, found in times.items():
            yield self._cell("import", name, found, None)

    def _processes(self, what: str) -> dict[str, list[list[float]]]:
        """Of each figure its rounds, by process."""
        found = [self._process(what) for _ in range(self.effort.processes)]
        return {name: [each[name] for each in found] for name in found[0]}

    def _process(self, what: str) -> Mapping[str, list[float]]:
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
            arguments = ["-m", "benchmarks.inside.telemetry", what, str(self.effort.rounds)]
            found: Mapping[str, list[float]] = json.loads(self._run(arguments, variables))
            return found

    def _run(self, arguments: list[str], variables: Mapping[str, str]) -> str:
        env = environment(self.python, EXTRAS, editable=True)
        done = subprocess.run(
            [env.executable, *arguments],
            env={"PATH": os.defpath, **variables},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        return done.stdout
