"""Spans say what was recorded of their invocation, and nothing of it reaches the function."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from lambda_usage import agent as module
from lambda_usage import windows
from lambda_usage.agent import Agent
from lambda_usage.attach.bootstrap import recorded
from lambda_usage.bundle.reader import read_bundle
from lambda_usage.evidence.hot_paths import hot_paths_report
from lambda_usage.sampling.overhead import Overhead
from lambda_usage.sampling.sampler import Draw
from lambda_usage.telemetry import spans as spans_module
from tests.unit.fakes import FakeRecorder, exposures, make_agent
from tests.unit.support import log_lines, run_fresh, write_files

from .spans_told import ALWAYS, IN_WINDOWS, environment

APP = """\
    import shapes

    def handler(event, context):
        if event.get("round"):
            return shapes.Circle(2).area
        square = shapes.Square(2)
        square.side = 3
        return [f(1) for f in square.scales] + [square.area]
"""
SHAPES = """\
    class Shape:
        scales = (lambda x: x * 2, lambda x: x * 3)

    class Circle(Shape):
        def __init__(self, radius): self.radius = radius
        @property
        def area(self):
            return 3 * self.radius ** 2

    class Square(Shape):
        def __init__(self, side):
            self._side = side
        @property
        def side(self):
            return self._side
        @side.setter
        def side(self, side):
            self._side = side
        @property
        def area(self):
            return self.side ** 2
"""
RUN = """\
    import json, sys, time
    sys.path.insert(0, ".")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    import lambda_usage
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    for event in ({}, {"round": 1}, {}, {"round": 1}):
        with tracer.start_as_current_span("invocation"):
            lambda_usage.handler(event, None)
    print(json.dumps([dict(each.attributes) for each in exporter.get_finished_spans()]))
"""


class World:
    def __init__(self, root: Path) -> None:
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracer = provider.get_tracer("test")
        self.agent: Agent
        self.recorder: FakeRecorder
        self.agent, self.recorder, self.courier = make_agent(root)
        self.agent.handler_loaded()

    def invoke(self, inside: Callable[[], object] = lambda: None) -> dict[str, Any]:
        with self.tracer.start_as_current_span("invocation"):
            recorded(lambda _event, _context: inside(), self.agent)({}, None)
        return attributes(self.exporter.get_finished_spans()[-1])


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("LAMBDA_TASK_ROOT", str(tmp_path / "task"))
    monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)
    token = module._inside.set(False)
    yield World(tmp_path)
    module._inside.reset(token)


def test_a_window_says_all_and_another_invocation_what_is_known_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = world.invoke()
    assert found.keys() == IN_WINDOWS
    assert found["lambda_usage.sampled"] is True
    assert found["lambda_usage.sample.probability"] == 1.0
    assert found["lambda_usage.recorder"] == "monitoring"
    assert found["lambda_usage.overhead"] > 0
    monkeypatch.setattr(Overhead, "draw", lambda *_, **__: Draw(0.25, False))
    assert world.invoke() == {
        "lambda_usage.sampled": False,
        "lambda_usage.sample.probability": 0.25,
        "lambda_usage.recorder": "monitoring",
    }


def test_what_is_known_at_the_beginning_is_said_there(world: World) -> None:
    seen: dict[str, Any] = {}

    def look() -> None:
        span = trace.get_current_span()
        assert isinstance(span, ReadableSpan)
        seen.update(attributes(span))

    world.invoke(look)
    assert seen.keys() == ALWAYS


def test_a_span_that_ended_or_is_not_recorded_is_left_alone(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    assert world.invoke(lambda: trace.get_current_span().end()).keys() == ALWAYS
    recorded(lambda *_: None, world.agent)({}, None)
    theirs = "Calling end() on an ended span."  # of start_as_current_span()
    assert [each.getMessage() for each in caplog.records] == [theirs]
    assert world.agent.errors == 0


def test_a_window_that_two_invocations_overlap_in_is_none(world: World) -> None:
    def another() -> None:
        thread = threading.Thread(target=recorded(lambda *_: None, world.agent), args=({}, None))
        thread.start()
        thread.join(60)

    found = world.invoke(another)
    assert found["lambda_usage.sampled"] is False
    assert found.keys() == ALWAYS
    assert world.invoke().keys() == IN_WINDOWS


def test_telling_that_a_window_is_none_is_paid_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the spans, not as a part of the window's own work besides."""
    cpu = 0.0
    clock = SimpleNamespace(**{**vars(time), "thread_time": lambda: cpu})
    for each in (windows, spans_module):
        monkeypatch.setattr(each, "time", clock)
    own: list[tuple[float, float]] = []

    def end(_values: object) -> None:
        nonlocal cpu
        cpu += 8.0

    def window(*given: Any, **_: object) -> float:
        own.append(given[3])
        return 0.0

    monkeypatch.setattr(Overhead, "window", window)
    assert world.agent.telemetry.spans is not None
    sink = world.agent.telemetry.spans._sinks["opentelemetry.trace"]  # other tests import others
    monkeypatch.setattr(sink, "end", end)
    world.invoke(world.agent.windows.void)
    world.recorder.displaced = True
    world.invoke()
    assert world.agent.errors == 0
    assert own == [(0.0, 0.0)] * 2
    assert world.agent.take(final=False).costs["spans_s"] == 16.0


def test_a_window_that_could_not_be_opened_is_none(world: World) -> None:
    world.recorder.fail_at = {"open_window"}
    assert world.invoke()["lambda_usage.sampled"] is False


def test_a_span_that_fails_ends_telemetry_and_nothing_else(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(trace.NonRecordingSpan):
        def is_recording(self) -> bool:
            return True

        def set_attributes(self, attributes: object) -> None:
            raise RuntimeError("secret")

    token = trace.context_api.attach(trace.set_span_in_context(Broken(trace.INVALID_SPAN_CONTEXT)))
    try:
        for _ in range(4):
            recorded(lambda *_: None, world.agent)({}, None)
    finally:
        trace.context_api.detach(token)
    assert world.agent.active
    assert world.agent.errors == 0
    world.agent.finish()
    (exposure,) = exposures(world.courier.bundles[-1]).values()
    assert (exposure.invocations, exposure.windows) == (4, 4)
    (line,) = log_lines(capsys.readouterr().err)
    assert line["level"] == "WARNING"
    assert "secret" not in str(line)


def test_paths_on_spans_are_those_of_the_hot_path_report(tmp_path: Path) -> None:
    write_files(tmp_path, {"app.py": APP, "shapes.py": SHAPES})
    done = run_fresh(RUN, tmp_path, environment(tmp_path))
    assert done.returncode == 0, done.stderr
    spans = json.loads(done.stdout)
    (file,) = (tmp_path / "store").rglob("*.coverage")
    report = hot_paths_report(read_bundle(file))
    assert {each["lambda_usage.path.id"] for each in spans} == {each.id for each in report.paths}
    by_id = {each.id: each for each in report.paths}
    for span in spans:
        path = by_id[span["lambda_usage.path.id"]]
        lines = sum(b - a + 1 for each in path.files for a, b in each.lines)
        assert span["lambda_usage.lines.executed"] == lines
        assert span["lambda_usage.overhead"] > 0
    functions = [each["lambda_usage.functions.executed"] for each in spans]
    assert functions == [7, 3, 7, 3]  # two lambdas, a getter and a setter are four
    new = [each["lambda_usage.lines.new"] for each in spans]
    assert new[2:] == [0, 0]
    assert min(new[:2]) > 0


def test_a_library_that_the_handler_imports_is_found_with_the_next_window(tmp_path: Path) -> None:
    write_files(
        tmp_path, {"app.py": "def handler(event, context):\n    import opentelemetry.trace"}
    )
    script = """\
    import sys
    sys.path.insert(0, ".")
    import lambda_usage
    from lambda_usage.attach.starting import state
    lambda_usage.handler
    print(state()[0].telemetry.spans, "lambda_usage.telemetry.spans" in sys.modules)
    lambda_usage.handler({}, None)
    print(type(state()[0].telemetry.spans).__name__)
    """
    done = run_fresh(script, tmp_path, environment(tmp_path))
    assert done.stdout.splitlines() == ["None False", "Spans"], done.stderr


def test_where_windows_are_rare_it_is_found_with_the_first_bundle(world: World) -> None:
    world.agent.telemetry.spans = None
    world.agent.dispatch.flush()
    assert world.invoke().keys() == IN_WINDOWS


def test_a_library_that_is_half_imported_is_no_error(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("opentelemetry.trace", "aws_xray_sdk.core"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    world.agent.telemetry.spans = None
    for _ in range(4):
        recorded(lambda *_: None, world.agent)({}, None)
    monkeypatch.undo()
    assert world.agent.errors == 0
    assert world.invoke() == {}  # it is found by the end of this one
    assert world.invoke().keys() == IN_WINDOWS


def test_a_library_that_another_thread_is_importing_is_left_until_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own export does that, beside a handler; three errors would switch the agent off."""
    half = ModuleType("opentelemetry.trace")
    half.__spec__ = ModuleSpec("opentelemetry.trace", None)
    half.__spec__._initializing = True  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", half)
    world = World(tmp_path)
    for _ in range(3):
        recorded(lambda *_: None, world.agent)({}, None)
    assert (world.agent.errors, world.agent.off) == (0, False)
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", trace)
    world.invoke()
    assert world.invoke().keys() == IN_WINDOWS


def test_a_library_without_what_it_is_asked_for_costs_spans_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be older than what it is asked for, or a stand-in that a test has left behind."""
    for name in ("opentelemetry.trace", "aws_xray_sdk.core"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    agent, *_ = make_agent(tmp_path)
    for _ in range(5):
        recorded(lambda *_: None, agent)({}, None)
    assert (agent.errors, agent.off, agent.totals().windows) == (0, False, 5)


BY_HAND = """\
    from opentelemetry import trace
    from opentelemetry.instrumentation.aws_lambda import AwsLambdaInstrumentor
    from opentelemetry.sdk.trace import TracerProvider

    print("imported")
    trace.set_tracer_provider(TracerProvider())

    def handler(event, context):
        print("name", trace.get_current_span().name, sorted(trace.get_current_span().attributes))

    AwsLambdaInstrumentor().instrument()
"""
RUN_BY_HAND = """\
    import sys
    from types import SimpleNamespace
    sys.path.insert(0, ".")
    import lambda_usage
    arn = "arn:aws:lambda:eu-central-1:123456789012:function:orders"
    context = SimpleNamespace(
        function_name="orders", invoked_function_arn=arn, aws_request_id="1"
    )
    lambda_usage.handler({}, context)
"""


def test_a_handler_that_its_own_module_instruments_stays_instrumented(tmp_path: Path) -> None:
    write_files(tmp_path, {"app.py": BY_HAND})
    variables = {"_HANDLER": "lambda_usage.handler", "AWS_LAMBDA_FUNCTION_NAME": "orders"}
    done = run_fresh(RUN_BY_HAND, tmp_path, {**environment(tmp_path), **variables})
    first, second = done.stdout.splitlines()
    assert first == "imported"
    assert second.startswith("name orders ")
    assert all(name in second for name in ALWAYS)
