"""Metrics through the application's own meter provider, and CloudWatch's lines."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry import metrics
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider, ObservableCounter
from opentelemetry.sdk.metrics.export import AggregationTemporality, InMemoryMetricReader

from lambda_usage import agent as module
from lambda_usage.delivery.batch import Totals
from lambda_usage.telemetry import emf
from lambda_usage.telemetry.definitions import METRICS, REASON
from lambda_usage.telemetry.readings import Readings
from tests.support.otlp import Receiver
from tests.unit.support import log_lines, run_fresh

from .worlds import World, point_to, prepare

DELTA = dict.fromkeys((Counter, Histogram, ObservableCounter), AggregationTemporality.DELTA)
Found = dict[str, float]


class Reader:
    """The application's, and what it has read in all."""

    def __init__(self, *, delta: bool) -> None:
        self._delta = delta
        self._reader = InMemoryMetricReader(DELTA if delta else {})  # type: ignore[arg-type]
        self.provider = MeterProvider([self._reader])
        self.total: Found = {}
        self.units: dict[str, str | None] = {}
        self.smallest = 0.0

    def read(self) -> Found:
        data = self._reader.get_metrics_data()
        found: Found = {}
        for resource in data.resource_metrics if data else ():
            for scope in resource.scope_metrics:
                assert scope.scope.name == "lambda_usage"
                for metric in scope.metrics:
                    self.units[metric.name] = metric.unit
                    for point in metric.data.data_points:
                        labels = "".join(f":{each}" for each in (point.attributes or {}).values())
                        value = getattr(point, "value", None)
                        found[metric.name + labels] = point.count if value is None else value
        for name, value in found.items():
            self.total[name] = self.total.get(name, 0) + value if self._delta else value
        self.smallest = min([self.smallest, *found.values()])
        return found


def offer(monkeypatch: pytest.MonkeyPatch, provider: MeterProvider) -> None:
    """The application has set it."""
    monkeypatch.setattr(metrics, "get_meter_provider", lambda: provider)


@pytest.fixture(autouse=True)
def function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    prepare(monkeypatch, tmp_path)
    token = module._inside.set(False)
    yield
    module._inside.reset(token)


@pytest.mark.parametrize("delta", [True, False], ids=["delta", "cumulative"])
def test_it_reads_what_the_process_has_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, delta: bool
) -> None:
    reader = Reader(delta=delta)
    offer(monkeypatch, reader.provider)
    world = World(tmp_path)
    world.invoke(3)
    world.agent.overhead.ran(0.5, 0.0)
    assert reader.read()["lambda_usage.invocations"] == 3  # before any upload, as it exports
    world.invoke(2)
    world.flush()
    world.invoke(4)
    reader.read()
    assert reader.total["lambda_usage.invocations"] == 9
    assert reader.total["lambda_usage.windows"] == 9
    assert reader.total["lambda_usage.uploads:delivered"] == 1
    assert reader.total["lambda_usage.upload.size"] == 1
    assert reader.units == {
        each.name: each.unit for each in METRICS if each.name != "lambda_usage.losses"
    }


def test_with_a_provider_of_the_applications_no_endpoint_is_sent_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Receiver() as receiver:
        point_to(monkeypatch, receiver)
        offer(monkeypatch, Reader(delta=True).provider)
        world = World(tmp_path)
        world.invoke()
        world.flush()
        assert receiver.requests == []


def test_a_provider_that_nobody_reads_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Receiver() as receiver:
        point_to(monkeypatch, receiver)
        offer(monkeypatch, MeterProvider())  # OTEL_METRICS_EXPORTER=none leaves such a one
        world = World(tmp_path)
        world.invoke()
        world.flush()
        assert receiver.total("lambda_usage.invocations") == 1


def test_one_that_is_set_late_is_found_with_the_first_upload(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    world.invoke(2)
    reader = Reader(delta=True)
    offer(monkeypatch, reader.provider)
    world.flush()
    assert reader.read()["lambda_usage.invocations"] == 2


SET_LATE = """\
    from opentelemetry import metrics
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader
    from lambda_usage.telemetry import application

    print(application.provider())
    mine = MeterProvider([InMemoryMetricReader()])
    metrics.set_meter_provider(mine)
    print(metrics.get_meter_provider() is application.provider() is mine)
"""


def test_to_look_for_a_provider_sets_none(tmp_path: Path) -> None:
    """OpenTelemetry's API makes one for whoever asks first, where its variable names one."""
    done = run_fresh(SET_LATE, tmp_path, {"OTEL_PYTHON_METER_PROVIDER": "sdk_meter_provider"})
    assert done.stdout.split() == ["None", "True"], done.stderr


@pytest.mark.parametrize("delta", [True, False], ids=["delta", "cumulative"])
def test_after_a_restore_counters_go_on_from_what_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, delta: bool
) -> None:
    reader = Reader(delta=delta)
    offer(monkeypatch, reader.provider)
    world = World(tmp_path)
    world.invoke(3)
    world.agent.overhead.ran(0.5, 0.0)
    reader.read()
    before = dict(reader.total)
    world.agent.before_snapshot()
    world.agent.after_restore()
    reader.read()
    assert reader.total["lambda_usage.invocations"] == 3
    world.invoke(2)
    reader.read()
    assert reader.total["lambda_usage.invocations"] == 5
    assert reader.total["lambda_usage.handler.time"] >= before["lambda_usage.handler.time"]
    assert reader.smallest >= 0


@pytest.mark.parametrize("upload", [True, False])
def test_a_provider_that_is_set_after_a_restore_is_told_nothing_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, upload: bool
) -> None:
    """Each copy would tell it: one init would be as many as there are copies."""
    world = World(tmp_path)
    world.agent.pending.inits = int(upload)
    world.recorder.registry.lines_seen = 500
    world.agent.before_snapshot()
    world.agent.after_restore()
    reader = Reader(delta=True)
    offer(monkeypatch, reader.provider)
    world.invoke(2)
    world.flush()
    reader.read()
    assert reader.total["lambda_usage.invocations"] == 2
    assert reader.total["lambda_usage.inits"] == 0
    assert reader.total["lambda_usage.lines.new"] == 0


def test_what_is_being_moved_from_one_sum_to_another_is_not_told_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An export reads from its own thread what an invocation or a bundle changes in another."""
    world = World(tmp_path)
    found: list[bool] = []

    def spent() -> tuple[float, float]:
        other = threading.Thread(
            target=lambda: found.append(world.agent._lock.acquire(blocking=False))
        )
        other.start()
        other.join(60)
        return 0.0, 0.0

    monkeypatch.setattr(world.agent, "overhead", SimpleNamespace(spent=spent))
    monkeypatch.setattr(world.agent, "totals", Totals)
    Readings(world.agent).counters()
    assert found == [False]


def test_a_forked_child_observes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(delta=True)
    offer(monkeypatch, reader.provider)
    world = World(tmp_path)
    world.invoke(3)
    process = os.fork()
    if not process:
        os._exit(1 if reader.read() else 0)
    assert os.waitpid(process, 0)[1] == 0
    assert reader.read()["lambda_usage.invocations"] == 3


def test_what_fails_in_an_observation_reaches_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reader = Reader(delta=True)
    offer(monkeypatch, reader.provider)
    world = World(tmp_path)
    monkeypatch.setattr(world.agent, "totals", lambda: 1 / 0)
    assert reader.read() == {}
    assert caplog.records == []


def test_no_metric_holds_anything_but_its_few_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Reader(delta=False)
    offer(monkeypatch, reader.provider)
    world = World(tmp_path)
    for number in range(500):
        world.agent.pending.losses[f"orders/secret_{number}.py:{number}"] += 1
        world.invoke()
    found = {name for name in reader.read() if name.startswith("lambda_usage.losses")}
    assert found == {"lambda_usage.losses:other"}
    allowed = {
        each.name + (f":{value}" if value else "")
        for each in METRICS
        for value, _ in (each.attribute.values if each.attribute else (("", ""),))
    }
    assert reader.total.keys() <= allowed
    assert reader.total["lambda_usage.losses:other"] == 500
    assert "other" in dict(REASON.values)


def lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_cloudwatch_gets_lines_with_uploads_that_add_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(tmp_path, metrics="emf")
    world.agent.overhead.ran(0.5, 0.0)
    world.invoke(3)
    assert capsys.readouterr().out == ""
    world.flush()
    world.agent.forked()
    world.invoke(4)
    world.agent.finish()
    found = lines(capsys.readouterr().out)
    assert sum(each.get("lambda_usage.invocations", 0) for each in found) == 7
    assert sum(len(each.get("lambda_usage.upload.size", [])) for each in found) == 2
    by_outcome = [each for each in found if each.get("lambda_usage.outcome") == "delivered"]
    assert [each["lambda_usage.uploads"] for each in by_outcome] == [1, 1]
    (fork,) = [each for each in found if each.get("lambda_usage.reason")]
    assert (fork["lambda_usage.reason"], fork["lambda_usage.losses"]) == ("fork", 1)


def test_cloudwatchs_lines_are_as_its_format_has_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(tmp_path, metrics="emf")
    world.agent.overhead.ran(0.5, 0.0)
    world.invoke()
    world.flush()
    named = set()
    for line in lines(capsys.readouterr().out):
        assert isinstance(line["_aws"]["Timestamp"], int)
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == emf.NAMESPACE
        (dimensions,) = directive["Dimensions"]
        assert line["FunctionName"] == "orders"
        assert all(isinstance(line[each], str) for each in dimensions)
        for metric in directive["Metrics"]:
            assert metric["Unit"] in ("Count", "Seconds", "Bytes", "None")
            value = line[metric["Name"]]
            assert isinstance(value, int | float) or 0 < len(value) <= 100
            named.add(metric["Name"])
        assert line.keys() == {
            "_aws",
            *dimensions,
            *(each["Name"] for each in directive["Metrics"]),
        }
    assert named == {each.name for each in METRICS} - {"lambda_usage.losses"}


def test_a_closed_standard_output_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(tmp_path, metrics="emf")
    monkeypatch.setattr("sys.stdout", None)
    world.invoke()
    world.flush()
    monkeypatch.undo()
    assert world.agent.errors == 0
    assert [each["level"] for each in log_lines(capsys.readouterr().err)] == ["INFO", "WARNING"]
