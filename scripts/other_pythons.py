"""Runs the unit and property tests under every supported Python but the running one, side by side.

The whole suite, end-to-end tests included, runs under the running one afterwards.

What runs in the function is tested under each Python: recorders differ from one to the next. The
unit tests of the other half (:data:`OFFLINE`) run under the oldest and the newest that is found:
it is the same code under all, and what could tell them apart, Python's grammar and tokenizer, has
one such step, from 3.11 to 3.12. That it reads what each Python records, and agrees with it on
what is code, is a property (tests/property), and those are tried under each.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support import pythons  # noqa: E402
from tests.support.paths import Unavailable  # noqa: E402

SUITES = ("tests/unit", "tests/property")
OFFLINE = tuple(
    f"tests/unit/{each}"
    for each in ("benchmarks", "cli", "combine", "combiner", "evidence", "reports")
)
"""Tests of what people, CI and the combiner run; none of it is in the function."""


def main() -> int:
    """0 if all tests passed wherever they could run."""
    found = pythons.found()
    others = [each for each in pythons.VERSIONS if each != pythons.running().version]
    environments: dict[str, pythons.PythonEnv] = {}
    for version in others:
        if version not in found:
            print(f"— {pythons.missing(version)}; its tests are left out", flush=True)
            continue
        try:
            environments[version] = pythons.environment(found[version], ("dev",), editable=True)
        except Unavailable as reason:
            print(f"no environment for Python {version}: {reason}", file=sys.stderr)
            return 1
    tested = [each for each in pythons.VERSIONS if each in environments or each not in others]
    ends = (tested[0], tested[-1])
    failed = []
    # all at once, however few processors: in turns, the last one would leave some of them idle
    with ThreadPoolExecutor(max(1, len(environments))) as pool:
        runs = {
            version: pool.submit(_tested, env, () if version in ends else OFFLINE)
            for version, env in environments.items()
        }
        for version, run in runs.items():
            done = run.result()
            left_out = "" if version in ends else ", but for the offline half's unit tests"
            print(f"— unit and property tests under Python {version}{left_out}", flush=True)
            print(done.stdout, flush=True)
            if done.returncode:
                failed.append(version)
    if failed:
        print(f"— tests failed under Python {' and '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _tested(
    env: pythons.PythonEnv, left_out: tuple[str, ...]
) -> subprocess.CompletedProcess[str]:
    suites = [suite for suite in SUITES if (ROOT / suite).is_dir()]
    ignored = [f"--ignore={folder}" for folder in left_out]
    return subprocess.run(
        [env.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", *ignored, *suites],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


if __name__ == "__main__":
    sys.exit(main())
