"""The coverage.py file, read by coverage.py: it shows what coverage.py itself would have measured.

An application with every construct is recorded on each Python, and run bare under coverage.py on
the same one. Whatever the export says of lines and branches has to be the same, file by file.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from lambda_usage.evidence.model import FileState
from tests.forms.recorded import MEASURED, WITH_BRANCHES, Recorded, python_of
from tests.support import pythons
from tests.support.paths import FIXTURES

FIXTURE = FIXTURES / "every_construct"
branches_recorded = pytest.mark.parametrize("recorded", WITH_BRANCHES, indirect=True)
branches_not_recorded = pytest.mark.parametrize("recorded", ["3.12", "3.13"], indirect=True)


@pytest.fixture(scope="module", params=pythons.VERSIONS)
def recorded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    python = python_of(request.param)
    folder = tmp_path_factory.mktemp(f"on-{request.param}")
    shutil.copytree(FIXTURE / "task", folder / "task", ignore=shutil.ignore_patterns("*.pyc"))
    # a thread that is older than a window is not seen on 3.11
    events = map(json.loads, (FIXTURE / "events.jsonl").read_text().splitlines())
    sent = [each["event"] for each in events if each["function"] == "first"]
    kept = [json.dumps(each) for each in sent if each["do"] not in ("threads", "vendored")]
    (folder / "events.jsonl").write_text("\n".join(kept))
    made = Recorded(request.param, python, folder, folder / "events.jsonl")
    made.record()
    return made


@pytest.fixture(scope="module")
def exported(recorded: Recorded) -> dict[str, Path]:
    """Data files by name: of lines, and of branches where they were recorded."""
    made = {}
    for name, options in (("lines", ()), ("branches", ("--branch",))):
        if options and recorded.version not in WITH_BRANCHES:
            continue
        made[name] = recorded.folder / f"{name}.coverage"
        result = recorded.export(made[name], *options)
        assert result.exit_code == 0, result.stderr
    return made


@branches_recorded
def test_lines_and_branches_are_those_that_coverage_py_measures(
    recorded: Recorded, exported: dict[str, Path]
) -> None:
    measured, found = recorded.measured(), recorded.files(exported["branches"])
    assert len(measured) >= 14
    assert sum(len(each["executed_branches"]) for each in measured.values()) > 50
    for name, file in measured.items():
        if not name.startswith("vendored_lib"):  # out of the recorders' scope
            assert {key: found[name][key] for key in MEASURED} == {k: file[k] for k in MEASURED}


@branches_recorded
def test_lines_are_the_same_with_and_without_branches(
    recorded: Recorded, exported: dict[str, Path]
) -> None:
    lines, branches = (recorded.files(exported[each]) for each in ("lines", "branches"))
    assert {name: file["executed_lines"] for name, file in lines.items()} == {
        name: file["executed_lines"] for name, file in branches.items()
    }


def test_the_dead_code_report_says_the_same_of_every_line(
    recorded: Recorded, exported: dict[str, Path]
) -> None:
    found = recorded.files(exported["lines"])
    report = recorded.report
    told = (FileState.LOADED, FileState.SHIPPED)
    assert set(found) == {each.file for each in report.files if each.state in told}
    for file in report.files:
        executed = set(found[file.file]["executed_lines"]) if file.file in found else set()
        spans = [range(each.first, each.last + 1) for each in file.statements]
        for lines, ran in zip(spans, (each.ran for each in file.statements), strict=True):
            # a decorated definition is one statement to us, and several lines to coverage.py; a
            # lambda in a statement of several lines is one of its own to us, and none to it
            around = [each for each in spans if set(lines) <= set(each)]
            assert not ran or any(set(each) & executed for each in around)
        known = {line for lines in spans for line in lines}
        ran_lines = {n for e in file.statements if e.ran for n in range(e.first, e.last + 1)}
        assert executed & known <= ran_lines
        # where a definition stands on one line, it ran though its body is dead
        one_liners = {each.line for each in report.functions if each.line == each.last_line}
        dead = {n for each in file.dead_lines for n in range(each.first, each.last + 1)}
        assert not dead & executed - one_liners


@pytest.mark.parametrize(
    ("recorded", "name"),
    [
        *((version, "lines") for version in pythons.VERSIONS),
        *((version, "branches") for version in WITH_BRANCHES),
    ],
    indirect=["recorded"],
)
@pytest.mark.parametrize(
    "report",
    [
        ("report",),
        ("html", "-d", "html", "--show-contexts"),
        ("xml", "-o", "use.xml"),
        ("lcov", "-o", "use.lcov"),
    ],
    ids=lambda report: report[0],
)
def test_coverage_py_makes_its_reports_from_anywhere(
    recorded: Recorded, exported: dict[str, Path], name: str, report: tuple[str, ...]
) -> None:
    printed = recorded.coverage(report[0], f"--data-file={exported[name]}", *report[1:])
    if report[0] == "report":
        assert ("BrPart" in printed) == (name == "branches")
        assert "constructs/branches.py" in printed
    if report[0] == "html":
        (page,) = (recorded.folder / "elsewhere" / "html").glob("*branches_py.html")
        assert "1b" in page.read_text()


def test_phases_are_contexts(recorded: Recorded, exported: dict[str, Path]) -> None:
    for data in exported.values():
        by_phase = {}
        for phase in ("init", "invoke"):
            out = recorded.folder / f"{phase}.json"
            contexts = ("json", f"--data-file={data}", f"--contexts={phase}", "-o", out)
            recorded.coverage(*contexts)
            found = json.loads(out.read_text())["files"]
            (file,) = (each for name, each in found.items() if name.endswith("constructs/lazy.py"))
            by_phase[phase] = set(file["executed_lines"])
        assert by_phase["init"] == set()
        assert by_phase["invoke"]


@branches_not_recorded
def test_branches_that_nobody_recorded_are_refused_in_one_line(recorded: Recorded) -> None:
    output = recorded.folder / "none.coverage"
    result = recorded.export(output, "--branch")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "no branches were recorded, leave out --branch" in result.stderr
    assert not output.exists()
