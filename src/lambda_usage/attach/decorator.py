"""``@coverage_handler``: recording by a decorator."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, ParamSpec, TypeVar, overload

from lambda_usage.attach.bootstrap import recorded, recorded_coroutine
from lambda_usage.attach.starting import start_agent

P = ParamSpec("P")
R = TypeVar("R")

_MARK = "__lambda_usage__"


@overload
def coverage_handler(function: Callable[P, R]) -> Callable[P, R]: ...


@overload
def coverage_handler(function: None = None) -> Callable[[Callable[P, R]], Callable[P, R]]: ...


def coverage_handler(function: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """Record the calls of a handler, sync or async. With or without parentheses.

    Nothing changes where recording is off, where the handler is decorated already, or within an
    invocation that is being recorded (under the layer's exec wrapper, say).
    """
    if function is None:
        return coverage_handler
    own = getattr(function, "__module__", "")
    agent = start_agent("decorator", before_handler=False, own=own)
    if agent is None or getattr(function, _MARK, False):
        return function
    is_async = iscoroutinefunction(function) or iscoroutinefunction(type(function).__call__)
    call = recorded_coroutine if is_async else recorded
    wrapped = wraps(function)(call(function, agent))
    setattr(wrapped, _MARK, True)
    return wrapped
