"""A test of a decorated handler under pytest-cov: its result is that without us, to the branch.

pytest runs in a process of its own, on each Python and with each of coverage.py's cores. "Without
us" is a module in our place that hands the handler back as it is.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.stores import open_store
from lambda_usage.windows import BESIDE_TRACER
from tests.support import pythons
from tests.support.paths import ROOT, Unavailable
from tests.support.pythons import PythonEnv

from .test_lifecycle import count, losses

SHOP = """\
from lambda_usage import coverage_handler

@coverage_handler
def handler(event, context):
    if event > 100:
        return refused(event)
    return priced(event)

def priced(event):
    return sum(each + 1 for each in range(event))

def refused(event):
    raise ValueError(event)

def never(event):
    return event
"""
TEST = """
import pytest
from shop import handler

def test_prices():
    assert [handler(n, None) for n in range(4)] == [0, 1, 3, 6]

def test_refusals():
    with pytest.raises(ValueError, match="101"):
        handler(101, None)
"""
WITHOUT_US = "def coverage_handler(handler):\n    return handler\n"
REQUIREMENTS = ("pytest>=9,<10", "pytest-cov>=7,<8", "coverage>=7.17.3,<8")
PYTEST = ("-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "-c", "empty.ini", "--rootdir=.")


@pytest.fixture(scope="module", params=pythons.VERSIONS)
def env(request: pytest.FixtureRequest) -> PythonEnv:
    found = pythons.found()
    if request.param not in found:
        pytest.skip(pythons.missing(request.param))
    try:
        return pythons.environment(found[request.param], REQUIREMENTS)
    except Unavailable as reason:
        pytest.skip(str(reason))


def measured(env: PythonEnv, core: str, ours: Path, folder: Path) -> tuple[Any, str]:
    """What pytest-cov measured, with the package in *ours*; and stderr."""
    task = folder / "task"
    task.mkdir()
    (task / "shop.py").write_text(SHOP)
    (task / "test_shop.py").write_text(TEST)
    (task / "empty.ini").write_text("[pytest]\n")
    arguments = ["--cov=shop", "--cov-report=json:cov.json", "test_shop.py"]
    if core == "ctrace" or env.version >= "3.14":  # the only ones that measure branches
        arguments.append("--cov-branch")
    done = subprocess.run(
        [env.executable, *PYTEST, *arguments],
        cwd=task,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{ours}{os.pathsep}{task}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_LAMBDA_FUNCTION_NAME": "orders",
            "COVERAGE_CORE": core,
            "COVERAGE_OVERHEAD_BUDGET": "1",
            "COVERAGE_S3_BUCKET": str(folder / "store"),
            "LAMBDA_TASK_ROOT": str(task),
            "TMPDIR": str(folder),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
    return json.loads((task / "cov.json").read_text())["files"], done.stderr


@pytest.mark.parametrize("core", ["ctrace", "sysmon"])
def test_pytest_cov_measures_what_it_does_without_us_and_ours_says_once_what_it_misses(
    core: str, env: PythonEnv, tmp_path: Path
) -> None:
    before_312 = env.version == "3.11"
    if before_312 and core == "sysmon":
        pytest.skip("sys.monitoring came with Python 3.12")
    for name in ("with", "without"):
        (tmp_path / name).mkdir()
    (tmp_path / "lambda_usage.py").write_text(WITHOUT_US)
    without, silence = measured(env, core, tmp_path, tmp_path / "without")
    assert silence == ""
    found, log = measured(env, core, ROOT / "src", tmp_path / "with")
    assert found == without
    assert found["shop.py"]["missing_lines"] == [16]
    bundle = combine_store(open_store(str(tmp_path / "with" / "store"))).bundle
    assert count(bundle) == 5
    # on 3.12 and later the two do not meet, whichever core coverage.py takes
    assert count(bundle, "windows") == (0 if before_312 else 5)
    assert log.count("Another tool traces this process") == before_312
    # the start and five invocations
    assert losses(bundle).get(BESIDE_TRACER, 0) == (6 if before_312 else 0)
