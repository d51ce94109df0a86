"""Whatever an OTLP endpoint does, results and bundles are those without it, and losses are told.

Through AWS's emulator, with metrics of our own over OTLP. That a caller never waits for an export
is shown without a clock: each response is there while the export before it is still unanswered.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.stores import open_store
from lambda_usage.evidence.summary import processes_unfinished
from tests.support import pythons
from tests.support.emulator import Emulator
from tests.support.otlp import Receiver
from tests.support.paths import Unavailable
from tests.support.ports import free_ports
from tests.support.pythons import RUNTIME, PythonEnv

APP = """
import opentelemetry.exporter.otlp.proto.http.metric_exporter  # as a layer's wrapper does

def handler(event, context):
    return {"number": event["number"] + 1}
"""
INVOCATIONS = 12


@pytest.fixture
def env(python_env: PythonEnv) -> PythonEnv:
    wanted = (*RUNTIME, "opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http")
    try:
        return pythons.environment(pythons.found()[python_env.version], wanted)
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as started:
        yield started


class Function:
    """One that sends metrics to *endpoint*, with a bundle and an export as often as can be."""

    def __init__(self, env: PythonEnv, opt: Path, folder: Path, endpoint: str) -> None:
        task, tmp = folder / "task", folder / "tmp"
        task.mkdir()
        tmp.mkdir()
        (task / "app.py").write_text(APP)
        self.store = folder / "store"
        self.emulator = Emulator(
            env,
            task,
            "app.handler",
            opt=opt,
            variables={
                "AWS_LAMBDA_EXEC_WRAPPER": str(opt / "lambda-usage"),
                "COVERAGE_S3_BUCKET": str(self.store),
                "COVERAGE_OVERHEAD_BUDGET": "1",
                "COVERAGE_FLUSH_INTERVAL": "0",
                "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
                "TMPDIR": str(tmp),
            },
        )

    def invoke(self, first: int, last: int) -> None:
        for number in range(first, last):
            assert self.emulator.invoke({"number": number}).payload == {"number": number + 1}

    def check(self) -> None:
        """All is in the bundles, and nothing failed but what says so once."""
        found = combine_store(open_store(str(self.store)))
        exposures = [e for usage in found.bundle.origins.values() for e in usage.exposures.values()]
        assert found.broken == ()
        assert sum(each.invocations for each in exposures) == INVOCATIONS
        assert processes_unfinished(found.bundle) == 0
        log = self.emulator.function_log
        assert sum("Metrics could not be sent" in line for line in log) <= 1
        assert not [line for line in log if "the function was not affected" in line]


@pytest.mark.parametrize("fault", ["down", "refusing", "throttling"])
def test_an_endpoint_that_takes_nothing_changes_nothing(
    env: PythonEnv, layer_opt: Path, tmp_path: Path, receiver: Receiver, fault: str
) -> None:
    receiver.status = {"refusing": 400, "throttling": 503}.get(fault, 200)
    endpoint = receiver.endpoint
    if fault == "down":
        with free_ports(1) as (port,):
            endpoint = f"http://127.0.0.1:{port}"
    function = Function(env, layer_opt, tmp_path, endpoint)
    with function.emulator:
        function.invoke(0, INVOCATIONS)
    function.check()
    assert receiver.points == []


def test_while_an_endpoint_hangs_callers_are_answered_and_later_it_is_told(
    env: PythonEnv, layer_opt: Path, tmp_path: Path, receiver: Receiver
) -> None:
    receiver.go.clear()
    function = Function(env, layer_opt, tmp_path, receiver.endpoint)
    with function.emulator as emulator:
        function.invoke(0, 3)
        receiver.wait(lambda: receiver.requests)
        function.invoke(3, INVOCATIONS - 1)
        assert not receiver.go.is_set()
        emulator.wait_for_log("Metrics could not be sent")  # it gave up by itself
        receiver.go.set()
        before = len(receiver.requests)
        function.invoke(INVOCATIONS - 1, INVOCATIONS)
        receiver.wait(lambda: len(receiver.requests) > before)
    receiver.wait(lambda: receiver.total("lambda_usage.losses"))
    assert receiver.total("lambda_usage.losses", lambda_usage__reason="metrics_export") >= 1
    function.check()
