"""Runs the unit and property tests under every supported Python but the running one.

The whole suite, end-to-end tests included, runs under the running one afterwards.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support import pythons  # noqa: E402
from tests.support.paths import Unavailable  # noqa: E402

SUITES = ("tests/unit", "tests/property")


def main() -> int:
    """0 if all tests passed wherever they could run."""
    found = pythons.found()
    suites = [suite for suite in SUITES if (ROOT / suite).is_dir()]
    failed = []
    for version in pythons.VERSIONS:
        if version == pythons.running().version:
            continue
        if version not in found:
            print(f"— {pythons.missing(version)}; its tests are left out", flush=True)
            continue
        print(f"— unit and property tests under Python {version}", flush=True)
        try:
            env = pythons.environment(found[version], ("dev",), editable=True)
        except Unavailable as reason:
            print(f"no environment for Python {version}: {reason}", file=sys.stderr)
            return 1
        done = subprocess.run(
            [env.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", *suites],
            cwd=ROOT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
        )
        if done.returncode:
            failed.append(version)
    if failed:
        print(f"— tests failed under Python {' and '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
