"""What waits survives its process, and nobody takes what a living process holds."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lambda_usage.bundle import writer
from lambda_usage.bundle.reader import read_bundle
from lambda_usage.delivery.spool import Spool, counted
from lambda_usage.delivery.waiting import DROPPED, DROPPED_INVOCATIONS
from tests.unit.support import SOURCE

from .parts import PREFIX, MemoryTarget, deliver, files, make_bundle, make_courier, make_room

OTHER = """
import os, sys
from tests.unit.delivery.parts import make_bundle, make_room
room = make_room()
for number in range({number}):
    room.add(make_bundle(number, 10 + number, process="dead"))
print("ready", flush=True)
sys.stdin.readline()
os.kill(os.getpid(), 9)
"""

ROOT = Path(__file__).parents[3]


class Other:
    """Another process with bundles that wait."""

    def __init__(self, number: int = 2) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", OTHER.format(number=number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": f"{SOURCE}:{ROOT}"},
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def die(self) -> None:
        if self._process.poll() is None:
            self._process.communicate(b"\n", timeout=60)


@pytest.fixture
def other(tmp: Path) -> Iterator[Other]:
    found = Other()
    yield found
    found.die()


def test_what_a_killed_process_left_is_delivered_by_the_next(other: Other, tmp: Path) -> None:
    other.die()
    target = MemoryTarget()
    deliver(make_courier(target), lambda: make_bundle(0, 1))
    names = [key.rpartition("/")[2] for key in target.stored]
    assert names == [
        "orders-dead-000000.coverage",
        "orders-dead-000001.coverage",
        "orders-0a1b-000000.coverage",
    ]
    assert {key.rpartition("/")[0] for key in target.stored} == {"coverage/2026/01/01"}
    assert [each.name for each in tmp.rglob("*") if each.name == "dead"] == []


def test_what_a_living_process_holds_is_left_alone(other: Other, tmp: Path) -> None:
    target = MemoryTarget()
    deliver(make_courier(target), make_bundle)
    assert [*target.stored] == ["coverage/2026/01/01/orders-0a1b-000000.coverage"]
    assert len(files(tmp)) == 2


def test_what_was_taken_over_is_not_stored_a_second_time(other: Other, tmp: Path) -> None:
    other.die()
    key = "coverage/2026/01/01/orders-dead-000000.coverage"
    target = MemoryTarget({key: b"it had arrived before the end"})
    deliver(make_courier(target), lambda: None)
    assert target.stored[key] == b"it had arrived before the end"
    assert files(tmp) == []


def test_another_function_or_store_on_this_machine_is_none_of_its_business(tmp: Path) -> None:
    room = make_room()
    room.add(make_bundle())
    strange = Spool(PREFIX, "another-bucket", "orders")
    assert strange.adopt() == []


def test_names_that_are_not_ours_are_not_touched(other: Other, tmp: Path) -> None:
    other.die()
    (folder,) = (each for each in tmp.rglob("dead"))
    strange = ["2026-01-01~../../x.coverage".replace("/", "_"), "passwords.txt", "2026-01-01~x"]
    for name in strange[1:]:
        (folder / name).write_text("secret")
    found = Spool(PREFIX, "bucket", "orders").adopt()
    assert [key.rpartition("/")[2] for key, _ in found] == [
        "orders-dead-000000.coverage",
        "orders-dead-000001.coverage",
    ]


def test_a_damaged_file_is_set_aside_and_stated(other: Other, tmp: Path) -> None:
    other.die()
    for each in tmp.rglob("*dead-000000.coverage"):
        each.write_bytes(b"not a database")
    courier = make_courier(target := MemoryTarget())
    deliver(courier, lambda: None)
    assert [key[-27:] for key in target.stored] == ["orders-dead-000001.coverage"]
    assert courier.take_losses() == {DROPPED: 1}


def test_only_the_owner_may_look(tmp: Path) -> None:
    make_room().add(make_bundle())
    folders = [each for each in tmp.rglob("*") if each.is_dir()]
    assert folders
    assert {stat.S_IMODE(each.stat().st_mode) & 0o077 for each in folders[1:]} == {0}


def test_a_bundle_takes_the_place_of_an_earlier_one_of_its_name(tmp: Path) -> None:
    room = make_room()
    room.add(make_bundle(0, 1))
    room.add(make_bundle(0, 5))
    assert len(room) == 1
    (path,) = tmp.rglob("*.coverage")
    assert counted(str(path)) == {"": 5}


def test_beyond_its_capacity_the_oldest_are_dropped_and_stated(tmp: Path) -> None:
    size = make_room().add(make_bundle(process="other")).size
    room = make_room(capacity=int(2.5 * size))
    for number in range(5):
        bundle = make_bundle(number, 10**number)
        next(iter(bundle.origins.values())).losses["forked processes"] = 1
        room.add(bundle)
    assert [name[-15:-9] for name in files(tmp) if "other" not in name] == ["000003", "000004"]
    assert room.take_losses() == {DROPPED: 3, DROPPED_INVOCATIONS: 111, "forked processes": 3}
    assert room.take_losses() == {}
    assert room.size <= 2.5 * size


def test_the_newest_is_kept_even_if_it_alone_is_too_large(tmp: Path) -> None:
    room = make_room(capacity=1)
    room.add(make_bundle())
    assert len(room) == 1


def test_what_has_been_given_back_is_never_dropped(tmp: Path) -> None:
    """Its counts live on in the next bundle: to state them as lost would be false."""
    room = make_room(capacity=1)
    first = room.add(make_bundle(0))
    assert room.give_back(first)
    room._make_room(None)
    assert len(room) == 1
    room.add(make_bundle(1))
    assert room.take_losses()[DROPPED] == 1


def readable(body: bytes, folder: Path) -> int:
    (folder / "body").write_bytes(body)
    (usage,) = read_bundle(folder / "body").origins.values()
    return sum(each.invocations for each in usage.exposures.values())


def test_a_read_only_tmp_is_survived(
    tmp: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", "/proc/nobody-can-write-here")
    target = MemoryTarget()
    courier = make_courier(target)
    deliver(courier, lambda: make_bundle(0, 3))
    assert [readable(each, tmp_path) for each in target.stored.values()] == [3]
    assert "Error" in courier.room.problem


@pytest.mark.skipif(not hasattr(sqlite3.Connection, "serialize"), reason="an old SQLite")
def test_a_full_tmp_is_survived(tmp: Path, tmp_path: Path) -> None:
    """A file may not grow here, as on a disk that is full."""
    target = MemoryTarget(fault=refuse)
    courier = make_courier(target)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, limits[1]))
    try:
        deliver(courier, lambda: make_bundle(0, 3))
        deliver(courier, lambda: make_bundle(1, 4))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert files(tmp) == []
    target.fault = None
    deliver(courier, lambda: None)
    assert [readable(each, tmp_path) for each in target.stored.values()] == [3, 4]
    assert courier.take_losses() == {}


def refuse(_parcel: object) -> None:
    raise OSError("unreachable")


def test_a_bundle_written_without_a_disk_is_the_same_as_one_with_it(tmp_path: Path) -> None:
    (tmp_path / "memory").write_bytes(writer.bundle_bytes(make_bundle()))
    assert read_bundle(tmp_path / "memory") == make_bundle()


def test_a_file_that_can_no_longer_be_written_does_not_leave_an_older_one_behind(
    tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later process would put the older in the place of the newer, which is delivered."""
    room = make_room()
    room.add(make_bundle(0, 1))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writer, "write_bundle", full)
    room.add(make_bundle(0, 2))
    assert files(tmp) == []
    assert len(room) == 1
