"""The site that `make docs` builds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.paths import ROOT


def built(folder: Path) -> Path:
    """Build it as `make docs` does, where a warning is an error.

    Raises:
        AssertionError: Something is wrong with a document; it says what.
    """
    options = ["--quiet", "--fail-on-warning", "--keep-going", "-b", "html", "-c", "docs"]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, "-d", folder / "trees", ".", folder / "site"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return folder / "site"
