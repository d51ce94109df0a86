"""Pages about code that really ran: a package from PyPI, and the sample platform."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from examples.test_platform.deploy.catalog import SOURCE, functions
from tests.packages.test_packages import make_trial
from tests.support.paths import ROOT

PACKAGE = "werkzeug"
"""One of those that the dev extra brings; it has more than fifty files."""
DEPLOYED = ("run-test", "get-results")
INVOCATIONS = 300


def package_page(folder: Path) -> Path:
    """The page on a handler that uses a package, both in scope."""
    trial = make_trial(PACKAGE, folder)
    trial.record(COVERAGE_INCLUDE_PATTERNS=trial.patterns)
    return _page(folder, trial.out / "store", trial.task, min_exposure=1)


def platform_page(folder: Path) -> Path:
    """The page on two Lambda functions of the sample platform."""
    return _page(folder, record_platform(folder), SOURCE, min_exposure=100)


def record_platform(folder: Path, **variables: str) -> Path:
    """Runs two Lambda functions of the sample platform, and returns where their bundles are.

    Args:
        folder: Where to.
        variables: What they have in their environments besides.
    """
    store = folder / "store"
    for name in DEPLOYED:
        task = folder / name
        for file in functions()[name].files:
            (task / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SOURCE / file, task / file)
        _run(name, task, store, variables)
    return store


def _run(name: str, task: Path, store: Path, variables: Mapping[str, str]) -> None:
    ours = ("AWS_", "COVERAGE_", "OTEL_")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    done = subprocess.run(
        [sys.executable, ROOT / "tests/browser/run_platform.py", name, str(INVOCATIONS), store],
        cwd=task,
        env={
            **inherited,
            "PYTHONPATH": str(ROOT),
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "COVERAGE_LOG_LEVEL": "WARNING",
            # every invocation becomes a window
            "COVERAGE_OVERHEAD_BUDGET": "1",
            "COVERAGE_MAX_WINDOWS_PER_MINUTE": "1000000",
            "POWERTOOLS_TRACE_DISABLED": "true",
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _page(folder: Path, store: Path, source: Path, min_exposure: int) -> Path:
    page = folder / "report.html"
    arguments = ["report", "dead-code", str(store), "--source", str(source), "--format", "html"]
    arguments += ["--min-days", "0", "--min-exposure", str(min_exposure), "--output", str(page)]
    done = subprocess.run(
        [sys.executable, "-m", "lambda_usage.cli", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return page
