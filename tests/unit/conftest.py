"""A function for the tests that start an agent."""

from __future__ import annotations

from pathlib import Path

import pytest

from .started import FILES
from .support import write_files


@pytest.fixture
def task(tmp_path: Path) -> Path:
    """Where the function's code is."""
    return write_files(tmp_path / "task", FILES)
