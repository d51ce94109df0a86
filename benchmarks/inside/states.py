"""States between which one process can take turns, so that nothing but the state differs.

Two processes differ by up to 0.5 % for no reason but the layout of their memory, which is more than
what an invocation pays that is no window, and more than the smallest budget. So the bare handler
and ours run by turns in one process: for the bare handler's turn all code is disarmed, for ours it
is armed again, as it was.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Handler = Callable[[Any, Any], Any]

OWN_TOOL = "lambda-usage"
BUDGETS = "BENCH_BUDGETS"
"""Environment variable: the states of :func:`budgets`, as JSON."""
NONE = "none"
"""The state in which there is neither window nor bundle."""


@dataclass(frozen=True, slots=True)
class State:
    """What is called in one state, and how it is entered."""

    handler: Handler
    enter: Callable[[], None]


class Arming:
    """Takes the events of our recorder off all code, and puts them back."""

    def __init__(self) -> None:
        monitoring: Any = getattr(sys, "monitoring", None)
        self._monitoring = monitoring
        self._tools = [
            tool for tool in range(6) if monitoring and monitoring.get_tool(tool) == OWN_TOOL
        ]
        self._armed: list[tuple[int, Any, int]] = []
        self._is_armed = True

    def disarm(self) -> None:
        """Python 3.11 has nothing to take off."""
        if not self._is_armed:
            return
        from lambda_usage.recording.loading import codes_in_memory

        events = self._monitoring.get_local_events if self._tools else None
        codes = list(codes_in_memory()) if self._tools else []
        self._armed = [
            (tool, code, events(tool, code))
            for tool in self._tools
            for code in codes
            if events is not None and events(tool, code)
        ]
        for tool, code, _ in self._armed:
            self._monitoring.set_local_events(tool, code, 0)
        self._is_armed = False

    def arm(self) -> None:
        for tool, code, events in self._armed:
            self._monitoring.set_local_events(tool, code, events)
        self._armed = []
        self._is_armed = True


def beside_bare(ours: Handler, bare: Handler) -> Mapping[str, State]:
    """Ours, and the bare handler with its code as if nothing had ever been armed."""
    arming = Arming()
    return {"ours": State(ours, arming.arm), "bare": State(bare, arming.disarm)}


def budgets(handler: Handler, agent: Any, wanted: Mapping[str, Mapping[str, float]]) -> Any:
    """States of one agent that differ in what windows and bundles may cost.

    Args:
        handler: With the agent around it.
        agent: Ours.
        wanted: By the state's name: settings that differ from the environment's.

    Returns:
        The states, and what the agent itself says of each: windows, what they cost, bundles.
    """
    from lambda_usage._light import replace

    kinds = _kind_of_overhead()
    traced = agent.recorder.name == "ctrace"
    states: dict[str, State] = {}
    overheads: dict[str, Any] = {}
    for name, values in wanted.items():
        overheads[name] = kinds(agent, replace(agent.settings, **values), traced, name != NONE)
        states[name] = State(handler, overheads[name].enter)
    return states, lambda: {name: each.told() for name, each in overheads.items()}


def _kind_of_overhead() -> Any:
    from lambda_usage.sampling.overhead import Overhead

    class Turn(Overhead):
        """Hears of its own turns only: bundles of other states are none of its business."""

        def __init__(self, agent: Any, settings: Any, traced: bool, sends: bool) -> None:
            super().__init__(settings, traced=traced)
            self.agent, self.sends = agent, sends
            self.windows = self.bundles = 0
            self.window_s = self.handler_s = self.mine = self.seen = 0.0

        def enter(self) -> None:
            self.agent.pay_from(self)
            self.seen = self.agent.dispatch.cpu_s

        def _own(self, delivered: float) -> float:
            self.mine += delivered - self.seen
            self.seen = delivered
            return self.mine

        def affords_flush(self, delivered: float) -> bool:
            return super().affords_flush(self._own(delivered)) and self.sends

        def window(self, *arguments: Any, **options: Any) -> float:
            self.windows += 1
            return super().window(*arguments, **options)

        def take_costs(self) -> dict[str, float]:
            costs: dict[str, float] = super().take_costs()
            self.window_s += costs["window_s"]
            self.handler_s += costs["handler_s"]
            return costs

        def told(self) -> dict[str, float]:
            self.take_costs()
            return {
                "windows": self.windows,
                "window_s": self.window_s,
                "handler_s": self.handler_s,
                "bundles_s": self.mine,
            }

    return Turn
