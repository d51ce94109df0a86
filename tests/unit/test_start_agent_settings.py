"""An agent that is switched off, or started with wrong variables, in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from .fakes import total
from .started import REDIRECT, code, delivered, environment
from .support import log_lines, run_fresh


@pytest.mark.parametrize("attach", ["redirect", "decorator", "context"])
def test_without_a_bucket_it_is_inert_and_says_so_once(attach: str, task: Path) -> None:
    scripts = {
        "redirect": REDIRECT,
        "decorator": """\
            from lambda_usage import coverage_handler
            import app
            handler = coverage_handler()(coverage_handler(app.handler))
            print([handler(n, None) for n in range(6)])
            """,
        "context": """\
            from lambda_usage import CoverageContext
            import app
            def handler(event):
                with CoverageContext():
                    return app.handler(event, None)
            print([handler(n) for n in range(6)])
            """,
    }
    variables = environment(task)
    del variables["COVERAGE_S3_BUCKET"]
    done = run_fresh(scripts[attach], task, variables)
    assert done.stdout == "[0, 1, 2, 3, 4, 5]\n"
    (line,) = log_lines(done.stderr)
    assert line["level"] == "WARNING"
    assert "COVERAGE_S3_BUCKET" in line["message"]


def test_switched_off_it_does_and_says_nothing(task: Path) -> None:
    script = f"{REDIRECT}\nimport sys\nprint(getattr(sys, 'monitoring', None) and [\n" + (
        "sys.monitoring.get_tool(n) for n in range(6)])"
    )
    done = run_fresh(script, task, environment(task, COVERAGE_ENABLED="false"))
    result, tools = done.stdout.splitlines()
    assert result == "[0, 1, 2, 3, 4, 5]"
    assert tools in ("None", str([None] * 6))
    assert done.stderr == ""
    assert delivered(task) == []


def test_a_budget_of_nothing_switches_it_off_and_says_so(task: Path) -> None:
    done = run_fresh(REDIRECT, task, environment(task, COVERAGE_OVERHEAD_BUDGET="0"))
    assert done.stdout == "[0, 1, 2, 3, 4, 5]\n"
    (line,) = log_lines(done.stderr)
    assert line["level"] == "WARNING"
    assert "COVERAGE_OVERHEAD_BUDGET" in line["message"]
    assert delivered(task) == []


def test_a_wrong_variable_costs_one_warning(task: Path) -> None:
    variables = environment(task, COVERAGE_SAMPLE_RATE="2", COVERAGE_LOG_LEVEL="WARNING")
    done = run_fresh(REDIRECT, task, variables)
    (line,) = log_lines(done.stderr)
    assert line["level"] == "WARNING"
    assert "COVERAGE_SAMPLE_RATE" in line["message"]
    assert total(delivered(task), "windows") == 6


@pytest.mark.skipif(
    sys.version_info < (3, 12) or sys.version_info >= (3, 14),
    reason="Python 3.11 and 3.14 can observe branches",
)
def test_branches_where_they_cannot_be_had_cost_one_warning(task: Path) -> None:
    variables = environment(task, COVERAGE_BRANCH_COVERAGE="true", COVERAGE_LOG_LEVEL="WARNING")
    done = run_fresh(REDIRECT, task, variables)
    (line,) = log_lines(done.stderr)
    assert "COVERAGE_BRANCH_COVERAGE" in line["message"]
    assert total(delivered(task), "windows") == 6


@pytest.mark.skipif(
    (3, 12) <= sys.version_info < (3, 14), reason="Python 3.12 and 3.13 cannot observe branches"
)
@pytest.mark.parametrize(("wanted", "found"), [("", True), ("true", True), ("false", False)])
def test_branches_are_recorded_where_they_can_be_had(wanted: str, found: bool, task: Path) -> None:
    done = run_fresh(REDIRECT, task, environment(task, COVERAGE_BRANCH_COVERAGE=wanted))
    (bundle,) = delivered(task)
    assert [each["level"] for each in log_lines(done.stderr)] == ["INFO"]
    arcs = code(bundle, "app.py", "handler").arcs
    assert ({(6, 7), (6, 8)} <= arcs) is found
    assert bool(arcs) is found
