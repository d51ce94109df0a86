"""``CoverageContext``: recording of a block."""

from __future__ import annotations

import sys
from contextvars import ContextVar
from types import TracebackType

from lambda_usage.agent import Invocation, start_agent

_open: ContextVar[tuple[Invocation | None, ...]] = ContextVar("lambda_usage_open", default=())
"""The blocks that this thread or task is in, innermost last; one object may open several."""


class CoverageContext:
    """Record a block: ``with CoverageContext():`` or ``async with CoverageContext():``.

    Each block entered counts as one invocation, and windows are confined to it. Whether every
    invocation enters the block is not known (it may stand under an ``if``), so reports give its
    evidence but estimate no shares from it. Within an invocation that is being recorded already,
    it changes nothing.
    """

    def __init__(self) -> None:
        own = sys._getframe(1).f_globals.get("__name__", "")
        self._agent = start_agent("context", before_handler=False, own=own)

    def __enter__(self) -> CoverageContext:
        if self._agent is not None:
            _open.set((*_open.get(), self._agent.begin(None, sys._getframe(1))))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._agent is not None and _open.get():
            *outer, invocation = _open.get()
            _open.set(tuple(outer))
            self._agent.end(invocation, error=kind is not None)

    async def __aenter__(self) -> CoverageContext:
        if self._agent is not None:
            _open.set((*_open.get(), self._agent.begin(None, sys._getframe(1))))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, traceback)
