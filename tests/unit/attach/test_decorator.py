"""The decorator: what it wraps stays what it was."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from lambda_usage.attach import decorator as module
from lambda_usage.attach.decorator import coverage_handler
from tests.unit.fakes import shut_gate


class Notes:
    """Stands for the agent, and notes what it is told."""

    def __init__(self) -> None:
        self.gate = shut_gate()
        self.began: list[object] = []
        self.ended: list[tuple[object, bool]] = []

    def begin(self, context: object) -> int:
        self.began.append(context)
        return len(self.began)

    def end(self, invocation: object, *, error: bool) -> None:
        self.ended.append((invocation, error))


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> Notes:
    found = Notes()
    monkeypatch.setattr(module, "start_agent", lambda *_, **__: found)
    return found


def make_handler() -> Callable[[Any, Any], Any]:
    def handler(event: int, context: object) -> int:
        """Doubles."""
        return event * 2

    return handler


@pytest.mark.parametrize("decorate", [coverage_handler, lambda f: coverage_handler()(f)])
def test_with_and_without_parentheses(decorate: Callable[..., Any], notes: Notes) -> None:
    original = make_handler()
    wrapped = decorate(original)
    assert wrapped(21, "context") == 42
    assert notes.began == ["context"]
    assert notes.ended == [(1, False)]
    assert wrapped.__name__ == "handler"
    assert wrapped.__qualname__ == original.__qualname__
    assert wrapped.__doc__ == "Doubles."
    assert wrapped.__wrapped__ is original
    assert inspect.signature(wrapped) == inspect.signature(original)


def test_twice_is_once(notes: Notes) -> None:
    once = coverage_handler(make_handler())
    assert coverage_handler(once) is once
    assert coverage_handler()(once) is once
    assert once(1, None) == 2
    assert len(notes.began) == 1


def test_under_another_decorator_it_is_still_once(notes: Notes) -> None:
    inner = coverage_handler(make_handler())

    @functools.wraps(inner)
    def outer(event: int, context: object) -> int:
        return int(inner(event, context)) + 1

    assert coverage_handler(outer)(1, None) == 3
    assert len(notes.began) == 1


def test_where_recording_is_off_the_handler_is_returned_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "start_agent", lambda *_, **__: None)
    original = make_handler()
    assert coverage_handler(original) is original
    assert coverage_handler()(original) is original


def test_an_error_passes_unchanged(notes: Notes) -> None:
    error = ValueError("message")

    @coverage_handler
    def handler(event: object, context: object) -> None:
        raise error

    with pytest.raises(ValueError, match="message") as caught:
        handler({}, None)
    assert caught.value is error
    assert (error.__cause__, error.__context__) == (None, None)
    assert notes.ended == [(1, True)]


def test_a_coroutine_function_stays_one(notes: Notes) -> None:
    @coverage_handler()
    async def handler(event: int, context: object) -> int:
        assert len(notes.began) == 1
        await asyncio.sleep(0)
        assert notes.ended == []
        return event * 2

    assert inspect.iscoroutinefunction(handler)
    assert handler.__name__ == "handler"
    coroutine = handler(2, "context")
    assert notes.began == []  # nothing runs before it is awaited
    assert asyncio.run(coroutine) == 4
    assert (notes.began, notes.ended) == (["context"], [(1, False)])


def test_an_error_of_a_coroutine_passes_unchanged(notes: Notes) -> None:
    @coverage_handler
    async def handler(event: object, context: object) -> None:
        raise ValueError("message")

    with pytest.raises(ValueError, match="message"):
        asyncio.run(handler({}, None))
    assert notes.ended == [(1, True)]


def test_a_cancelled_coroutine_is_over(notes: Notes) -> None:
    @coverage_handler
    async def handler(event: object, context: object) -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        task = asyncio.create_task(handler({}, None))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert notes.ended == [(1, True)]


def test_a_callable_object_can_be_decorated(notes: Notes) -> None:
    class Handler:
        def __init__(self) -> None:
            self.calls = 0

        def __call__(self, event: int, context: object) -> int:
            self.calls += 1
            return event + self.calls

    handler = Handler()
    wrapped = coverage_handler(handler)
    assert (wrapped(1, None), wrapped(1, None)) == (2, 3)
    assert wrapped.__wrapped__ is handler  # type: ignore[attr-defined]
    assert coverage_handler(wrapped) is wrapped
    assert len(notes.ended) == 2


def test_a_partial_can_be_decorated(notes: Notes) -> None:
    wrapped = coverage_handler(functools.partial(make_handler(), 5))
    assert wrapped(None) == 10
    assert len(notes.ended) == 1


@pytest.mark.parametrize(
    ("args", "kwargs", "context"),
    [
        (({}, "lambda"), {}, "lambda"),
        (({},), {"context": "lambda"}, "lambda"),
        ((), {"event": {}, "context": "lambda"}, "lambda"),
    ],
)
def test_the_context_is_found_however_it_is_passed(
    args: tuple[object, ...], kwargs: dict[str, object], context: str, notes: Notes
) -> None:
    @coverage_handler
    def handler(event: object, context: object) -> None:
        pass

    handler(*args, **kwargs)  # type: ignore[arg-type]
    assert notes.began == [context]


def test_any_other_function_can_be_decorated(notes: Notes) -> None:
    @coverage_handler
    def job() -> str:
        return "done"

    assert job() == "done"
    assert notes.began == [None]
