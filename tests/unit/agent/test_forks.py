"""A forked child, in which nobody lets go of a lock that another thread of its parent held."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lambda_usage import agent as module
from lambda_usage.attach.bootstrap import recorded
from lambda_usage.gate import Gate
from lambda_usage.recording.choice import make_recorder

from .world import World

PATIENCE = 10
"""Seconds, after which a child that hangs ends itself."""


@contextmanager
def held(lock: Any) -> Iterator[None]:
    """Another thread holds it."""
    holds, done = threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            holds.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    assert holds.wait(60)
    yield
    done.set()
    thread.join(60)


def fork(child: Callable[[], object]) -> int:
    """What the child returned with: 0 where it came to an end by itself."""
    process = os.fork()
    if not process:
        threading.Timer(PATIENCE, lambda: os._exit(3)).start()
        try:
            child()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


@pytest.fixture
def locks(world: World) -> dict[str, Any]:
    gate = Gate(module._inside, {}, lambda: 0)
    world.agent.gate = world.agent.admission.gate = gate
    return {"agent": world.agent._lock, "dispatch": world.agent.dispatch._lock, "gate": gate._lock}


@pytest.mark.parametrize("name", ["agent", "dispatch", "gate"])
def test_it_invokes_and_ends(name: str, world: World, locks: dict[str, Any]) -> None:
    call = recorded(lambda _event, _context: None, world.agent)

    def child() -> None:
        world.agent.abandon()  # as it is told at the fork
        call({}, None)
        world.agent.finish()

    with held(locks[name]):
        assert fork(child) == 0


@pytest.mark.parametrize("name", ["agent", "dispatch"])
def test_it_ends_the_invocation_that_it_was_forked_in(
    name: str, world: World, locks: dict[str, Any]
) -> None:
    invocation = world.agent.begin(None)

    def child() -> None:
        world.agent.abandon()
        world.agent.end(invocation, error=False)

    with held(locks[name]):
        assert fork(child) == 0
    world.agent.end(invocation, error=False)


def test_it_ends_the_window_that_it_was_forked_in(world: World) -> None:
    world.agent.recorder = recorder = make_recorder(branches=True, relative=lambda _path: None)
    recorder.start(record_init=False)
    try:
        invocation = world.agent.begin(None)
        assert world.agent.windows.current is invocation

        def child() -> None:
            world.agent.abandon()
            world.agent.end(invocation, error=False)

        with held(recorder.registry.lock):  # by a bundle that is being made
            assert fork(child) == 0
        world.agent.end(invocation, error=False)
    finally:
        recorder.stop()
