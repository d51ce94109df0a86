"""An agent, invocations of it, and the clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from lambda_usage.agent import Agent
from lambda_usage.attach.bootstrap import recorded
from lambda_usage.bundle.reader import read_bundle
from tests.unit.fakes import CollectingCourier, FakeRecorder, total


@dataclass
class World:
    agent: Agent
    recorder: FakeRecorder
    courier: CollectingCourier

    def invoke(self, result: object = None, alias: str = "") -> object:
        return recorded(lambda _event, _context: result, self.agent)({}, lambda_context(alias))

    def finish(self) -> None:
        self.agent.finish()

    def total(self, name: str) -> float:
        return total(self.courier.bundles, name)


def lambda_context(alias: str) -> object:
    arn = "arn:aws:lambda:eu-central-1:123456789012:function:orders"
    return SimpleNamespace(invoked_function_arn=f"{arn}:{alias}" if alias else arn)


def apart(call: Callable[[], object]) -> None:
    """Run *call* in another thread, to its end."""
    thread = threading.Thread(target=call)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


class Paused:
    """An invocation in a thread of its own, under way until it is let go."""

    def __init__(self, agent: Agent, alias: str = "") -> None:
        self._inside, self._go = threading.Event(), threading.Event()

        def handler(_event: object, _context: object) -> None:
            self._inside.set()
            self._go.wait(60)

        call = recorded(handler, agent)
        self._thread = threading.Thread(target=call, args=({}, lambda_context(alias)))
        self._thread.start()
        assert self._inside.wait(60)

    def finish(self) -> None:
        self._go.set()
        self._thread.join(60)


class Clock:
    """A stand-in for the module ``time``."""

    def __init__(self, now: float) -> None:
        self.now = now

    def time(self) -> float:
        return self.now

    monotonic = perf_counter = time

    def thread_time(self) -> float:
        return 0.0


DAY = 86400.0


MIDNIGHT = 20_000 * DAY  # 2024-10-04


TODAY, TOMORROW = "2024-10-04", "2024-10-05"


def never_due(agent: Agent) -> None:
    agent.dispatch.schedule._pause = float("inf")


def stored(tmp_path: Path) -> list[Any]:
    return [read_bundle(path) for path in sorted((tmp_path / "store").rglob("*.coverage"))]
