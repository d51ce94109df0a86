"""An application that was recorded on some Python, and measured by coverage.py on the same."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lambda_usage.cli.app import app
from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.stores import open_store
from lambda_usage.evidence.dead_code import dead_code_report
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.model import DeadCodeReport, Thresholds
from tests.support import pythons
from tests.support.paths import ROOT

HERE = Path(__file__).parent
COVERAGE = ("coverage==7.17.3",)
WITH_BRANCHES = ("3.11", "3.14")
MEASURED = ("executed_lines", "missing_lines", "executed_branches", "missing_branches")


@dataclass(frozen=True)
class Recorded:
    """A folder with the application in ``task``, and what it left behind on one Python."""

    version: str
    python: Path
    folder: Path
    events: Path
    """One event as JSON in each line."""

    @property
    def task(self) -> Path:
        return self.folder / "task"

    @property
    def store(self) -> Path:
        return self.folder / "usage"

    @property
    def report(self) -> DeadCodeReport:
        bundle = combine_store(open_store(str(self.store))).bundle
        return dead_code_report(bundle, read_inventory(self.task), Thresholds(1, 0))

    def record(self, **variables: str) -> None:
        """Send all events through the application, with us recording."""
        path = str(ROOT / "src")
        self._run(
            "record.py", self.store, PYTHONPATH=path, COVERAGE_OVERHEAD_BUDGET="1", **variables
        )

    def measured(self) -> dict[str, Any]:
        """What coverage.py measures of the same events, by path in the task."""
        data = self.folder / "measured.coverage"
        self._run("measure.py", data)
        return self.files(data)

    def export(self, output: Path, *options: object) -> Any:
        """Run the export; returns how the command ended."""
        arguments = ["export", self.store, "--source", self.task, "--output", output, *options]
        return CliRunner().invoke(app, list(map(str, arguments)))

    def coverage(self, *arguments: object) -> str:
        """Run coverage.py on this Python, in a folder that is not the source's."""
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir(exist_ok=True)
        done = _run([self.python, "-m", "coverage", *arguments], elsewhere)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def files(self, data: Path) -> dict[str, Any]:
        """coverage.py's JSON report of a data file, by path in the task."""
        self.coverage("json", f"--data-file={data}", "-o", f"{data}.json")
        found = json.loads(Path(f"{data}.json").read_text())["files"]
        elsewhere = self.folder / "elsewhere"
        return {os.path.relpath(elsewhere / name, self.task): each for name, each in found.items()}

    def _run(self, script: str, target: Path, **variables: str) -> None:
        command = [self.python, HERE / script, self.events, target]
        done = _run(command, self.task, **variables)
        assert done.returncode == 0, done.stderr


def python_of(version: str) -> Path:
    """A Python of that version, with coverage.py; skips the test where there is none."""
    found = pythons.found()
    if version not in found:
        pytest.skip(pythons.missing(version))
    try:
        return pythons.environment(found[version], COVERAGE).executable
    except pythons.Unavailable as reason:
        pytest.skip(str(reason))


def _run(
    command: Sequence[object], folder: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("COV", "AWS_"))}
    ours = {"COVERAGE_LOG_LEVEL": "WARNING", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env={**clean, **ours, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
