"""A bundle fetched from S3 is coverage.py's own: report, combine and html work and are right.

Nothing but boto3 fetches it, and where it is opened there is nothing but coverage.py.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.support import pythons
from tests.support.emulator import Emulator
from tests.support.pythons import PythonEnv
from tests.support.s3_server import S3Server

APP = """\
import json

RATES = {"a": 1, "b": 2}


def price(kind):
    if kind in RATES:
        return RATES[kind]
    raise KeyError(
        kind
    )


def refund(kind):
    return -price(kind)


def handler(event, context):
    try:
        return price(event["kind"])
    except KeyError:
        return json.dumps(None)
"""
# what runs with {"kind": "a"}, and with {"kind": "x"} besides, as statements' first lines
FIRST = {1, 3, 6, 7, 8, 14, 18, 19, 20}
BOTH = FIRST | {9, 21, 22}
COVERAGES = ("coverage==7.17.3", "coverage==7.10.0")


@pytest.fixture(scope="module")
def bundles(
    python_env: PythonEnv,
    layer_opt: Path,
    s3_server: S3Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> list[Path]:
    """Two bundles of two processes, one for each event."""
    task = tmp_path_factory.mktemp("task")
    (task / "app.py").write_text(APP)
    bucket = s3_server.bucket()
    for kind in ("a", "x"):
        variables = {
            **s3_server.variables,
            "AWS_LAMBDA_EXEC_WRAPPER": str(layer_opt / "lambda-usage"),
            "COVERAGE_S3_BUCKET": bucket,
            "COVERAGE_OVERHEAD_BUDGET": "1",  # each invocation is a window
            "COVERAGE_MAX_WINDOWS_PER_MINUTE": "1000000",
        }
        with Emulator(
            python_env, task, "app.handler", opt=layer_opt, variables=variables
        ) as emulator:
            emulator.invoke({"kind": kind})
    folder = tmp_path_factory.mktemp("fetched")
    client = s3_server.client()
    fetched = []
    for key in s3_server.keys(bucket):
        path = folder / Path(key).name
        client.download_file(bucket, key, str(path))
        fetched.append(path)
    return fetched


@pytest.fixture(scope="module", params=COVERAGES)
def coverage_only(request: pytest.FixtureRequest, python_env: PythonEnv) -> Path:
    """An environment with one release of coverage.py and nothing else."""
    try:
        python = pythons.found()[python_env.version]
        return pythons.environment(python, (request.param,)).executable
    except pythons.Unavailable as reason:
        pytest.skip(str(reason))


def coverage(python: Path, folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [python, "-m", "coverage", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def executed(python: Path, folder: Path, data: Path) -> set[int]:
    coverage(python, folder, "json", f"--data-file={data}", "-o", "c.json")
    files = json.loads((folder / "c.json").read_text())["files"]
    (file,) = files.values()
    return set(file["executed_lines"])


def test_each_bundle_is_read_alone(
    bundles: list[Path], coverage_only: Path, tmp_path: Path
) -> None:
    found = [executed(coverage_only, tmp_path, each) for each in bundles]
    assert sorted(map(len, found)) == sorted([len(FIRST), len(BOTH - {8})])
    assert FIRST in found
    assert BOTH - {8} in found
    text = coverage(coverage_only, tmp_path, "report", f"--data-file={bundles[0]}")
    assert "app.py" in text


def test_bundles_combine_and_make_html(
    bundles: list[Path], coverage_only: Path, tmp_path: Path
) -> None:
    data = tmp_path / ".coverage"
    coverage(coverage_only, tmp_path, "combine", "--keep", *map(str, bundles))
    assert executed(coverage_only, tmp_path, data) == BOTH
    coverage(coverage_only, tmp_path, "html", "-d", "html")
    page = next((tmp_path / "html").glob("*app_py.html")).read_text()
    assert 'class="mis' in page
    assert "refund" in page


def test_phases_are_contexts(bundles: list[Path], coverage_only: Path, tmp_path: Path) -> None:
    for context, lines in (("init", {1, 3, 6, 14, 18}), ("invoke", {7, 19, 20})):
        coverage(
            coverage_only, tmp_path,
            "json", f"--data-file={bundles[0]}", f"--contexts={context}", "-o", "c.json",
        )  # fmt: skip
        (file,) = json.loads((tmp_path / "c.json").read_text())["files"].values()
        assert lines <= set(file["executed_lines"])
