from __future__ import annotations

import getpass
import json
import platform
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.results import machine, read, write
from tests.unit.benchmarks.runs import recorded


def test_results_that_were_read_are_those_that_were_written(tmp_path: Path) -> None:
    write(recorded(), tmp_path / "one.json")
    first = read(tmp_path / "one.json")
    write(first, tmp_path / "two.json")
    assert read(tmp_path / "two.json") == first
    assert (tmp_path / "two.json").read_bytes() == (tmp_path / "one.json").read_bytes()


def test_another_version_of_the_file_is_refused(tmp_path: Path) -> None:
    write(recorded(), tmp_path / "one.json")
    raw = json.loads((tmp_path / "one.json").read_text())
    (tmp_path / "one.json").write_text(json.dumps(raw | {"version": 99}))
    with pytest.raises(ValueError, match="version 99"):
        read(tmp_path / "one.json")


def test_what_is_said_of_the_machine_names_neither_host_nor_path() -> None:
    said = json.dumps(machine())
    assert platform.node() not in said.split('"')
    assert str(Path.home()) not in said
    assert str(Path.cwd()) not in said
    assert getpass.getuser() not in said.split('"')


def test_a_part_takes_the_place_of_what_was_measured_of_it_before_and_leaves_the_others() -> None:
    first = recorded()
    (part,) = first.parts
    other = replace(part, python="3.14", rows=())
    again = replace(part, rows=part.rows[:1], notes=("anew",))
    merged = first.merged(other).merged(again)
    assert [each.name for each in merged.parts] == ["in-process, 3.13", "in-process, 3.14"]
    assert merged.rows == part.rows[:1]
    assert merged.notes == ("anew",)
