"""Damaged and hostile bundles: a part of what ``python -m tests.fuzz.bundles`` tries."""

from __future__ import annotations

import math
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from lambda_usage.bundle.model import BundleError
from lambda_usage.bundle.reader import read_bundle
from lambda_usage.bundle.writer import write_bundle
from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.stores import open_store
from lambda_usage.evidence.times import iso

from .full import SHAPES
from .sound import sound_bundle

ROOT = Path(__file__).parents[2]
YEAR_10000 = 253_402_300_800.0


@pytest.mark.parametrize(
    ("kind", "count"), [("damaged", 3000), ("hostile", 300), ("full", len(SHAPES))]
)
def test_no_file_does_more_than_be_read_or_be_refused(kind: str, count: int) -> None:
    command = [sys.executable, "-m", "tests.fuzz.bundles", "--kind", kind, "--count", str(count)]
    command += ["--seconds", "20"]  # a hang, on however busy a machine
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "0 wrong" in done.stdout
    if kind == "full":
        assert f"{count} read" in done.stdout


def test_a_bundle_as_large_as_a_large_package_is_read(tmp_path: Path) -> None:
    bundle = sound_bundle(files=1000, functions=20)
    write_bundle(bundle, tmp_path / "large")
    assert read_bundle(tmp_path / "large") == bundle


def test_what_is_no_file_is_set_aside_and_not_waited_for(tmp_path: Path) -> None:
    write_bundle(sound_bundle(), tmp_path / "a.coverage")
    os.mkfifo(tmp_path / "pipe.coverage")
    (tmp_path / "nowhere.coverage").symlink_to(tmp_path / "nothing")
    (tmp_path / "circle.coverage").symlink_to(tmp_path / "circle.coverage")
    combined = combine_store(open_store(str(tmp_path)))
    assert combined.read == 1
    assert [name for name, _ in combined.broken] == [
        "circle.coverage",
        "nowhere.coverage",
        "pipe.coverage",
    ]


def test_a_log_beside_a_bundle_is_no_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a.coverage"
    write_bundle(sound_bundle(), path)
    for ending in ("-journal", "-wal", "-shm"):
        path.with_name(path.name + ending).write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" * 200)
    assert read_bundle(path) == sound_bundle()
    assert len(list(tmp_path.iterdir())) == 4


def test_a_bundle_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambda_usage.bundle.reader.MAX_BYTES", 20_000)
    write_bundle(sound_bundle(), tmp_path / "a")
    with pytest.raises(BundleError, match="no bundle has over 20,000"):
        read_bundle(tmp_path / "a")


@pytest.mark.parametrize("weight", [5e-324, 1e-300, 1e19])
def test_a_weight_by_which_nothing_can_be_divided_is_refused(tmp_path: Path, weight: float) -> None:
    path = tmp_path / "a.coverage"
    write_bundle(sound_bundle(), path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE usage_path SET weight = ?", [weight])
    with pytest.raises(BundleError, match=r"usage_path: .* is no number between 1e-09 and"):
        read_bundle(path)


@pytest.mark.parametrize(
    "trace_id", ["", "<script>", "4BF92F3577B34DA6A3CE929D0E0E4736", "0" * 32, "1" * 33, 7, None]
)
def test_what_is_no_id_of_a_trace_is_refused(tmp_path: Path, trace_id: object) -> None:
    path = tmp_path / "a.coverage"
    write_bundle(sound_bundle(), path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE usage_trace SET trace_id = ?", [trace_id])
    with pytest.raises(BundleError, match=r"usage_trace: .* is no "):
        read_bundle(path)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("usage_trace", "time"),
        ("usage_bundle", "first_time"),
        ("usage_code", "first_seen"),
    ],
)
def test_a_time_that_no_report_can_write_is_refused(
    tmp_path: Path, table: str, column: str
) -> None:
    path = tmp_path / "a.coverage"
    write_bundle(sound_bundle(), path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"UPDATE {table} SET {column} = ?", [YEAR_10000])
    with pytest.raises(BundleError, match=rf"{table}: .* is no number between 0 and"):
        read_bundle(path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"UPDATE {table} SET {column} = ?", [math.nextafter(YEAR_10000, 0)])
    assert read_bundle(path)
    assert iso(math.nextafter(YEAR_10000, 0)) == "9999-12-31T23:59:59Z"


@pytest.mark.parametrize("sql", ["TABLE usage_trace (path)", "VIEW usage_trace AS SELECT 1"])
def test_the_table_of_traces_is_the_very_one_or_is_not_there(tmp_path: Path, sql: str) -> None:
    path = tmp_path / "a.coverage"
    write_bundle(sound_bundle(), path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DROP TABLE usage_trace")
    assert not [u for u in read_bundle(path).origins.values() if u.paths["p"].traces]
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"CREATE {sql}")
    with pytest.raises(BundleError, match="usage_trace"):
        read_bundle(path)
