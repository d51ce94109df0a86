"""One agent for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lambda_usage import agent as module
from lambda_usage import gate as gate_module
from lambda_usage import windows
from lambda_usage.attach import context as context_module
from lambda_usage.delivery import dispatch as dispatch_module
from lambda_usage.delivery import pauses, pending
from lambda_usage.delivery.dispatch import Dispatch
from lambda_usage.settings import Settings
from lambda_usage.telemetry.logs import Log
from tests.unit.fakes import make_agent

from .world import MIDNIGHT, Clock, World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("LAMBDA_TASK_ROOT", str(tmp_path / "task"))
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "orders")
    monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)
    token = module._inside.set(False)
    yield World(*make_agent(tmp_path))
    module._inside.reset(token)


@pytest.fixture
def blocks(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(context_module, "start_agent", lambda *_, **__: world.agent)
    return world


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock(MIDNIGHT + 100)
    for each in (module, dispatch_module, gate_module, pauses, pending, windows):
        monkeypatch.setattr(each, "time", found)
    monkeypatch.setattr(module, "make_gate", gate_module.Gate)  # the one in C has clocks of its own
    return found


@pytest.fixture
def real(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """With the real courier, to a folder."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    settings = Settings(bucket=str(tmp_path / "store"))
    world.agent.dispatch = Dispatch(settings, world.agent, Log("ERROR"))
    return world
