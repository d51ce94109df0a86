"""Other tools in the same process are noticed, said once, lived with, and stated in reports."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from lambda_usage.bundle.model import Bundle
from lambda_usage.bundle.reader import read_bundle
from lambda_usage.evidence.blind_spots import blind_spots
from lambda_usage.windows import BESIDE_TRACER
from tests.unit.fakes import exposures, total
from tests.unit.support import log_lines, run_fresh, write_files

APP = """\
def handler(event, context):
    return helper(event)

def helper(event):
    return event + 1
"""

before_312 = sys.version_info < (3, 12)
only_311 = pytest.mark.skipif(not before_312, reason="sys.settrace and sys.monitoring get along")
from_312 = pytest.mark.skipif(before_312, reason="sys.monitoring is new in 3.12")


@pytest.fixture
def task(tmp_path: Path) -> Path:
    return write_files(tmp_path / "task", {"app.py": APP})


def run(script: str, task: Path) -> tuple[list[str], list[dict[str, Any]]]:
    """What *script* printed, and our warnings."""
    variables = {
        "AWS_LAMBDA_FUNCTION_NAME": "orders",
        "COVERAGE_HANDLER": "app.handler",
        "COVERAGE_OVERHEAD_BUDGET": "1",
        "COVERAGE_S3_BUCKET": str(task.parent / "store"),
        "LAMBDA_TASK_ROOT": str(task),
        "TMPDIR": str(task.parent),
    }
    done = run_fresh(script, task, variables)
    assert done.returncode == 0, done.stderr
    lines = [each for each in log_lines(done.stderr) if each["level"] != "INFO"]
    return done.stdout.splitlines(), lines


def bundles(task: Path) -> list[Bundle]:
    return [read_bundle(path) for path in sorted((task.parent / "store").rglob("*.coverage"))]


def said_of_losses(bundle: Bundle) -> str:
    return next(each.message for each in blind_spots(bundle) if each.kind == "losses")


TAKEN = """
import json, sys
for tool in range(6):
    sys.monitoring.use_tool_id(tool, "somebody else")
import lambda_usage
handler = lambda_usage.handler
print([handler(n, None) for n in range(3)])
print(json.dumps(lambda_usage.health_check_handler()))
"""


@from_312
def test_where_all_tool_ids_are_taken_the_function_runs_and_reports_know(task: Path) -> None:
    (printed, state), lines = run(TAKEN, task)
    assert printed == "[1, 2, 3]"
    (line,) = lines
    assert line["level"] == "WARNING"
    assert "tool ids" in line["message"]
    health = json.loads(state)
    assert (health["status"], health["coverage_enabled"]) == ("disabled", False)
    assert "tool ids" in health["reason"]
    (bundle,) = bundles(task)
    assert exposures(bundle) == {}
    assert [info.final for info in bundle.bundles.values()] == [True]
    assert "could not record: no free sys.monitoring tool id (1)" in said_of_losses(bundle)


DEBUGGER = """
import sys
seen = []

def trace(frame, event, arg):
    if frame.f_code.co_filename.endswith("app.py"):
        seen.append((frame.f_code.co_name, event))
    return trace

import lambda_usage
{before}
handler = lambda_usage.handler
{after}
for n in range(3):
    assert handler(n, None) == n + 1
assert sys.gettrace() is trace
sys.settrace(None)
print(seen.count(("helper", "call")), seen.count(("helper", "return")))
assert handler(3, None) == 4
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_debugger_sees_all_that_it_sees_without_us(when: str, task: Path) -> None:
    parts = {"before": "", "after": "", when: "sys.settrace(trace)"}
    printed, lines = run(DEBUGGER.format(**parts), task)
    assert printed == ["3 3"]
    (bundle,) = bundles(task)
    assert total([bundle], "invocations") == 4
    (usage,) = bundle.origins.values()
    if not before_312:
        assert lines == []
        assert (total([bundle], "windows"), usage.losses) == (4, {})
        return
    (line,) = lines
    assert "Another tool traces" in line["message"]
    assert total([bundle], "unsampled") == 3
    assert total([bundle], "windows") == 1
    assert usage.losses[BESIDE_TRACER] == 3 + (when == "before")
    assert BESIDE_TRACER in said_of_losses(bundle)


OF_ITS_OWN = """\
import sys

seen = []

def trace(frame, event, arg):
    seen.append((frame.f_code.co_name, event))
    return trace

{at_import}

def handler(event, context):
    if event == {set_at}:
        sys.settrace(trace)
    return helper(event)

def helper(event):
    return event + 1
"""

CALLS = """
import sys
import lambda_usage
handler = lambda_usage.handler
app = sys.modules["app"]
for n in range(3):
    assert handler(n, None) == n + 1
assert sys.gettrace() is app.trace
sys.settrace(None)
print(app.seen.count(("helper", "call")), app.seen.count(("helper", "return")))
assert handler(3, None) == 4
"""


@only_311
@pytest.mark.parametrize("set_at", [None, 0, 1])
def test_a_debugger_that_the_function_calls_for_stays_and_reports_know(
    set_at: int | None, task: Path
) -> None:
    at_import = "sys.settrace(trace)" if set_at is None else ""
    write_files(task, {"app.py": OF_ITS_OWN.format(at_import=at_import, set_at=set_at)})
    printed, lines = run(CALLS, task)
    assert printed == [f"{3 - (set_at or 0)} {3 - (set_at or 0)}"]
    (line,) = lines
    assert "Another tool traces" in line["message"]
    (bundle,) = bundles(task)
    assert total([bundle], "invocations") == 4
    assert total([bundle], "inits") == (set_at is not None)
    assert total([bundle], "windows_voided") == (set_at is not None)
    assert total([bundle], "unsampled") == 3 - (set_at or 0) - (set_at is not None)
    assert total([bundle], "windows") == 1 + (set_at or 0)
    (usage,) = bundle.origins.values()
    assert usage.losses[BESIDE_TRACER] == 3 - (set_at or 0) + (set_at is None)
    assert BESIDE_TRACER in said_of_losses(bundle)


OLD = {
    "coverage/__init__.py": "from coverage.version import version_info\n",
    "coverage/version.py": 'version_info = (6, 5, 0, "final", 0)\n',
}


@only_311
@pytest.mark.parametrize("imported", ["", "import coverage"])
def test_an_older_coverage_in_the_package_stays_what_it_is(imported: str, task: Path) -> None:
    """The layer brings its own, which tests/e2e has; here there is none."""
    write_files(task, OLD)
    script = f"""
import json, sys
sys.path.insert(0, ".")
{imported}
import lambda_usage
handler = lambda_usage.handler
print([handler(n, None) for n in range(3)])
import coverage
print(coverage.version_info[:2], "coverage.tracer" in sys.modules)
print(json.dumps(lambda_usage.health_check_handler()))
"""
    (printed, version, state), (line,) = run(script, task)
    assert (printed, version) == ("[1, 2, 3]", "(6, 5) False")
    assert "too old" in line["message"]
    assert json.loads(state)["status"] == "disabled"
    (bundle,) = bundles(task)
    assert "an older coverage.py in the package (1)" in said_of_losses(bundle)


TEST = """
from shop import handler

def test_handler():
    assert [handler(n, None) for n in range(5)] == [1, 2, 3, 4, 5]
"""

SHOP = """\
from lambda_usage import coverage_handler

@coverage_handler
def handler(event, context):
    return helper(event)

def helper(event):
    return event + 1
"""

PYTEST = """
import pytest
arguments = ["-q", "-s", "-p", "no:cacheprovider", "-c", "empty.ini", "--rootdir=."]
arguments += ["--cov=shop", "--cov-report=json:cov.json", "test_shop.py"]
raise SystemExit(pytest.main(arguments))
"""


def test_pytest_cov_around_a_test_of_the_handler_measures_what_it_measures_without_us(
    task: Path,
) -> None:
    pytest.importorskip("pytest_cov", reason="needs pytest-cov")
    write_files(task, {"shop.py": SHOP, "test_shop.py": TEST, "empty.ini": "[pytest]\n"})
    _, lines = run("import sys; sys.path.insert(0, '.')\n" + PYTEST, task)
    measured = json.loads((task / "cov.json").read_text())["files"]["shop.py"]
    assert measured["missing_lines"] == []
    (bundle,) = bundles(task)
    assert total([bundle], "invocations") == 5
    if before_312:
        assert [each["level"] for each in lines] == ["WARNING"]
        assert total([bundle], "unsampled") == 5
        assert BESIDE_TRACER in said_of_losses(bundle)
    else:
        assert lines == []
        assert total([bundle], "windows") == 5
