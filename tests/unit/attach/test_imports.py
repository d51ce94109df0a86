"""What a function pays for: importing the package imports next to nothing."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.unit.support import SOURCE, run_fresh, write_files

HEAVY = {
    "aws_lambda_powertools",
    "boto3",
    "botocore",
    "coverage",
    "http",
    "opentelemetry",
    "random",
    "sqlite3",
    "ssl",
    "subprocess",
    "tempfile",
    "urllib.request",
    "uuid",
}
"""Libraries and what takes noticeable time or memory, wherever it is imported."""
NOT_AT_ONCE = HEAVY | {
    "asyncio",
    "dataclasses",
    "hashlib",
    "inspect",
    "json",
    "logging",
    "shutil",
    "threading",
    "lambda_usage.agent",
    "lambda_usage.combine",
}
FOR_A_BUNDLE = {
    "dataclasses",
    "fnmatch",
    "hashlib",
    "inspect",
    "lambda_usage.bundle.model",
    "lambda_usage.bundle.writer",
    "lambda_usage.flush",
}
"""What only a bundle needs, or only patterns do: 20 ms on a slow machine."""
COUNTING = """\
import sys
sys.path.insert(0, {source!r})
before = set(sys.modules)
{script}
print(sorted(set(sys.modules) - before))
"""


def imported(script: str, folder: Path, environment: dict[str, str] | None = None) -> set[str]:
    """The modules that *script* imports in a bare interpreter."""
    done = run_fresh(COUNTING.format(source=SOURCE, script=script), folder, environment)
    return set(ast.literal_eval(done.stdout.splitlines()[-1]))


def test_importing_the_package_imports_next_to_nothing(tmp_path: Path) -> None:
    found = imported("import lambda_usage", tmp_path)
    assert found & NOT_AT_ONCE == set()
    assert {each for each in found if each.startswith("lambda_usage")} == {
        "lambda_usage",
        "lambda_usage.attach",
        "lambda_usage.attach.bootstrap",
        "lambda_usage.version",
    }


@pytest.mark.parametrize(
    "script",
    [
        "from lambda_usage import coverage_handler",
        "from lambda_usage import CoverageContext",
        "import lambda_usage.agent",
    ],
)
def test_what_records_imports_nothing_heavy(script: str, tmp_path: Path) -> None:
    assert imported(script, tmp_path) & HEAVY == set()


def test_the_agent_itself_needs_next_to_nothing_of_the_library(tmp_path: Path) -> None:
    found = imported("import lambda_usage.agent", tmp_path)
    assert found & (FOR_A_BUNDLE | {"enum", "json", "re", "socket", "typing"}) == set()


def test_a_cold_start_and_an_invocation_import_nothing_heavy(tmp_path: Path) -> None:
    write_files(tmp_path, {"app.py": "def handler(event, context):\n    return 1\n"})
    variables = {
        "COVERAGE_HANDLER": "app.handler",
        "COVERAGE_S3_BUCKET": "no-such-bucket",
        "COVERAGE_FLUSH_INTERVAL": "3600",
    }
    script = """\
import lambda_usage
lambda_usage.handler({}, None)
import atexit
ctracer = sys.modules.get("lambda_usage.recording.ctracer")
assert ctracer is None or ctracer._loaded.CTracer
atexit._clear()  # nothing is to be delivered
"""
    found = imported(script, tmp_path, variables)
    assert "app" in found
    assert found & FOR_A_BUNDLE == set()
    assert found & (HEAVY - {"coverage"}) == set()
    assert "coverage" not in found
    assert ("lambda_usage.recording.ctracer" in found) is (sys.version_info < (3, 12))
    # the extension is kept out of the user's sight until an import asks for it
    assert "coverage.tracer" not in found


def test_spans_add_next_to_nothing_to_the_start_of_a_function_that_has_them(tmp_path: Path) -> None:
    script = """\
import opentelemetry.trace, lambda_usage.agent
seen = set(sys.modules)
import lambda_usage.telemetry.spans
before |= seen
"""
    found = imported(script, tmp_path)
    assert {each for each in found if each.startswith("lambda_usage")} == {
        "lambda_usage.bundle.code_key",
        "lambda_usage.recording.names",
        "lambda_usage.telemetry.definitions",
        "lambda_usage.telemetry.executed",
        "lambda_usage.telemetry.spans",
    }


def test_without_telemetry_a_function_imports_nothing_of_it(tmp_path: Path) -> None:
    write_files(tmp_path, {"app.py": "def handler(event, context):\n    return 1\n"})
    variables = {"COVERAGE_HANDLER": "app.handler", "COVERAGE_S3_BUCKET": "no-such-bucket"}
    script = "import lambda_usage\nlambda_usage.handler({}, None)\nimport atexit\natexit._clear()"
    found = {each for each in imported(script, tmp_path, variables) if "telemetry." in each}
    assert found == {"lambda_usage.telemetry.logs", "lambda_usage.telemetry.telemetry"}


def test_metrics_add_next_to_nothing_to_the_start_of_a_function_that_has_them(
    tmp_path: Path,
) -> None:
    script = """\
import opentelemetry.sdk.metrics, lambda_usage.agent
seen = set(sys.modules)
import lambda_usage.telemetry.application, lambda_usage.telemetry.metrics
import lambda_usage.telemetry.readings
before |= seen
"""
    assert imported(script, tmp_path) == {
        f"lambda_usage.telemetry.{name}"
        for name in ("application", "definitions", "metrics", "readings")
    }
