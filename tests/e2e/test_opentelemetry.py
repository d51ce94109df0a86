"""A function that OpenTelemetry instruments, through both exec wrappers and AWS's emulator.

The layer's scripts are imitated; those of AWS and of OpenTelemetry themselves are run by
``test_opentelemetry_layers.py``, where there are any.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.stores import open_store
from lambda_usage.evidence.hot_paths import hot_paths_report
from lambda_usage.telemetry.definitions import METRICS, SPAN_ATTRIBUTES
from tests.support import opentelemetry_layer, pythons
from tests.support.emulator import Emulator
from tests.support.otlp import Receiver, Span
from tests.support.paths import Unavailable
from tests.support.pythons import PythonEnv
from tests.support.rotel import Rotel

APP = """
from opentelemetry import trace

import prices

tracer = trace.get_tracer("orders")

def handler(event, context):
    with tracer.start_as_current_span("order"):
        total = prices.total(event["items"])
        if total > 100:
            return approve(total)
        return {"total": total}

def approve(total):
    return {"total": total, "approved": True}
"""
PRICES = """
def total(items):
    return sum(price(each) for each in items)

def price(item):
    if item == "free":
        return 0
    return 60
"""
EVENTS = [{"items": ["a"]}, {"items": ["a", "b"]}, {"items": ["free"]}, {"items": ["a"]}]
TOTALS = [60, 120, 0, 60]


@dataclass(frozen=True, slots=True)
class World:
    env: PythonEnv
    opt: Path
    task: Path
    store: Path
    receiver: Receiver
    endpoint: str

    def emulator(self, **variables: str) -> Emulator:
        return Emulator(
            self.env,
            self.task,
            "app.handler",
            opt=self.opt,
            function_name="orders",
            variables={
                **opentelemetry_layer.variables(self.opt, self.endpoint, "orders"),
                "COVERAGE_S3_BUCKET": str(self.store),
                "COVERAGE_OVERHEAD_BUDGET": "1",
                **variables,
            },
        )

    def handler_spans(self) -> list[Span]:
        """Those of the instrumentation, in order: a collector may pass them on in another."""
        found = [each for each in self.receiver.spans if each.scope.endswith(".aws_lambda")]
        return sorted(found, key=lambda each: each.start)

    def last(self, name: str) -> float:
        """The latest value of a metric."""
        found = [each for each in self.receiver.points if each.name == name]
        return max(found, key=lambda each: each.time).value if found else 0.0


@pytest.fixture(scope="session")
def traced_env(python_env: PythonEnv) -> PythonEnv:
    try:
        return opentelemetry_layer.traced_environment(pythons.found()[python_env.version])
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(params=["receiver", "collector"])
def world(
    traced_env: PythonEnv, layer_opt: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[World]:
    """What is sent arrives at a receiver: straight, or through a collector."""
    opt, task = opentelemetry_layer.beside(layer_opt, tmp_path, traced_env), tmp_path / "task"
    task.mkdir()
    (task / "app.py").write_text(APP)
    (task / "prices.py").write_text(PRICES)
    with ExitStack() as stack:
        receiver = stack.enter_context(Receiver())
        endpoint = receiver.endpoint
        if request.param == "collector":
            try:
                endpoint = stack.enter_context(Rotel(receiver.endpoint)).endpoint
            except Unavailable as reason:
                pytest.skip(str(reason))
        yield World(traced_env, opt, task, tmp_path / "store", receiver, endpoint)


def test_from_a_trace_to_its_code_path_and_back(world: World) -> None:
    with world.emulator(COVERAGE_TRACE_IDS="true") as emulator:
        for event, total in zip(EVENTS, TOTALS, strict=True):
            assert emulator.invoke(event).payload["total"] == total
        log = emulator.stop()
    world.receiver.wait(lambda: len(world.handler_spans()) == len(EVENTS))
    spans = world.handler_spans()
    for span in spans:
        assert span.name == "orders"
        ours = {name for name in span.attributes if name.startswith("lambda_usage.")}
        assert ours == {each.name for each in SPAN_ATTRIBUTES}
        assert span.attributes["lambda_usage.sampled"] is True
    paths = [each.attributes["lambda_usage.path.id"] for each in spans]
    assert paths[0] == paths[3]
    assert len(set(paths)) == 3
    found = combine_store(open_store(str(world.store)))
    report = {each.id: each for each in hot_paths_report(found.bundle).paths}
    assert report.keys() == set(paths)
    assert "app.py:approve" in report[paths[1]].functions
    assert "app.py:approve" not in report[paths[0]].functions
    traces = {(path.id, each.id) for path in report.values() for each in path.traces}
    assert traces == {(path, each.trace_id) for path, each in zip(paths, spans, strict=True)}
    assert len({trace for _, trace in traces}) == len(EVENTS)
    theirs = [each for each in world.receiver.spans if each.scope == "orders"]
    assert len(theirs) == len(EVENTS)
    for each in theirs:  # the user's own, within ours, are left as they are
        assert not [name for name in each.attributes if name.startswith("lambda_usage")]
    assert not [line for line in log if re.search("Traceback|could not be told", line)]


def test_metrics_go_with_those_of_the_application(world: World) -> None:
    with world.emulator() as emulator:
        for event in EVENTS:
            emulator.invoke(event)
    for name in ("lambda_usage.invocations", "lambda_usage.windows"):
        world.receiver.wait(lambda name=name: world.last(name) == len(EVENTS))  # type: ignore[misc]
    ours = [each for each in world.receiver.points if each.scope == "lambda_usage"]
    assert {each.name for each in ours} <= {each.name for each in METRICS}
    assert {each.resource["service.name"] for each in ours} == {"orders"}


def test_where_the_application_exports_none_metrics_go_with_uploads(world: World) -> None:
    """As in AWS's layer, which sets ``OTEL_METRICS_EXPORTER=none``."""
    variables = {
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": f"{world.endpoint}/v1/metrics",
    }
    with world.emulator(**variables) as emulator:
        for event in EVENTS:
            emulator.invoke(event)
    world.receiver.wait(lambda: world.receiver.points)
    receiver = world.receiver
    assert receiver.total("lambda_usage.invocations") == len(EVENTS)
    assert receiver.total("lambda_usage.inits") == 1
    (instance,) = {each.resource["service.instance.id"] for each in receiver.points}
    (bundle,) = combine_store(open_store(str(world.store))).bundle.bundles
    assert instance == bundle.process_id
    assert {each.resource["faas.name"] for each in receiver.points} == {"orders"}


def test_an_invocation_that_is_no_window_says_so(world: World) -> None:
    with world.emulator(COVERAGE_SAMPLE_RATE="0.000001") as emulator:
        for event in EVENTS:
            emulator.invoke(event)
    world.receiver.wait(lambda: len(world.handler_spans()) == len(EVENTS))
    last = world.handler_spans()[-1].attributes  # on 3.11 the first is a window always
    assert last["lambda_usage.sampled"] is False
    assert last["lambda_usage.sample.probability"] == pytest.approx(1e-6)
    assert "lambda_usage.path.id" not in last
