"""A bundle names traces only where the user allows it, and only those that somebody keeps."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from lambda_usage.bundle.model import TracedWindow
from lambda_usage.bundle.traces import KEPT_TRACES
from tests.unit.fakes import make_agent

from .world import World

HEADER = "_X_AMZN_TRACE_ID"


def trace_id(n: int) -> str:
    return f"1-5759e988-{n:024x}"


@pytest.fixture
def allowed(world: World, tmp_path: Path) -> World:
    """Depends on ``world`` for the environment."""
    return World(*make_agent(tmp_path, trace_ids=True))


def traces(world: World) -> list[TracedWindow]:
    world.finish()
    usages = [usage for bundle in world.courier.bundles for usage in bundle.origins.values()]
    return [each for usage in usages for path in usage.paths.values() for each in path.traces]


def invoke(world: World, monkeypatch: pytest.MonkeyPatch, n: int, sampled: int = 1) -> None:
    monkeypatch.setenv(HEADER, f"Root={trace_id(n)};Parent=53995c3f42cd8ad8;Sampled={sampled}")
    world.invoke()


def test_the_latest_traces_of_a_path_are_in_the_bundle(
    allowed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = time.time()
    for n in range(1, 10):
        invoke(allowed, monkeypatch, n)
    after = time.time()
    found = traces(allowed)
    assert [each.trace_id for each in found] == [trace_id(n) for n in (9, 8, 7, 6, 5)]
    assert len(found) == KEPT_TRACES
    assert all(before <= each.time <= after for each in found)


def test_a_trace_that_nobody_keeps_is_not_named(
    allowed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoke(allowed, monkeypatch, 1, sampled=0)
    invoke(allowed, monkeypatch, 2)
    monkeypatch.delenv(HEADER)
    allowed.invoke()
    assert [each.trace_id for each in traces(allowed)] == [trace_id(2)]


def test_each_bundle_names_the_traces_since_the_last(
    allowed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoke(allowed, monkeypatch, 1)
    allowed.agent.flush()
    invoke(allowed, monkeypatch, 2)
    assert [each.trace_id for each in traces(allowed)] == [trace_id(1), trace_id(2)]
    assert len(allowed.courier.bundles) == 2


def test_what_is_run_to_find_the_trace_is_no_part_of_the_window(
    allowed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    api = ModuleType("opentelemetry.trace")

    def get_current_span() -> object:
        seen.append(list(allowed.recorder.calls))
        raise LookupError("no span")

    api.get_current_span = get_current_span  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", api)
    allowed.invoke()
    assert seen
    assert not [calls for calls in seen if "open_window" in calls]
    assert "open_window" in allowed.recorder.calls


def test_unless_it_is_asked_for_nothing_looks_at_ids(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "lambda_usage.sampling.trace_ids", raising=False)
    for n in range(1, 10):
        invoke(world, monkeypatch, n)
    assert traces(world) == []
    assert "lambda_usage.sampling.trace_ids" not in sys.modules
