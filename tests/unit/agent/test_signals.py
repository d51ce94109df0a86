"""A signal's handler raises in the midst of our work: that is the function's, and it is all."""

from __future__ import annotations

import sys
from contextvars import ContextVar
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from lambda_usage import agent as module
from lambda_usage.attach.bootstrap import recorded

from .world import World, lambda_context

UNGUARDED = 2
"""Lines at the beginning of ``end``: no code can guard itself against what is raised before it."""
OURS = {
    "agent.py": {"begin", "end", "_draw", "_watch", "_open_up", "_settle"},
    "admission.py": {"came", "open", "settle"},
    "pending.py": {"tally"},
}


class TimeIsUp(BaseException):
    """What a handler of SIGALRM may raise."""


class Alarm:
    """Raises at the line of ours that is the *at*-th to be reached."""

    def __init__(self, at: int) -> None:
        self.left = at
        self.rang = False
        self.unguarded = 0

    def trace(self, frame: FrameType, event: str, _arg: object) -> Any:
        code = frame.f_code
        if code.co_name not in OURS.get(Path(code.co_filename).name, ()):
            return None
        if event == "call" and code.co_name == "end":
            self.unguarded = UNGUARDED
        if event == "line" and self.unguarded:
            self.unguarded -= 1
        elif event == "line":
            self.left -= 1
            if self.left == 0:
                self.rang = True
                raise TimeIsUp
        return self.trace


def interrupted(world: World, at: int) -> bool:
    """Whether there was such a line."""
    alarm, before = Alarm(at), sys.gettrace()
    call = recorded(lambda _event, _context: None, world.agent)
    sys.settrace(alarm.trace)
    try:
        call({}, lambda_context(""))
    except TimeIsUp:
        pass
    finally:
        sys.settrace(before)
    return alarm.rang


@pytest.mark.parametrize("rate", [1e-9, 1.0])
def test_wherever_it_raises_later_invocations_are_counted(
    world: World, monkeypatch: pytest.MonkeyPatch, rate: float
) -> None:
    sampler = world.agent.overhead.sampler
    sampler.rate = rate
    sampler.refresh()
    world.invoke()
    at = 1
    while interrupted(world, at):
        assert not world.agent._running, at
        assert not module._inside.get(), at
        before = world.agent.totals()
        world.invoke()
        after = world.agent.totals()
        assert after.invocations == before.invocations + 1, at
        assert after.windows == before.windows + (rate == 1), at
        at += 1
    assert at > 20
    assert world.agent.errors == 0


class Interrupted:
    """A context variable: when it has just been set, before anybody can note by what, it rings."""

    def __init__(self, variable: ContextVar[bool]) -> None:
        self.get, self.reset = variable.get, variable.reset
        self._set = variable.set

    def set(self, value: bool) -> object:
        token = self._set(value)
        if value:
            raise TimeIsUp
        return token


def test_between_the_beginning_and_the_note_of_it_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interpreter looks for signals whenever a function in C has returned."""
    inside = module._inside
    monkeypatch.setattr(module, "_inside", Interrupted(inside))
    with pytest.raises(TimeIsUp):
        world.invoke()
    monkeypatch.setattr(module, "_inside", inside)
    world.invoke()
    assert (world.agent.totals().invocations, world.agent.totals().windows) == (2, 1)
