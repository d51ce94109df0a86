from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.paths import ROOT

HANDLER = """
import os, pathlib
def handler(event, context):
    print("noise on standard output")
    with open(os.environ["SEEN"], "a") as seen:
        seen.write(f"{event['n']} {context.function_name}\\n")
"""


class Asked:
    def __init__(self, folder: Path) -> None:
        (folder / "app.py").write_text(HANDLER)
        self.seen = folder / "seen"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.inside.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={
                "PATH": os.defpath,
                "PYTHONPATH": f"{folder}:{ROOT}",
                "SEEN": str(self.seen),
                "BENCH_CONTENDER": "bare",
                "BENCH_HANDLER": "app.handler",
                "BENCH_INCLUDE": f"{folder}/app.py",
                "BENCH_EVENTS": json.dumps([{"n": 1}, {"n": 2}]),
            },
        )

    def ask(self, **command: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def end(self) -> int:
        self._process.communicate()
        return self._process.returncode


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Asked]:
    asked = Asked(tmp_path)
    yield asked
    assert asked.end() == 0, "it ends with its standard input"


def test_it_invokes_as_often_as_it_is_told_with_the_events_by_turns(worker: Asked) -> None:
    assert worker.ask(count=3)["count"] == 3
    assert worker.seen.read_text().split("\n") == ["1 bench", "2 bench", "1 bench", ""]


def test_a_contender_that_records_nothing_has_no_lines(worker: Asked) -> None:
    assert worker.ask(count=1, lines=True)["lines"] is None


def test_all_costs_are_there(worker: Asked) -> None:
    answer = worker.ask(count=2)
    assert answer["wall"] > 0
    assert answer["cpu"] > 0
    assert answer["instructions"] is None or answer["instructions"] > 1000
