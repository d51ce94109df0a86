"""Metrics of our own over OTLP: what arrives adds up to what bundles hold, whatever happens."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_usage import agent as module
from lambda_usage.delivery import dispatch, waiting
from lambda_usage.telemetry import otlp
from lambda_usage.telemetry.definitions import METRICS, REASON
from lambda_usage.telemetry.readings import reason_of
from lambda_usage.windows import BESIDE_TRACER
from tests.support.otlp import CUMULATIVE, DELTA, Receiver
from tests.support.paths import ROOT
from tests.unit.support import SOURCE, log_lines, run_fresh

from .worlds import World, point_to, prepare

NOT_WITHOUT_LOSS = "lambda_usage.losses"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as started:
        yield started


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> Iterator[World]:
    prepare(monkeypatch, tmp_path)
    point_to(monkeypatch, receiver)
    monkeypatch.setattr(otlp, "_PATIENCE", 0.3)
    token = module._inside.set(False)
    yield World(tmp_path)
    module._inside.reset(token)


def test_exports_go_with_uploads_and_add_up(world: World, receiver: Receiver) -> None:
    world.invoke(3)
    assert receiver.requests == []
    world.flush()
    assert receiver.requests == ["/v1/metrics"]
    world.invoke(4)
    world.agent.finish()
    assert receiver.requests == ["/v1/metrics"] * 2
    assert receiver.total("lambda_usage.invocations") == 7
    assert receiver.total("lambda_usage.windows") == 7
    assert receiver.total("lambda_usage.uploads", lambda_usage__outcome="delivered") == 2
    assert receiver.total("lambda_usage.handler.time") == pytest.approx(
        world.agent.overhead.spent()[1]
    )
    sizes = [each for each in receiver.points if each.name == "lambda_usage.upload.size"]
    files = list(world.store.rglob("*.coverage"))
    assert sum(each.count for each in sizes) == len(files) == 2
    assert sum(each.value for each in sizes) == sum(each.stat().st_size for each in files)


def test_each_metric_is_sent_as_it_is_defined(world: World, receiver: Receiver) -> None:
    world.invoke()
    world.agent.overhead.ran(0.5, 0.0)
    world.flush()
    sent = {each.name: each for each in receiver.points}
    assert sent.keys() == {each.name for each in METRICS} - {NOT_WITHOUT_LOSS}
    for each in METRICS:
        if each.name in sent:
            point = sent[each.name]
            kind = {"counter": "sum"}.get(each.kind, each.kind)
            assert (point.kind, point.unit, point.scope) == (kind, each.unit, "lambda_usage")
            assert point.temporality == (0 if each.kind == "gauge" else DELTA)
            assert point.start < point.time
            values = dict(each.attribute.values) if each.attribute else {"": ""}
            assert set(point.attributes.values()) <= values.keys()
    assert sent["lambda_usage.active"].value == 1
    assert sent["lambda_usage.sample.probability"].value == 1


def test_who_asks_for_totals_gets_them(
    tmp_path: Path, world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "cumulative")
    for times in (3, 2):
        world.invoke(times)
        world.flush()
    for name, last in (("invocations", 5), ("upload.size", 2)):
        points = [each for each in receiver.points if each.name == f"lambda_usage.{name}"]
        assert {each.temporality for each in points} == {CUMULATIVE}
        assert len({each.start for each in points}) == 1
        assert (points[-1].count or points[-1].value) == last
    receiver.status = 400
    world.invoke(4)
    world.flush()
    receiver.status = 200
    world.agent.finish()
    points = [each for each in receiver.points if each.name == "lambda_usage.invocations"]
    assert points[-1].value == 9  # totals make good what was not heard
    assert min(each.value for each in receiver.points) >= 0


def test_spans_of_time_follow_each_other_without_gaps(world: World, receiver: Receiver) -> None:
    for _ in range(3):
        world.invoke()
        world.flush()
    points = [each for each in receiver.points if each.name == "lambda_usage.invocations"]
    assert [each.start for each in points[1:]] == [each.time for each in points[:-1]]


def test_the_resource_says_who_it_was(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "team=shop,service.instance.id=all")
    world.invoke()
    world.flush()
    (resource,) = {tuple(each.resource.items()) for each in receiver.points}
    (bundle,) = world.delivered().bundles
    assert dict(resource) | {
        "service.name": "orders",
        "service.instance.id": bundle.process_id,
        "faas.name": "orders",
        "faas.version": "7",
        "faas.instance": "2026/11/28/[7]abc",
        "faas.max_memory": 512 * 1024 * 1024,
        "cloud.provider": "aws",
        "cloud.platform": "aws_lambda",
        "cloud.region": "eu-central-1",
        "team": "shop",
    } == dict(resource)


def test_a_service_name_of_the_users_stays(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "shop")
    world.invoke()
    world.flush()
    assert {each.resource["service.name"] for each in receiver.points} == {"shop"}


def test_a_restored_copy_is_another_process_and_tells_nothing_twice(
    world: World, receiver: Receiver
) -> None:
    world.agent.pending.inits = 1
    world.agent.before_snapshot()
    world.invoke(2)  # a runtime may invoke ahead of the snapshot
    world.flush()
    world.agent.after_restore()
    world.invoke(3)
    world.flush()
    instances = {each.resource["service.instance.id"] for each in receiver.points}
    assert instances == {each.process_id for each in world.delivered().bundles}
    assert len(instances) == 2
    assert receiver.total("lambda_usage.invocations") == 5
    assert receiver.total("lambda_usage.inits") == 1
    assert min(each.value for each in receiver.points) >= 0


def test_a_forked_child_sends_nothing(world: World, receiver: Receiver) -> None:
    world.invoke()
    world.agent.abandon()
    world.agent.finish()
    assert receiver.requests == []


def test_an_agent_that_gave_up_says_so_and_one_that_ended_does_not(
    world: World, receiver: Receiver
) -> None:
    world.recorder.fail_at = {"open_window"}
    world.invoke(3)
    world.agent.finish()
    last = {each.name: each.value for each in receiver.points}
    assert last["lambda_usage.active"] == 0
    assert last["lambda_usage.errors"] == 3
    assert receiver.total("lambda_usage.losses", lambda_usage__reason="switched_off") == 1


def test_what_an_endpoint_refuses_is_counted_as_lost(
    world: World, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver.status = 400
    for _ in range(2):
        world.invoke()
        world.flush()
    receiver.status = 200
    world.invoke(5)
    world.flush()
    assert receiver.total("lambda_usage.losses", lambda_usage__reason="metrics_export") == 2
    assert receiver.total("lambda_usage.invocations") == 5
    assert world.agent.errors == 0
    warnings = [each for each in log_lines(capsys.readouterr().err) if each["level"] == "WARNING"]
    assert [each["message"] for each in warnings] == ["Metrics could not be sent"]


def test_an_endpoint_that_is_down_costs_bundles_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        world.invoke()
        world.flush()
        world.invoke()
        world.agent.finish()
    assert len(world.delivered().bundles) == 2
    assert world.agent.errors == 0


def test_an_endpoint_that_hangs_holds_up_neither_invocations_nor_bundles(
    tmp_path: Path, world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(otlp, "_PATIENCE", 30)
    receiver.go.clear()
    world.invoke()
    hanging = threading.Thread(target=world.flush)
    hanging.start()
    receiver.wait(lambda: receiver.requests)
    world.invoke(3)
    world.flush()  # the export is under way; this bundle leaves beside it
    assert hanging.is_alive()
    assert len(receiver.requests) == 1
    assert len(world.delivered().bundles) == 2
    receiver.go.set()
    hanging.join(30)
    world.invoke()
    world.flush()
    assert receiver.total("lambda_usage.invocations") == 5


@pytest.mark.parametrize(
    ("variables", "sends"),
    [
        ({}, True),
        ({"OTEL_METRICS_EXPORTER": "none"}, False),
        ({"OTEL_METRICS_EXPORTER": "none", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "own"}, True),
        ({"OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, True),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, False),
    ],
)
def test_it_sends_where_opentelemetrys_variables_ask_for_it(
    world: World,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    sends: bool,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value.replace("own", f"{receiver.endpoint}/v1/metrics"))
    world.invoke()
    world.flush()
    assert bool(receiver.points) is sends


def raising(*_: object, **__: object) -> object:
    raise ValueError("no")


@pytest.mark.parametrize(
    ("part", "broken"),
    [("_make_exporter", raising), ("_exporter", SimpleNamespace(export=raising))],
)
def test_an_export_that_raises_is_counted_as_lost(
    world: World, receiver: Receiver, part: str, broken: object
) -> None:
    """Not every exporter returns what went wrong, or accepts what is configured."""
    outlet: Any = world.agent.telemetry.metrics._chosen()
    world.agent.telemetry.metrics._outlet = outlet
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outlet, part, broken)
        if part == "_exporter":
            patch.setattr(outlet, "_patience", otlp._PATIENCE)
        for _ in range(2):
            world.invoke()
            world.flush()
    world.invoke(5)
    world.flush()
    assert receiver.total("lambda_usage.losses", lambda_usage__reason="metrics_export") == 2
    assert receiver.total("lambda_usage.invocations") == 5
    assert world.agent.errors == 0


class Old:
    """As far as it matters here, an exporter of the time before they had a deadline."""

    _MAX_RETRY_TIMEOUT = 64

    def __init__(self, timeout: float) -> None:
        self.waited = 0

    def export(self, _data: object) -> object:
        delay = 1
        while delay < self._MAX_RETRY_TIMEOUT:
            self.waited += delay
            delay *= 2
        return None


def test_a_busy_endpoint_holds_up_no_end_with_an_old_exporter(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlet: Any = world.agent.telemetry.metrics._chosen()
    monkeypatch.setattr(outlet, "_make_exporter", Old)
    world.agent.telemetry.metrics._outlet = outlet
    world.invoke()
    world.agent.finish()
    assert outlet._exporter.waited <= 1


OWN = """\
    import sys
    from pathlib import Path
    from lambda_usage.attach.bootstrap import recorded
    from tests.unit.fakes import make_agent

    agent, *_ = make_agent(Path.cwd(), sample_rate=0.5)
    call = recorded(lambda *_: None, agent)
    call({}, None)
    agent.telemetry.metrics._chosen()
    assert "opentelemetry.trace" in sys.modules
    for _ in range(100):
        call({}, None)
    print(agent.telemetry.spans)
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    trace.set_tracer_provider(TracerProvider())
    for _ in range(100):
        call({}, None)
    print(type(agent.telemetry.spans).__name__)
"""


def test_that_our_own_export_needs_the_api_makes_no_function_one_with_spans(tmp_path: Path) -> None:
    """Each invocation would be held up for a span that there is not."""
    variables = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
        "PYTHONPATH": f"{SOURCE}:{ROOT}",
    }
    done = run_fresh(OWN, tmp_path, variables)
    assert done.stdout.split() == ["None", "Spans"], done.stderr


def test_without_an_sdk_it_says_so_once_and_delivers_as_ever(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http", None)
    for _ in range(2):
        world.invoke()
        world.flush()
    warnings = [each for each in log_lines(capsys.readouterr().err) if each["level"] == "WARNING"]
    assert len(warnings) == 1
    assert "opentelemetry-sdk" in warnings[0]["message"]
    assert len(world.delivered().bundles) == 2


@pytest.mark.parametrize("metrics", ["none", "emf"])
def test_where_another_way_was_chosen_the_endpoint_is_left_alone(
    tmp_path: Path, world: World, receiver: Receiver, metrics: str
) -> None:
    other = World(tmp_path, metrics=metrics)
    other.invoke()
    other.flush()
    assert receiver.requests == []


def test_every_loss_has_one_of_the_few_reasons() -> None:
    known = dict(REASON.values)
    words = {
        BESIDE_TRACER,
        module.FORKED_PROCESSES,
        module.GIVEN_UP,
        f"{module.CANNOT_RECORD}: no free sys.monitoring tool id",
        waiting.DROPPED,
        waiting.DROPPED_INVOCATIONS,
        waiting.DROPPED_UNSURE,
    }
    assert {reason_of(each) for each in words} <= known.keys() - {"other"}
    assert len({reason_of(each) for each in words}) == len(words)
    for each in ("secret/file.py:3", dispatch.NOT_MADE, waiting.unsure(BESIDE_TRACER)):
        assert reason_of(each) in known


@given(
    st.lists(st.floats(0, 100)),
    st.lists(st.floats(0.5, 99), min_size=1, unique=True).map(sorted),
)
def test_buckets_hold_each_value_once(values: list[float], bounds: list[float]) -> None:
    found = otlp.Distribution(tuple(bounds))
    for value in values:
        found.add(value)
    counts = found.counts
    assert sum(counts) == len(values)
    for bound, below in zip(bounds, range(1, len(counts)), strict=True):
        assert sum(counts[:below]) == sum(value <= bound for value in values)
