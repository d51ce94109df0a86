"""A Prometheus-compatible store that takes OTLP: VictoriaMetrics, with its data in a new folder.

with VictoriaMetrics() as store:
    Exporter(endpoint=f"{store.otlp}/v1/metrics")
    store.query("up")
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.paths import Unavailable
from tests.support.ports import free_ports

VARIABLE = "LAMBDA_USAGE_VICTORIA_METRICS"
_NAMES = ("victoria-metrics", "victoria-metrics-prod")
START_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Series:
    """One series of an answer."""

    labels: Mapping[str, str]
    value: float


class VictoriaMetrics:
    """One store, for as long as the ``with`` block lasts."""

    def __init__(self) -> None:
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def otlp(self) -> str:
        """What ``OTEL_EXPORTER_OTLP_ENDPOINT`` has to be."""
        return f"{self.url}/opentelemetry"

    def start(self) -> None:
        """Starts the store and returns when it answers."""
        program = _program()
        self._folder = tempfile.TemporaryDirectory(prefix="victoria-metrics-")
        folder = Path(self._folder.name)
        with free_ports(1) as (port,):
            self.url = f"http://127.0.0.1:{port}"
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    program,
                    f"-httpListenAddr=127.0.0.1:{port}",
                    f"-storageDataPath={folder / 'data'}",
                    "-opentelemetry.usePrometheusNaming",
                    "-retentionPeriod=10y",
                    "-search.latencyOffset=0s",  # what came last is to be seen at once
                    "-search.disableCache",
                    "-memory.allowedBytes=256MB",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._wait(folder / "log")

    def stop(self) -> None:
        """Ends the store at once: its data is thrown away anyway."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def query(self, expression: str, at: float | None = None) -> list[Series]:
        """What an instant query gives; all that was taken before is seen.

        Args:
            expression: In PromQL.
            at: When, in seconds since the Unix epoch; now where it is left out.

        Raises:
            ValueError: It cannot be evaluated.
        """
        self._get("/internal/force_flush")
        # left to itself, it takes the last full second
        asked = {"query": expression, "nocache": "1", "time": f"{at or time.time():.3f}"}
        try:
            answer = json.loads(self._get(f"/api/v1/query?{urllib.parse.urlencode(asked)}"))
        except urllib.error.HTTPError as error:
            raise ValueError(f"{expression}: {error.read().decode()}") from error
        result: list[dict[str, Any]] = answer["data"]["result"]
        return [Series(each["metric"], float(each["value"][1])) for each in result]

    def add(self, samples: str) -> None:
        """Takes samples in the text format of Prometheus."""
        request = urllib.request.Request(
            f"{self.url}/api/v1/import/prometheus", data=samples.encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=30):
            pass

    def names(self) -> set[str]:
        """Of all metrics that there are."""
        self._get("/internal/force_flush")
        return set(json.loads(self._get("/api/v1/label/__name__/values"))["data"])

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            body: bytes = answer.read()
            return body

    def _wait(self, log: Path) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                self._get("/health")
                return
            except OSError as error:
                try:
                    self._process.wait(0.05)
                except subprocess.TimeoutExpired:
                    if time.monotonic() < deadline:
                        continue
                last = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
                self.stop()
                raise Unavailable(f"VictoriaMetrics did not start: {error}\n{last}") from error


def _program() -> str:
    named = os.environ.get(VARIABLE)
    found = named or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        raise Unavailable(
            f"VictoriaMetrics is not installed (Debian: victoria-metrics); {VARIABLE} names it"
        )
    return found
