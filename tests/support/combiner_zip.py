"""The combiner function's zip, unpacked as Lambda would into ``/var/task``."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.support.paths import ROOT, Unavailable

PYTHON = "3.13"
"""The runtime that the zip is for."""


def unpacked_function(folder: Path) -> Path:
    """Builds the function's zip for this machine and unpacks it into ``folder/task``."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "combiner" / "build.py"), "--output", str(folder / "dist")],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 3:
        raise Unavailable(done.stderr.strip())
    if done.returncode:
        raise RuntimeError(f"combiner/build.py failed:\n{done.stderr}")
    with zipfile.ZipFile(next((folder / "dist").glob("*.zip"))) as archive:
        archive.extractall(folder / "task")
    return folder / "task"
