"""Fresh interpreters, for what only one test in a process could try."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import lambda_usage

SOURCE = str(Path(lambda_usage.__file__).parents[1])
"""What to put on ``sys.path`` to import the package under test."""


def run_fresh(
    script: str, folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run *script* in an interpreter of its own, in *folder*, with none of our variables set."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COVERAGE_", "AWS_", "_X_AMZN", "LAMBDA_", "PYTHON"))
    }
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=folder,
        env={**kept, "PYTHONPATH": SOURCE, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def log_lines(stderr: str) -> list[dict[str, Any]]:
    """What our log said; each line of it must be one JSON object."""
    return [json.loads(line) for line in stderr.splitlines() if line.startswith("{")]


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    """Write *files*, by path below *folder*, dedented."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    return folder
