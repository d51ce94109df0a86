"""The functions of PyPI packages as handlers: parity, and verdicts that others' eyes confirm.

Each package is copied from where it is installed into a task folder, beside a small handler that
calls it, as in a deployment package. The same events go through the bare handler, which coverage.py
and ``sys.setprofile`` observe, and through the handler with the agent attached.
"""

from __future__ import annotations

import ast
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage, CoverageData

from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.stores import open_store
from lambda_usage.evidence.dead_code import dead_code_report
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.model import (
    DeadCodeReport,
    DeadRange,
    FileState,
    FunctionEvidence,
    RangeKind,
    Thresholds,
    Verdict,
)

HERE = Path(__file__).parent
HANDLERS = HERE / "handlers"

PACKAGES = {
    "attr": ("attrs", ("attr", "attrs")),
    "dateutil": ("python-dateutil", ("dateutil",)),
    "jinja2": ("jinja2", ("jinja2",)),
    "jmespath": ("jmespath", ("jmespath",)),
    "jsonschema": ("jsonschema", ("jsonschema",)),
    "markdown_it": ("markdown-it-py", ("markdown_it",)),
    "sortedcontainers": ("sortedcontainers", ("sortedcontainers",)),
    "werkzeug": ("werkzeug", ("werkzeug",)),
    "yaml": ("PyYAML", ("yaml",)),
}
"""Distributions that the dev extra brings, and their top-level packages, by handler."""

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

Call = tuple[str, int, str]
"""File, first line and name of a code object that was entered."""


@dataclass
class Trial:
    """One package, its handler run bare and recorded."""

    name: str
    task: Path
    out: Path

    def run(self, script: str, *arguments: object, **variables: str) -> None:
        """Run a script of this folder in a process of its own, in the task's folder."""
        command = [sys.executable, HERE / script, HANDLERS / f"{self.name}.jsonl", *arguments]
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("COVERAGE_", "AWS_"))},
            "PYTHONHASHSEED": "0",
            "COVERAGE_LOG_LEVEL": "WARNING",
            **variables,
        }
        done = subprocess.run(
            list(map(str, command)),
            cwd=self.task,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert (done.stdout, done.stderr) == ("", "")

    def record(self, **variables: str) -> None:
        """Run the handler with the agent attached."""
        self.run("record.py", self.out / "store", self.out / "recorded.json", **variables)

    @property
    def patterns(self) -> str:
        """What counts the package's own code in, though it was vendored."""
        return ",".join(["app.py", *(f"{each}/*" for each in PACKAGES[self.name][1])])

    @cached_property
    def observed(self) -> dict[str, Any]:
        found: dict[str, Any] = self._json("observed.json")
        return found

    @cached_property
    def recorded(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self._json("recorded.json")
        return found

    def _json(self, name: str) -> Any:
        return json.loads((self.out / name).read_text("utf-8"))

    @cached_property
    def lines_observed(self) -> dict[str, set[int]]:
        return self._lines(self.out / "observed.coverage")

    @cached_property
    def lines_recorded(self) -> dict[str, set[int]]:
        """As coverage.py reads them from the bundle itself."""
        (bundle,) = (self.out / "store").rglob("*.coverage")
        return self._lines(bundle)

    def _lines(self, path: Path) -> dict[str, set[int]]:
        data = CoverageData(basename=str(path))
        data.read()
        root = f"{self.task}/"
        # Of an empty file, some Pythons say that its line 0 ran.
        return {
            file.removeprefix(root): found
            for file in data.measured_files()
            if (found := set(data.lines(file) or ()) - {0})
        }

    @cached_property
    def report(self) -> DeadCodeReport:
        combined = combine_store(open_store(str(self.out / "store")))
        assert combined.broken == ()
        thresholds = Thresholds(min_exposure=1, min_days=0)
        return dead_code_report(combined.bundle, read_inventory(self.task), thresholds)

    @cached_property
    def judged(self) -> list[FunctionEvidence]:
        return [each for each in self.report.functions if each.verdict is not Verdict.NOT_DEPLOYED]

    @property
    def verdicts(self) -> list[tuple[object, ...]]:
        return [
            (each.file, each.name, each.line, each.verdict, each.dead_lines, each.frequency)
            for each in self.report.functions
        ]

    @cached_property
    def phases(self) -> dict[Call, set[str]]:
        """What was entered, and in which phases."""
        found: dict[Call, set[str]] = {}
        for phase, calls in self.observed["calls"].items():
            for file, line, name in calls:
                found.setdefault((file, line, name), set()).add(phase)
        return found

    @cached_property
    def missing(self) -> dict[str, set[int]]:
        """Statements that coverage.py says never ran; a bare annotation counts as none here."""
        data = str(self.out / "observed.coverage")
        measured = Coverage(data_file=data, config_file=False, messages=False)
        measured.load()
        found = {}
        for file in self.report.files:
            lines = set(measured.analysis2(str(self.task / file.file))[3])
            annotations = _lines_of(_bare_annotations(self.tree(file.file)))
            found[file.file] = lines - annotations
        return found

    def tree(self, file: str) -> ast.Module:
        return ast.parse((self.task / file).read_bytes())


@pytest.fixture(scope="module", params=PACKAGES)
def trial(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    made = make_trial(request.param, tmp_path_factory.mktemp(request.param).resolve())
    made.run(
        "observe.py",
        made.out / "observed.coverage",
        made.out / "observed.json",
        COVERAGE_CORE="ctrace",
    )
    made.record(COVERAGE_INCLUDE_PATTERNS=made.patterns)
    return made


def make_trial(name: str, folder: Path) -> Trial:
    """A task folder with the handler and the package, laid out as pip lays it out."""
    distribution, tops = PACKAGES[name]
    made = Trial(name, folder / "task", folder)
    made.task.mkdir()
    shutil.copy(HANDLERS / f"{name}.py", made.task / "app.py")
    files = importlib.metadata.files(distribution)
    if not files:
        pytest.skip(f"{distribution} is not installed from a wheel here")
    for file in files:
        inside = file.parts[0] in tops or file.parts[0].endswith(".dist-info")
        if inside and "__pycache__" not in file.parts:
            target = made.task / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(str(file.locate()), target)
    return made


def test_every_answer_and_error_is_that_of_the_bare_handler(trial: Trial) -> None:
    assert trial.recorded == trial.observed["answers"]
    assert any("type" in each for each in trial.recorded), "no event raises"
    assert any("value" in each for each in trial.recorded), "no event returns"


def test_the_bundle_holds_exactly_the_lines_that_coverage_py_saw(trial: Trial) -> None:
    assert trial.lines_recorded == trial.lines_observed


def test_what_coverage_py_saw_run_is_never_called_dead(trial: Trial) -> None:
    for each in trial.report.files:
        ran = trial.lines_observed.get(each.file, set())
        ran -= _lines_of(_defined_where_they_stand(trial.tree(each.file)))
        assert not ran & _lines(each.dead_lines), each.file
        if each.state is FileState.SHIPPED:
            assert not ran, each.file


def test_what_coverage_py_never_saw_run_is_found_dead(trial: Trial) -> None:
    for each in trial.report.files:
        left = trial.missing[each.file] - _lines(each.dead_lines)
        assert left <= _unseen_finalizers(trial.tree(each.file)), each.file


def test_each_verdict_is_what_the_profiler_saw_called(trial: Trial) -> None:
    files = [each.file for each in trial.report.files]
    bodies = {(file, *place) for file in files for place in _classes(trial.tree(file))}
    empty = {(file, *place) for file in files for place in _empty(trial.tree(file))}
    wrong = []
    for each in trial.judged:
        call = each.file, each.line, each.name.rpartition(".")[2]
        phases = trial.phases.get(call, set())
        body = each.name == "<module>" or call in bodies
        if "invoke" in phases or (body and phases):
            expected = {Verdict.USED}
        elif phases:
            expected = {Verdict.STARTUP}
        elif call in empty or (each.dead_lines and _means_nothing(each.dead_lines)):
            expected = {Verdict.DEAD, Verdict.UNPROVEN}
        elif call[2] == "__del__" and sys.version_info < (3, 12):
            expected = {Verdict.UNPROVEN}
        else:
            expected = {Verdict.DEAD}
        if each.verdict not in expected:
            wrong.append((each.file, each.name, each.line, each.verdict, expected))
    assert wrong == []


def _unseen_finalizers(tree: ast.Module) -> set[int]:
    """Lines of ``__del__`` methods, which run after the window that is all 3.11 sees."""
    if sys.version_info >= (3, 12):
        return set()
    return {
        line
        for node in ast.walk(tree)
        if isinstance(node, _DEFINITIONS) and node.name == "__del__"
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


def test_there_is_something_to_find_in_every_package(trial: Trial) -> None:
    verdicts = [each.verdict for each in trial.judged]
    assert min(verdicts.count(Verdict.USED), verdicts.count(Verdict.DEAD)) >= 10


def test_a_package_that_was_installed_beside_the_handler_is_out_of_scope(tmp_path: Path) -> None:
    made = make_trial("jinja2", tmp_path.resolve())
    made.record()
    assert set(made.lines_recorded) == {"app.py"}
    assert {each.file for each in made.judged} == {"app.py"}


def test_the_command_line_records_what_a_run_in_code_does(tmp_path: Path) -> None:
    made = make_trial("jinja2", tmp_path.resolve())
    made.record(COVERAGE_INCLUDE_PATTERNS=made.patterns)
    again = Trial(made.name, made.task, made.out / "again")
    options = ["--events", HANDLERS / "jinja2.jsonl", "--store", again.out / "store"]
    done = subprocess.run(
        list(map(str, [sys.executable, "-m", "lambda_usage.cli", "run", "app.handler", *options])),
        cwd=made.task,
        env={
            **os.environ,
            "COVERAGE_INCLUDE_PATTERNS": made.patterns,
            "PYTHONHASHSEED": "0",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    raised = sum("type" in each for each in made.recorded)
    assert f"{len(made.recorded) - raised} returned, {raised} raised" in done.stdout
    assert again.lines_recorded == made.lines_recorded
    assert again.verdicts == made.verdicts


def _lines(ranges: tuple[DeadRange, ...]) -> set[int]:
    return {line for each in ranges for line in range(each.first, each.last + 1)}


def _lines_of(nodes: Iterator[ast.expr | ast.stmt]) -> set[int]:
    return {line for each in nodes for line in range(each.lineno, (each.end_lineno or 0) + 1)}


def _bare_annotations(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and node.value is None:
            yield node


def _defined_where_they_stand(tree: ast.Module) -> Iterator[ast.expr | ast.stmt]:
    """Functions whose body shares a line with their definition: to coverage.py it is one line."""
    for node in ast.walk(tree):
        one_line = isinstance(node, _DEFINITIONS) and node.body[0].lineno == node.lineno
        if one_line or isinstance(node, ast.Lambda):
            assert isinstance(node, (ast.stmt, ast.expr))
            yield node


def _classes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield _first_line(node), node.name


def _empty(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Functions without a statement that coverage.py would count."""
    for node in ast.walk(tree):
        if isinstance(node, _DEFINITIONS) and all(_is_constant(each) for each in node.body):
            yield _first_line(node), node.name


def _is_constant(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _means_nothing(ranges: tuple[DeadRange, ...]) -> bool:
    """Whether it is no evidence of death that they never ran."""
    return all(each.kind is not RangeKind.CODE for each in ranges)


def _first_line(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([node.lineno, *(each.lineno for each in node.decorator_list)])
