"""The context manager: a block behaves as it does without it."""

from __future__ import annotations

import asyncio

import pytest

from lambda_usage.attach import context as module
from lambda_usage.attach.context import CoverageContext
from tests.unit.fakes import shut_gate


class Notes:
    """Stands for the agent, and notes what it is told."""

    def __init__(self) -> None:
        self.gate = shut_gate()
        self.events: list[object] = []

    def begin(self, context: object, frame: object) -> str:
        assert context is None
        assert frame is not None
        self.events.append("begin")
        return "invocation"

    def end(self, invocation: object, *, error: bool) -> None:
        self.events.append((invocation, error))


ENDED, FAILED = ["begin", ("invocation", False)], ["begin", ("invocation", True)]


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> Notes:
    found = Notes()
    monkeypatch.setattr(module, "start_agent", lambda *_, **__: found)
    return found


def test_a_block_is_an_invocation(notes: Notes) -> None:
    with CoverageContext():
        assert notes.events == ["begin"]
    assert notes.events == ENDED


def test_an_error_passes_unchanged(notes: Notes) -> None:
    error = ValueError("message")
    with pytest.raises(ValueError, match="message") as caught, CoverageContext():
        raise error
    assert caught.value is error
    assert (error.__cause__, error.__context__) == (None, None)
    assert notes.events == FAILED


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_an_exit_passes_unchanged(kind: type[BaseException], notes: Notes) -> None:
    with pytest.raises(kind), CoverageContext():
        raise kind
    assert notes.events == FAILED


def test_a_block_can_be_left_early(notes: Notes) -> None:
    def user() -> int:
        for _ in range(3):
            with CoverageContext():
                return 1
        return 0

    assert user() == 1
    assert notes.events == ENDED


def test_one_object_serves_several_blocks(notes: Notes) -> None:
    context = CoverageContext()
    for _ in range(2):
        with context:
            pass
    assert notes.events == ENDED * 2


def test_an_asynchronous_block_is_an_invocation(notes: Notes) -> None:
    async def user() -> str:
        async with CoverageContext():
            await asyncio.sleep(0)
            return "result"

    assert asyncio.run(user()) == "result"
    assert notes.events == ENDED


def test_an_error_of_an_asynchronous_block_passes_unchanged(notes: Notes) -> None:
    async def user() -> None:
        async with CoverageContext():
            raise ValueError("message")

    with pytest.raises(ValueError, match="message"):
        asyncio.run(user())
    assert notes.events == FAILED


def test_where_recording_is_off_the_block_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "start_agent", lambda *_, **__: None)

    async def user() -> int:
        async with CoverageContext():
            return 2

    with CoverageContext() as block:
        assert isinstance(block, CoverageContext)
    assert asyncio.run(user()) == 2
    with pytest.raises(ValueError, match="message"), CoverageContext():
        raise ValueError("message")
