"""A bundle that cannot be delivered is counted and said, and nothing more happens."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from lambda_usage.bundle.model import Bundle, BundleId, BundleInfo, Origin, OriginUsage
from lambda_usage.bundle.reader import read_bundle
from lambda_usage.delivery import courier as module
from lambda_usage.delivery.courier import Courier, Schedule
from lambda_usage.delivery.targets import FolderTarget
from lambda_usage.telemetry.logs import Log
from tests.unit.support import log_lines

NOON = 1_767_268_800.0


def make_bundle(sequence: int = 0) -> Bundle:
    origin = Origin("orders")
    name = BundleId("0a1b", sequence)
    info = BundleInfo(name, origin, False, NOON, NOON)
    return Bundle({name: info}, {origin: OriginUsage()})


def welcome(_bundle: Bundle) -> None:
    """For bundles of which the test does not ask whether they arrived."""


def never(_bundle: Bundle) -> None:
    raise AssertionError("a bundle that did not arrive was said to have arrived")


class Failing:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def put(self, body: bytes, key: str) -> None:
        raise self.error

    def url(self, key: str) -> str:
        return key


def test_a_bundle_arrives_and_a_line_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    courier = Courier(FolderTarget(str(tmp_path)), "coverage/", Log())
    arrived: list[Bundle] = []
    courier.now(make_bundle, arrived.append)
    assert arrived == [make_bundle()]
    path = tmp_path / "coverage" / "2026" / "01" / "01" / "orders-0a1b-000000.coverage"
    assert read_bundle(path) == make_bundle()
    (line,) = log_lines(capsys.readouterr().err)
    assert line["message"] == "Coverage file uploaded successfully"
    assert line["s3_key"] == "coverage/2026/01/01/orders-0a1b-000000.coverage"
    assert line["file_size"] == courier.costs["sent_bytes"] == path.stat().st_size
    assert courier.lost == 0


def test_where_there_is_nothing_to_deliver_nothing_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    courier = Courier(FolderTarget(str(tmp_path)), "", Log())
    courier.now(lambda: None, never)
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().err == ""
    assert courier.lost == 0


@pytest.mark.parametrize("error", [OSError(28, "full"), ValueError("x"), TimeoutError("slow")])
def test_a_failing_target_is_counted_and_said_and_not_raised(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    courier = Courier(Failing(error), "", Log())
    for number in (1, 2):
        courier.now(make_bundle, never)
        assert courier.lost == number
    lines = log_lines(capsys.readouterr().err)
    assert [each["level"] for each in lines] == ["WARNING", "WARNING"]
    assert type(error).__name__ in lines[0]["error"]
    assert "sent_bytes" not in courier.costs


def test_a_bundle_that_cannot_be_made_is_counted_as_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def make() -> Bundle:
        raise KeyError("of ours")

    courier = Courier(FolderTarget(str(tmp_path)), "", Log())
    courier.now(make, never)
    assert courier.lost == 1
    assert "KeyError" in log_lines(capsys.readouterr().err)[0]["error"]


def test_a_thread_that_cannot_start_loses_the_bundle_and_raises_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def start(_self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    courier = Courier(FolderTarget(str(tmp_path)), "", Log())
    monkeypatch.setattr(threading.Thread, "start", start)
    courier.in_background(make_bundle, never)
    assert courier.lost == 1
    (line,) = log_lines(capsys.readouterr().err)
    assert line["level"] == "WARNING"
    assert "can't start new thread" in line["error"]
    assert list(tmp_path.iterdir()) == []


def test_after_a_failure_the_next_bundle_arrives(tmp_path: Path) -> None:
    courier = Courier(Failing(OSError("down")), "", Log("ERROR"))
    courier.now(make_bundle, never)
    courier._target = FolderTarget(str(tmp_path))
    arrived: list[Bundle] = []
    courier.now(lambda: make_bundle(1), arrived.append)
    assert arrived == [make_bundle(1)]
    assert [each.name for each in tmp_path.rglob("*.coverage")] == ["orders-0a1b-000001.coverage"]


def test_temporary_files_are_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    Courier(Failing(OSError("down")), "", Log("ERROR")).now(make_bundle, never)
    Courier(FolderTarget(str(tmp_path / "store")), "", Log("ERROR")).now(make_bundle, welcome)
    assert [each.name for each in tmp_path.iterdir()] == ["store"]


def test_in_the_background_the_caller_does_not_wait(tmp_path: Path) -> None:
    courier = Courier(FolderTarget(str(tmp_path)), "", Log("ERROR"))
    go, done = threading.Event(), threading.Event()
    maker: list[threading.Thread] = []

    def make() -> Bundle:
        maker.append(threading.current_thread())
        go.wait(60)
        return make_bundle()

    class Telling(FolderTarget):
        def put(self, body: bytes, key: str) -> None:
            super().put(body, key)
            done.set()

    courier._target = Telling(str(tmp_path))
    courier.in_background(make, welcome)  # returns although make() is still waiting
    assert not list(tmp_path.rglob("*.coverage"))
    go.set()
    assert done.wait(60)
    assert maker[0] is not threading.current_thread()
    assert maker[0].daemon
    maker[0].join(60)


def test_bundles_are_delivered_one_after_the_other(tmp_path: Path) -> None:
    courier = Courier(FolderTarget(str(tmp_path)), "", Log("ERROR"))
    held: list[bool] = []

    class Watching(FolderTarget):
        def put(self, body: bytes, key: str) -> None:
            held.append(courier._lock.locked())

    def make() -> Bundle:
        held.append(courier._lock.locked())
        return make_bundle()

    courier._target = Watching(str(tmp_path))
    courier.now(make, welcome)
    courier.now(make, welcome)
    assert held == [True] * 4
    assert not courier._lock.locked()


def test_the_first_bundle_is_due_early_and_the_others_after_the_interval(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module.os, "urandom", lambda _: b"\x80\x00")
    schedule = Schedule(300.0, 1000.0)
    assert not schedule.due(1009.9)
    assert schedule.due(1010.0)
    assert not schedule.due(1309.9)
    assert schedule.due(1500.0)
    assert not schedule.due(1799.9)
    assert schedule.due(1800.0)


def test_a_fleet_that_starts_at_once_does_not_send_at_once() -> None:
    dues = {Schedule(300.0, 0.0)._due for _ in range(50)}
    assert all(5.0 <= due <= 15.0 for due in dues)
    assert len(dues) > 25


@pytest.mark.parametrize("interval", [0.0, 1.0])
def test_a_short_interval_holds_for_the_first_bundle_too(interval: float) -> None:
    assert Schedule(interval, 50.0).due(50.0 + interval)
