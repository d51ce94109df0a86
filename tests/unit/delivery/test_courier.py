"""Each bundle is delivered once, or kept, or given back, and nothing is raised."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from lambda_usage.bundle.reader import read_bundle
from lambda_usage.delivery.courier import Courier, Fate
from lambda_usage.delivery.targets import FolderTarget, Parcel, Sleep, UploadError
from lambda_usage.telemetry.logs import Log
from tests.unit.support import log_lines

from .parts import (
    Fates,
    MemoryTarget,
    beside,
    deliver,
    files,
    losses,
    make_bundle,
    make_courier,
    make_room,
)

KEY = "coverage/2026/01/01/orders-0a1b-000000.coverage"


def down(**kind: bool) -> MemoryTarget:
    def fault(_parcel: Parcel) -> None:
        raise UploadError("HTTP 503", **kind)

    return MemoryTarget(fault=fault)


def test_a_bundle_arrives_and_a_line_says_so(
    tmp: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fates = Fates()
    courier = Courier(FolderTarget(str(tmp_path / "store")), make_room(), Log(), fates)
    deliver(courier, make_bundle)
    path = tmp_path / "store" / KEY
    assert read_bundle(path) == make_bundle()
    (line,) = log_lines(capsys.readouterr().err)
    assert line["message"] == "Coverage file uploaded successfully"
    assert line["s3_key"] == KEY
    assert isinstance(line["upload_time_ms"], int)
    assert line["file_size"] == courier.take_costs()["sent_bytes"] == path.stat().st_size
    assert fates.last == {0: Fate.DELIVERED}
    assert losses(courier) == {}
    assert courier.last.key == KEY


def test_where_there_is_nothing_to_deliver_nothing_is_said(
    tmp: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = MemoryTarget()
    deliver(make_courier(target, level="DEBUG"), lambda: None)
    assert target.tried == []
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("error", [OSError(28, "full"), ValueError("x"), TimeoutError("slow")])
def test_a_failing_target_is_said_and_not_raised(
    error: Exception, tmp: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fault(_parcel: Parcel) -> None:
        raise error

    courier = make_courier(MemoryTarget(fault=fault), level="INFO")
    deliver(courier, make_bundle)
    (line,) = log_lines(capsys.readouterr().err)
    assert line["level"] == "WARNING"
    assert type(error).__name__ in line["error"]
    assert "sent_bytes" not in courier.take_costs()
    assert losses(courier) == {}
    assert files(tmp) == ["2026-01-01~orders-0a1b-000000.coverage"]


def test_what_is_certainly_not_stored_is_given_back(tmp: Path) -> None:
    fates = Fates()
    deliver(make_courier(down(), fates), make_bundle)
    assert fates.told == [(0, Fate.WAITING), (0, Fate.NOT_STORED)]


def test_what_may_be_stored_is_kept_as_it_is_and_sent_again(tmp: Path) -> None:
    fates, target = Fates(), down(maybe_stored=True)
    courier = make_courier(target, fates)
    deliver(courier, make_bundle)
    assert fates.last == {0: Fate.WAITING}
    seen: list[bool] = []
    target.fault = lambda parcel: seen.append(parcel.once)
    deliver(courier, lambda: make_bundle(1))
    assert seen == [True, False]
    assert [*target.stored] == [KEY, KEY.replace("000000", "000001")]
    assert fates.last == {0: Fate.DELIVERED, 1: Fate.DELIVERED}
    assert files(tmp) == []


def test_a_later_bundle_of_the_same_name_takes_the_place_of_an_earlier_one(tmp: Path) -> None:
    target = down()
    courier = make_courier(target)
    for invocations in (1, 2):
        deliver(courier, lambda n=invocations: make_bundle(0, n))  # type: ignore[misc]
        assert len(files(tmp)) == 1
    target.fault = None
    deliver(courier, lambda: make_bundle(0, 7))
    assert len(target.stored) == 1
    (body,) = target.stored.values()
    (tmp / "x").write_bytes(body)
    (usage,) = read_bundle(tmp / "x").origins.values()
    assert usage.exposures["2026-01-01"].invocations == 7


def test_after_three_failures_a_store_is_left_alone_and_nothing_is_lost(
    tmp: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = down()
    courier = make_courier(target, level="WARNING")
    for _ in range(20):
        deliver(courier, make_bundle)
    assert len(target.tried) == 3
    assert not courier.breaker.closed
    assert len(files(tmp)) == 1
    lines = log_lines(capsys.readouterr().err)
    assert [each["level"] for each in lines] == ["WARNING"] * 3
    assert "now and then" in lines[-1]["message"]


def test_a_refusal_that_lasts_opens_the_breaker_at_once(tmp: Path) -> None:
    target = down(lasting=True)
    courier = make_courier(target)
    for _ in range(5):
        deliver(courier, make_bundle)
    assert len(target.tried) == 1


def test_a_freeze_says_nothing_about_the_store(tmp: Path) -> None:
    target = down(frozen=True, maybe_stored=True)
    courier = make_courier(target)
    for _ in range(5):
        deliver(courier, make_bundle)
    assert len(target.tried) == 5
    assert courier.breaker.closed


def test_when_the_store_is_back_all_that_waits_goes_out(tmp: Path) -> None:
    target = down(maybe_stored=True)
    courier = make_courier(target)
    for number in range(6):
        deliver(courier, lambda n=number: make_bundle(n))  # type: ignore[misc]
    assert len(files(tmp)) == 6
    target.fault = None
    courier.breaker._pause = 1e-9  # it is over
    deliver(courier, lambda: None)
    assert len(target.stored) == 6
    assert files(tmp) == []


def test_temporary_files_are_gone_afterwards(tmp: Path) -> None:
    courier = make_courier(MemoryTarget())
    deliver(courier, make_bundle)
    courier.finish(lambda: make_bundle(1), 60)
    assert [each for each in tmp.rglob("*") if not each.is_dir()] == []


class Hanging(MemoryTarget):
    """Holds the first parcel until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.go = threading.Event(), threading.Event()

    def put(self, parcel: Parcel, sleep: Sleep, *, attempts: int | None = None) -> None:
        if not self.inside.is_set():
            self.inside.set()
            assert self.go.wait(60)
        super().put(parcel, sleep)


def test_while_an_upload_hangs_bundles_are_written_and_given_back(tmp: Path) -> None:
    """So a kill costs no more than it does with a store that works."""
    target, fates = Hanging(), Fates()
    courier = make_courier(target, fates)
    thread = beside(courier, make_bundle)
    assert target.inside.wait(60)
    for invocations in (2, 3):
        deliver(courier, lambda n=invocations: make_bundle(1, n))  # type: ignore[misc]
        assert len(files(tmp)) == 2
        assert fates.last == {0: Fate.WAITING, 1: Fate.NOT_STORED}
    target.go.set()
    courier.finish(lambda: None, 60)
    thread.join(60)
    assert len(target.stored) == 2


def test_the_last_bundle_does_not_wait_for_an_upload_that_hangs(tmp: Path) -> None:
    target, fates = Hanging(), Fates()
    courier = make_courier(target, fates)
    thread = beside(courier, make_bundle)
    assert target.inside.wait(60)
    courier.finish(lambda: make_bundle(1), 0.1)
    assert [*target.stored] == [KEY.replace("000000", "000001")]
    target.go.set()
    thread.join(60)
    assert len(target.stored) == 2
    assert fates.last == {0: Fate.DELIVERED, 1: Fate.DELIVERED}


def test_at_the_end_an_upload_that_pauses_between_attempts_gives_up_at_once(tmp: Path) -> None:
    paused = threading.Event()

    class Pausing(MemoryTarget):
        def put(self, parcel: Parcel, sleep: Sleep, *, attempts: int | None = None) -> None:
            if not paused.is_set():
                paused.set()
                assert sleep(3600)
                raise UploadError("the process is ending")
            super().put(parcel, sleep)

    target = Pausing()
    courier = make_courier(target)
    thread = beside(courier, make_bundle)
    assert paused.wait(60)
    courier.finish(lambda: make_bundle(1), 60)
    thread.join(60)
    assert len(target.stored) == 2


def test_a_bundle_that_is_being_sent_is_not_given_back(tmp: Path) -> None:
    """Else its counts would be told twice: by it, and by the bundle that takes its place."""
    target, fates = Hanging(), Fates()
    courier = make_courier(target, fates)
    thread = beside(courier, make_bundle)
    assert target.inside.wait(60)
    assert fates.told == [(0, Fate.WAITING)]
    target.go.set()
    thread.join(60)


def test_bundles_that_fit_neither_on_disk_nor_in_memory_are_given_back(
    tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lambda_usage.bundle import writer

    def broken(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(writer, "write_bundle", broken)
    monkeypatch.setattr(writer, "bundle_bytes", broken)
    fates = Fates()
    courier = make_courier(MemoryTarget(), fates, level="ERROR")
    deliver(courier, make_bundle)
    assert fates.last == {0: Fate.NOT_STORED}
