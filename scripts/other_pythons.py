"""Runs the unit and property tests under every supported Python but the running one, side by side.

The whole suite, end-to-end tests included, runs under the running one afterwards.
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
    failed = []
    # all at once, however few processors: in turns, the last one would leave some of them idle
    with ThreadPoolExecutor(max(1, len(environments))) as pool:
        for version, done in zip(
            environments, pool.map(_tested, environments.values()), strict=True
        ):
            print(f"— unit and property tests under Python {version}", flush=True)
            print(done.stdout, flush=True)
            if done.returncode:
                failed.append(version)
    if failed:
        print(f"— tests failed under Python {' and '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _tested(env: pythons.PythonEnv) -> subprocess.CompletedProcess[str]:
    suites = [suite for suite in SUITES if (ROOT / suite).is_dir()]
    return subprocess.run(
        [env.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", *suites],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


if __name__ == "__main__":
    sys.exit(main())
