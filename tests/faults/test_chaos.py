"""A small run of the chaos; the large one is `python -m tests.faults.chaos`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import pythons
from tests.support.s3_server import S3Server

from .chaos import Chaos, problems, summary
from .proxy import FaultyStore


@pytest.mark.parametrize("version", ["3.11", "3.13"])
def test_everything_is_accounted_for(
    version: str, layer_opt: Path, s3_server: S3Server, tmp_path: Path
) -> None:
    if version not in pythons.found():
        pytest.skip(pythons.missing(version))
    env = pythons.environment(pythons.found()[version])
    with FaultyStore(s3_server.endpoint) as store:
        chaos = Chaos(env, layer_opt, s3_server, store, tmp_path)
        result = chaos.run(invocations=600, sandboxes=6, seed=5)
    print(summary(result))
    assert problems(result, tmp_path / "sandbox-0" / "task") == []
    assert len(result.lives) >= 12
    assert result.finished
    assert len(result.requests) > 5
