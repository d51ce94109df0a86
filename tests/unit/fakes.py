"""An agent whose recorder and courier are under the test's control."""

from __future__ import annotations

import sys
from collections import Counter
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType

from lambda_usage.agent import Agent
from lambda_usage.bundle.model import Bundle, Exposure
from lambda_usage.delivery.batch import Batch
from lambda_usage.delivery.courier import Fate, Make, Settled
from lambda_usage.gate import Gate
from lambda_usage.recording.codes import CodeRegistry
from lambda_usage.recording.window import WindowHits
from lambda_usage.settings import NO_LIMIT, Settings
from lambda_usage.telemetry.logs import Log


class FakeRecorder:
    """Records what it is asked, and nothing else."""

    name = "monitoring"
    branches = False

    def __init__(self) -> None:
        self.registry = CodeRegistry()
        self.calls: list[str] = []
        self.frames: list[FrameType | None] = []
        self.opened = self.displaced = False
        self.fail_at: set[str] = set()

    def _note(self, name: str) -> None:
        self.calls.append(name)
        if name in self.fail_at:
            raise RuntimeError(f"{name} is broken")

    def start(self, *, record_init: bool) -> None:
        self._note("start")

    def add(self, code: CodeType, path: str) -> None:
        self._note("add")
        self.registry.add(code, path)

    def end_init(self) -> bool:
        self._note("end_init")
        return True

    def open_window(self, frame: FrameType | None = None) -> None:
        self._note("open_window")
        self.frames.append(frame)
        assert not self.opened
        self.opened = True

    def close_window(self) -> WindowHits:
        self._note("close_window")
        assert self.opened
        self.opened = False
        return WindowHits(frozenset(), frozenset(), displaced=self.displaced)

    def drain(self) -> None:
        self._note("drain")

    def callback_cost(self) -> float | None:
        return 0.0

    def stop(self) -> None:
        self._note("stop")


@dataclass
class CollectingCourier:
    """Keeps the bundles it is given, at once and in the same thread."""

    settled: Settled
    bundles: list[Bundle] = field(default_factory=list)
    losses: Counter[str] = field(default_factory=Counter)
    room: list[Bundle] = field(default_factory=list)
    """What waits."""
    down: bool = False
    """Whether nothing of what it is given arrives."""

    def deliver(self, make: Make) -> None:
        self.finish(make, 0)

    def finish(self, make: Make, _timeout: float) -> None:
        bundle = make()
        if bundle is None:
            return
        if not self.down:
            self.bundles.append(bundle)
        (info,) = bundle.bundles.values()
        fate = Fate.NOT_STORED if self.down else Fate.DELIVERED
        self.settled(info.id, info.lists_package, fate)

    def take_losses(self) -> Counter[str]:
        losses, self.losses = self.losses, Counter()
        return losses

    def take_costs(self) -> dict[str, float]:
        return {}

    def restored(self) -> None:
        pass

    def lose(self, what: str, number: int) -> None:
        self.losses[what] += number


def make_agent(root: Path, **options: object) -> tuple[Agent, FakeRecorder, CollectingCourier]:
    """An agent that has been started but for what it installs in the interpreter.

    Each invocation is a window, if *options* do not limit them.
    """
    (root / "task").mkdir(exist_ok=True)
    options = {"overhead_budget": 1.0, "max_windows_per_minute": NO_LIMIT, **options}
    settings = Settings(bucket=str(root / "store"), **options)  # type: ignore[arg-type]
    agent = Agent(settings, "wrapper", Log())
    recorder, courier = FakeRecorder(), CollectingCourier(agent.dispatch._settled)
    agent.recorder = recorder
    agent.dispatch.courier = courier  # type: ignore[assignment]
    deliver_at_once(agent)
    return agent, recorder, courier


def shut_gate() -> Gate:
    """A gate that lets nothing pass, so that the agent hears of everything."""
    return Gate(ContextVar("inside", default=False), sys.modules, lambda: 0)


def deliver_at_once(agent: Agent) -> None:
    """Without threads: what an invocation makes leave has left when it goes on."""

    def work(batch: Batch) -> bool:
        agent.dispatch._count_threads(1)
        agent.dispatch._work(batch)
        return True

    agent.dispatch._in_background = work  # type: ignore[method-assign]


def exposures(bundle: Bundle) -> dict[tuple[str, str], Exposure]:
    """The trials in *bundle*, by alias and day."""
    return {
        (origin.alias, day): each
        for origin, usage in bundle.origins.items()
        for day, each in usage.exposures.items()
    }


def total(bundles: list[Bundle], name: str) -> float:
    """The sum of one field of all exposures in *bundles*."""
    return sum(getattr(each, name) for bundle in bundles for each in exposures(bundle).values())
