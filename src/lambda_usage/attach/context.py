"""``CoverageContext``: recording of a block."""

from __future__ import annotations

import sys
from contextvars import ContextVar

from lambda_usage.attach.starting import expect_agent, start_agent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from lambda_usage.invocation import Invocation, Passing


class _Block:
    """A block that has been entered; within a recorded invocation it is none of its own."""

    __slots__ = ("invocation",)

    def __init__(self, invocation: Invocation | Passing | None) -> None:
        self.invocation = invocation


_open: ContextVar[tuple[_Block, ...]] = ContextVar("lambda_usage_open", default=())
"""The blocks that this thread or task is in, innermost last."""


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
        self._blocks: list[_Block] = []
        """Those of this object: several where it is shared by tasks, or nested."""

    def __enter__(self) -> CoverageContext:
        self._enter(sys._getframe(1))
        return self

    def _enter(self, frame: FrameType) -> None:
        if self._agent is not None:
            block = _Block(self._agent.gate.enter(None) or self._agent.begin(None, frame))
            self._blocks.append(block)
            _open.set((*_open.get(), block))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._agent is not None and self._blocks:
            block = next((each for each in _open.get()[::-1] if each in self._blocks), None)
            block = block or self._blocks[-1]  # it ends in another context than it began in
            self._blocks.remove(block)
            _open.set(tuple(each for each in _open.get() if each is not block))
            if not self._agent.gate.leave(block.invocation):
                self._agent.end(block.invocation, error=kind is not None)

    async def __aenter__(self) -> CoverageContext:
        self._enter(sys._getframe(1))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, traceback)


expect_agent()  # whoever imports this will enter a block, and that may be in an invocation
