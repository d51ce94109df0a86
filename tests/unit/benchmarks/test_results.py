from __future__ import annotations

import getpass
import json
import platform
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
