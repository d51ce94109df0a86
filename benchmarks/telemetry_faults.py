"""What callers wait while the endpoint for metrics fails: part ``faults`` of benchmarks.run.

The function has imported OpenTelemetry's SDK and exporter, as one that is instrumented has; ours
exports over OTLP with each bundle, every three seconds in place of every five minutes. The store is
a folder, and works. The bare function takes part twice: by so much do equals differ.
"""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from benchmarks.estimates import added, estimate
from benchmarks.faults import Case, bare, waits
from tests.support.otlp import Receiver
from tests.support.pythons import RUNTIME, Python, environment

PACKAGES = ("opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http")
IMPORTS = "import opentelemetry.exporter.otlp.proto.http.metric_exporter\n"
BARE, AGAIN = "bare function", "bare function, again"
NO_METRICS = "ours without metrics"
FLUSH_INTERVAL = 3.0
QUANTILES = {"median": 0.5, "p99": 0.99}


@dataclass(frozen=True, slots=True)
class Effort:
    """How often."""

    invocations: int
    """Of each process."""
    rounds: int
    """Processes of each row."""


class Endpoints:
    """What metrics are sent to, by what is wrong with it, and how many exports came to it."""

    def __init__(self) -> None:
        self.exports: dict[str, int] = {}

    def cases(self) -> dict[str, Case]:
        """All rows."""
        return {
            BARE: bare,
            AGAIN: bare,
            NO_METRICS: self._case(NO_METRICS, _none),
            "endpoint works": self._received("endpoint works"),
            "refuses connections": self._case("refuses connections", _down),
            "hangs": self._received("hangs", hangs=True),
            "answers 400": self._received("answers 400", 400),
            "answers 503": self._received("answers 503", 503),
            "cannot be reached": self._case("cannot be reached", _unreachable),
        }

    def _case(
        self, name: str, made: Callable[[], AbstractContextManager[Mapping[str, str]]]
    ) -> Case:
        @contextmanager
        def case() -> Iterator[Mapping[str, str]]:
            with made() as variables, tempfile.TemporaryDirectory() as store:
                yield {
                    "COVERAGE_S3_BUCKET": store,
                    "COVERAGE_FLUSH_INTERVAL": str(FLUSH_INTERVAL),
                    "COVERAGE_OVERHEAD_BUDGET": "1",  # bundles leave when they are due
                    **variables,
                }

        return case

    def _received(self, name: str, status: int = 200, *, hangs: bool = False) -> Case:
        @contextmanager
        def made() -> Iterator[Mapping[str, str]]:
            with Receiver() as receiver:
                receiver.status = status
                if hangs:
                    receiver.go.clear()
                yield _at(receiver.endpoint)
                self.exports[name] = self.exports.get(name, 0) + len(receiver.requests)

        return self._case(name, made)


def _at(endpoint: str) -> Mapping[str, str]:
    return {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": f"{endpoint}/v1/metrics"}


@contextmanager
def _none() -> Iterator[Mapping[str, str]]:
    yield {"COVERAGE_METRICS": "none"}


@contextmanager
def _down() -> Iterator[Mapping[str, str]]:
    with socket.socket() as held:  # bound and not listening: nobody else can
        held.bind(("127.0.0.1", 0))
        yield _at(f"http://127.0.0.1:{held.getsockname()[1]}")


@contextmanager
def _unreachable() -> Iterator[Mapping[str, str]]:
    """Nobody answers a connection's first packet: the queue of those who wait is full."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        yield _at(f"http://127.0.0.1:{full.getsockname()[1]}")


def measure(python: Python, effort: Effort) -> Iterator[dict[str, Any]]:
    """The rows, as plain data: quantiles in milliseconds, and what they are more than bare's."""
    endpoints = Endpoints()
    found = waits(
        environment(python, (*RUNTIME, *PACKAGES)),
        endpoints.cases(),
        invocations=effort.invocations,
        rounds=effort.rounds,
        before=IMPORTS,
    )
    of_bare = {name: _quantiles(found.times[BARE], q) for name, q in QUANTILES.items()}
    for name, times in found.times.items():
        own = {each: _quantiles(times, q) for each, q in QUANTILES.items()}
        yield {
            "python": python.version,
            "endpoint": name,
            "exports": endpoints.exports.get(name),
            **{f"{each}_ms": asdict(estimate(values)) for each, values in own.items()},
            **{f"{each}_added_ms": asdict(added(own[each], of_bare[each])) for each in own},
            "differed": found.differed,
        }


def _quantiles(processes: list[list[float]], q: float) -> list[list[float]]:
    """Of each process one figure."""
    return [[float(np.quantile(times, q))] for times in processes]
