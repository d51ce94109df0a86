"""Rotel, an OpenTelemetry collector, where its wheel can be had (Linux, CPython 3.10 to 3.13).

with Receiver() as receiver, Rotel(receiver.endpoint) as collector:
    ...  # OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint
"""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.paths import Unavailable
from tests.support.ports import free_ports

_START_TIMEOUT_S = 30


class Rotel:
    """Takes OTLP/HTTP and passes it on to *target*, for as long as the ``with`` block lasts."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._process: subprocess.Popen[bytes] | None = None
        self.endpoint = ""

    def __enter__(self) -> Self:
        found = importlib.util.find_spec("rotel")
        if found is None or found.origin is None:
            raise Unavailable("the collector Rotel (PyPI: rotel) is not installed here")
        with free_ports(2) as (port, grpc_port):
            self.endpoint = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [
                str(Path(found.origin).with_name("rotel-agent")), "start",
                "--otlp-http-endpoint", f"127.0.0.1:{port}",
                "--otlp-grpc-endpoint", f"127.0.0.1:{grpc_port}",
                "--exporter", "otlp",
                "--otlp-exporter-endpoint", self._target,
                "--otlp-exporter-protocol", "http",
                "--disable-batching",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + _START_TIMEOUT_S
        while time.monotonic() < until and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return self
            except ConnectionRefusedError:
                time.sleep(0.01)
        self._end()
        raise Unavailable("the collector Rotel did not start here")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
