"""Branches of others' code: coverage.py shows of an export what it measures itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.forms.recorded import MEASURED, WITH_BRANCHES, Recorded, python_of
from tests.packages.test_packages import HANDLERS, make_trial


@pytest.mark.parametrize("version", WITH_BRANCHES)
@pytest.mark.parametrize("package", ["attr", "jmespath", "yaml"])
def test_lines_and_branches_of_a_package_are_those_that_coverage_py_measures(
    package: str, version: str, tmp_path: Path
) -> None:
    python = python_of(version)
    trial = make_trial(package, tmp_path.resolve())
    recorded = Recorded(version, python, trial.out, HANDLERS / f"{package}.jsonl")
    recorded.record(COVERAGE_INCLUDE_PATTERNS=trial.patterns)
    result = recorded.export(tmp_path / "use.coverage", "--branch")
    assert result.exit_code == 0, result.stderr
    measured, found = recorded.measured(), recorded.files(tmp_path / "use.coverage")
    assert sum(len(each["executed_branches"]) for each in measured.values()) > 100
    for name, file in measured.items():
        assert {key: found[name][key] for key in MEASURED} == {key: file[key] for key in MEASURED}
