"""Reports take work in proportion to what a bundle holds, in whatever way it is full.

Work is counted in steps of the interpreter, which no other load on the machine changes.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from lambda_usage.bundle.model import Bundle, BundleError
from lambda_usage.bundle.reader import read_bundle
from lambda_usage.bundle.rows import MOST_ROWS
from lambda_usage.bundle.writer import write_bundle
from lambda_usage.combine.listing import list_usage
from lambda_usage.evidence.dead_code import dead_code_report
from lambda_usage.evidence.hot_paths import hot_paths_report
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.model import Thresholds
from tests.fuzz.full import SHAPES, fill
from tests.fuzz.sound import sound_bundle, source_text


def steps(function: Callable[[], object]) -> int:
    """How many instructions of Python a call runs."""
    count = 0

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return count


def full(shape: str, count: int, folder: Path) -> Bundle:
    path = folder / f"{count}.coverage"
    write_bundle(sound_bundle(), path)
    fill(path, count, SHAPES[shape][1])
    return read_bundle(path)


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_as_full_is_twice_the_work(shape: str, tmp_path: Path) -> None:
    source = tmp_path / "source/pkg/mod0.py"
    source.parent.mkdir(parents=True)
    source.write_text(source_text(3))
    inventory = read_inventory(tmp_path / "source")
    work = []
    for count in (60, 120, 240):
        bundle = full(shape, count, tmp_path)

        def report(bundle: Bundle = bundle) -> None:
            list_usage(bundle)
            dead_code_report(bundle, inventory, Thresholds(1, 0), (), date(2026, 11, 28))
            hot_paths_report(bundle, inventory)

        work.append(steps(report))
    assert work[2] - work[1] < 2.6 * (work[1] - work[0]) + 1000, work


@pytest.mark.parametrize("table", MOST_ROWS)
def test_a_table_that_no_process_fills_so_far_is_refused(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bundle.coverage"
    write_bundle(sound_bundle(), path)
    with closing(sqlite3.connect(path)) as db:
        (rows,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()
    monkeypatch.setitem(MOST_ROWS, table, rows)
    assert read_bundle(path) == sound_bundle()
    monkeypatch.setitem(MOST_ROWS, table, rows - 1)
    with pytest.raises(BundleError, match=f"{table} has more than {rows - 1} rows"):
        read_bundle(path)
    write_bundle(sound_bundle(), path, kind="combined")
    assert read_bundle(path) == sound_bundle()  # many processes may
