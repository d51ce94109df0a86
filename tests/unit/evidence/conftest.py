from __future__ import annotations

from pathlib import Path

import pytest
from evidence_world import World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """An empty source tree, away from this project's own coverage settings."""
    root = tmp_path / "source"
    root.mkdir()
    monkeypatch.chdir(tmp_path)
    return World(root)
