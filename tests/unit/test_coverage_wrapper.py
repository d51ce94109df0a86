"""The drop-in package: lambda-coverage-layer's names and variables mean what they meant there."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import coverage_wrapper
import lambda_usage
from coverage_wrapper.combiner import combine_coverage_files
from coverage_wrapper.health_check import health_check_handler
from lambda_usage._light import fields
from lambda_usage.settings import Settings
from tests.unit.attach.test_imports import HEAVY, imported

VARIABLES = {
    "COVERAGE_S3_BUCKET": ("bucket", "", "my-bucket", "my-bucket"),
    "COVERAGE_S3_PREFIX": ("prefix", "coverage/", "mine/", "mine/"),
    "COVERAGE_UPLOAD_TIMEOUT": ("upload_timeout", 30, "5", 5),
    "COVERAGE_INCLUDE_PATTERNS": (
        "include", (), "src/core/*,src/business/*", ("src/core/*", "src/business/*"),
    ),
    "COVERAGE_EXCLUDE_PATTERNS": (
        "exclude", (), "src/vendor/*,tests/*", ("src/vendor/*", "tests/*"),
    ),
    "COVERAGE_BRANCH_COVERAGE": ("branches", None, "false", False),
    "COVERAGE_LOG_LEVEL": ("log_level", "INFO", "DEBUG", "DEBUG"),
}  # fmt: skip
"""Of lambda-coverage-layer: our field, the default, a value, and what that means."""


def test_its_names_are_ours() -> None:
    assert coverage_wrapper.coverage_handler is lambda_usage.coverage_handler
    assert coverage_wrapper.CoverageContext is lambda_usage.CoverageContext
    assert health_check_handler is lambda_usage.health_check_handler
    assert inspect.signature(combine_coverage_files) == inspect.signature(
        lambda_usage.combine_coverage_files
    )


def test_a_name_that_it_does_not_have_is_an_import_error() -> None:
    with pytest.raises(ImportError, match="cannot import name 'nothing' from 'coverage_wrapper'"):
        from coverage_wrapper import nothing  # type: ignore[attr-defined]  # noqa: F401


def test_importing_it_imports_nothing_else(tmp_path: Path) -> None:
    assert imported("import coverage_wrapper", tmp_path) == {"coverage_wrapper"}


@pytest.mark.parametrize(
    "script",
    [
        "from coverage_wrapper import CoverageContext, coverage_handler",
        "from coverage_wrapper.health_check import health_check_handler",
        "from coverage_wrapper.combiner import combine_coverage_files",
    ],
)
def test_importing_its_names_imports_nothing_heavy(script: str, tmp_path: Path) -> None:
    found = imported(script, tmp_path)
    assert found & HEAVY == set()
    assert "lambda_usage.combine" not in found


@pytest.mark.parametrize("variable", VARIABLES)
def test_its_variables_keep_their_default_and_their_meaning(variable: str) -> None:
    name, default, text, value = VARIABLES[variable]
    assert {each.name: each.metadata.get("variable") for each in fields(Settings)}[name] == variable
    assert getattr(Settings.from_environment({}), name) == default
    found = Settings.from_environment({variable: text})
    assert (getattr(found, name), found.warnings) == (value, ())


def test_branches_are_recorded_by_default_as_they_were_where_the_recorder_can() -> None:
    assert Settings.from_environment({"COVERAGE_BRANCH_COVERAGE": "true"}).branches is True
    assert Settings.from_environment({}).branches is None
