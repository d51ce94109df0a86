"""Rotel, an OpenTelemetry collector, where its wheel can be had (Linux, CPython 3.10 to 3.13).

with Receiver() as receiver, Rotel(receiver.endpoint) as collector:
    ...  # OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint
"""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.paths import Unavailable
from tests.support.ports import free_ports

_START_TIMEOUT_S = 30


class Rotel:
    """Takes OTLP/HTTP and passes it on to *target*, for as long as the ``with`` block lasts.

    Args:
        target: An OTLP/HTTP endpoint.
        variables: Its configuration; without any, it passes on at once whatever it takes.
    """

    def __init__(self, target: str, variables: Mapping[str, str] | None = None) -> None:
        self._target = target
        self._variables = variables
        self._process: subprocess.Popen[bytes] | None = None
        self.endpoint = ""

    def __enter__(self) -> Self:
        program = _program()
        with free_ports(2) as (port, grpc_port):
            self.endpoint = f"http://127.0.0.1:{port}"
        plain = ["--exporter", "otlp", "--otlp-exporter-protocol", "http", "--disable-batching"]
        kept = {k: v for k, v in os.environ.items() if not k.startswith("ROTEL_")}
        self._process = subprocess.Popen(
            [
                program, "start",
                "--otlp-http-endpoint", f"127.0.0.1:{port}",
                "--otlp-grpc-endpoint", f"127.0.0.1:{grpc_port}",
                "--otlp-exporter-endpoint", self._target,
                *([] if self._variables else plain),
            ],
            env={**kept, **(self._variables or {})},
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

    def finish(self) -> None:
        """Ends it as a container is ended: it sends what it has gathered, and exits."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_START_TIMEOUT_S)

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def options() -> str:
    """What it says of its options, and of the variables that set them."""
    done = subprocess.run(
        [_program(), "start", "--help"], capture_output=True, text=True, check=True
    )
    return done.stdout


def _program() -> str:
    found = importlib.util.find_spec("rotel")
    if found is None or found.origin is None:
        raise Unavailable("the collector Rotel (PyPI: rotel) is not installed here")
    return str(Path(found.origin).with_name("rotel-agent"))
