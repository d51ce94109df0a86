"""Runs the unit and property tests under every supported Python but the running one, side by side.

The whole suite, end-to-end tests included, runs under the running one afterwards.

What runs in the function is tested under each Python: recorders differ from one to the next. The
unit tests of the other half (:data:`OFFLINE`) run under the oldest and the newest that are found,
and under the running one: it is the same code under all of them, and of the grammars that it reads
the oldest has the least and the newest has all. That it agrees with each Python on what is code is
a property (tests/property), and the zip of the combiner runs under its own Python (tests/e2e).
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

OFFLINE = tuple(
    f"tests/unit/{each}"
    for each in ("benchmarks", "cli", "combine", "combiner", "evidence", "reports")
)
"""Tests of what people, CI and the combiner run; none of it is in the function."""
IN_THE_FUNCTION = ("tests/unit", "tests/property", *(f"--ignore={each}" for each in OFFLINE))


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
    runs = [("what runs in the function", version, IN_THE_FUNCTION) for version in environments]
    runs += [
        ("what runs elsewhere", version, OFFLINE)
        for version in environments
        if version in (tested[0], tested[-1])
    ]
    failed = set()
    # all at once, however few processors: in turns, the last one would leave some of them idle
    with ThreadPoolExecutor(max(1, len(runs))) as pool:
        done = [pool.submit(_tested, environments[version], tests) for _, version, tests in runs]
        for (what, version, _), each in zip(runs, done, strict=True):
            result = each.result()
            print(f"— unit and property tests of {what}, under Python {version}", flush=True)
            print(result.stdout, flush=True)
            if result.returncode:
                failed.add(version)
    if failed:
        print(f"— tests failed under Python {' and '.join(sorted(failed))}", file=sys.stderr)
    return 1 if failed else 0


def _tested(env: pythons.PythonEnv, tests: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [env.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", *tests],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


if __name__ == "__main__":
    sys.exit(main())
