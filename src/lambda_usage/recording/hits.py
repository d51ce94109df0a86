"""Which lines ran, as the callbacks of ``sys.monitoring`` tell it: in Python, or in C.

:class:`Hits` does in Python what ``_hits.c`` does some ten times as fast. The Lambda layer brings
the latter for its architecture (``layer/native.py``); without it, windows cost more, and the budget
allows fewer of them. A hit is an integer, ``id(code) << LINE_BITS | line``.

A callback in Python may be interrupted by another thread between noting its hit and telling the
interpreter to fall silent (DISABLE). If a window opens just then, the line would be silent in a
window that never noted it. So each callback looks at the epoch again, as its very last act (no call
follows, hence no thread switch), and notes the hit anew if the epoch has moved.
"""

from __future__ import annotations

import threading

from lambda_usage.recording.codes import LINE_BITS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from types import CodeType
    from typing import Any, Protocol

    class HitLog(Protocol):
        """What takes hits down, and arms the code objects that they came from."""

        @property
        def line(self) -> Callable[[CodeType, int], object]:
            """A callback: a line of some code runs. Answers DISABLE, as the others do."""

        def start(self, code: CodeType, offset: int, /) -> object:
            """Another: *code* starts, and with it its first line."""

        def resume(self, code: CodeType, offset: int, /) -> object:
            """Another: *code* goes on at *offset*, in bytes, on the line that ``line_at`` says."""

        def add(self, code: CodeType, events: int, quiet: int, first: int, /) -> None:
            """Wake *code* too, when lines are woken; to be called before it is armed.

            Args:
                code: Kept alive.
                events: What it is armed with.
                quiet: Which of them stay as they are while lines are woken.
                first: The line on which it starts.
            """

        def complete(self, code: CodeType, /) -> None:
            """All lines of *code* are known: it may be disarmed until lines are woken."""

        def wake(self) -> None:
            """Arm what has fallen silent since it was last armed."""

        def settle(self) -> None:
            """Disarm what has fallen silent and is complete, until lines are woken."""

        def open(self) -> None:
            """Begin a window of this thread: what has fallen silent is woken."""

        def close(self) -> tuple[Hashable, int, int]:
            """End the window, and settle.

            Returns:
                A name for the set of lines that this thread ran, equal for equal sets; how often
                the callback was called; how many lines other threads ran.
            """

        def window(self, own: bool, /) -> list[int]:
            """The hits of the window, open or last: those of its thread, or of the others."""

        def take(self) -> list[int]:
            """Take out the hits outside of windows."""


def make_hits(
    set_events: Callable[..., Any],
    tool: int,
    disable: object,
    line_at: Callable[[CodeType, int], int],
) -> HitLog:
    """The fastest that this process can load.

    Args:
        set_events: ``sys.monitoring.set_local_events``.
        tool: The tool's id.
        disable: ``sys.monitoring.DISABLE``.
        line_at: The line of the instruction of a code object at an offset in bytes.
    """
    try:
        from lambda_usage.recording import _hits
    except ImportError:  # not built, or for another kind of machine
        return Hits(set_events, tool, disable, line_at)
    return _hits.Hits(set_events, tool, disable, line_at)


class Hits:
    """See the module's docstring, and ``HitLog`` for the methods."""

    def __init__(
        self,
        set_events: Callable[..., Any],
        tool: int,
        disable: object,
        line_at: Callable[[CodeType, int], int],
    ) -> None:
        self._set_events = set_events
        self._tool = tool
        self._codes: dict[int, tuple[CodeType, int, int]] = {}
        self._silent: set[int] = set()
        """Code objects with lines that have fallen silent since they were last armed."""
        self._complete: set[int] = set()
        self._off: set[int] = set()
        """Those of them that are not armed since the last window."""
        self._own: list[int] = []
        self._others: list[int] = []
        self._loose: list[int] = []
        self._last: tuple[list[int], list[int]] = [], []
        self._epoch = [0]
        self._owner = [0]
        self._open = False
        self._line_at = line_at
        self.line = self._callback(disable)

    def _callback(self, disable: object) -> Callable[[CodeType, int], object]:
        """As a closure: it runs once for each line, so each look-up counts."""
        epoch, owner, get_ident = self._epoch, self._owner, threading.get_ident
        note, note_other = self._own.append, self._others.append

        def line(code: CodeType, line: int) -> object:
            hit = id(code) << LINE_BITS | line
            while True:
                now = epoch[0]
                (note if get_ident() == owner[0] else note_other)(hit)
                if now == epoch[0]:
                    return disable

        return line

    def start(self, code: CodeType, _offset: int, /) -> object:
        return self.line(code, code.co_firstlineno)

    def resume(self, code: CodeType, offset: int, /) -> object:
        return self.line(code, self._line_at(code, offset))

    def add(self, code: CodeType, events: int, quiet: int, _first: int, /) -> None:
        self._codes[id(code)] = code, events, quiet

    def complete(self, code: CodeType, /) -> None:
        if id(code) in self._codes:
            self._complete.add(id(code))

    def wake(self) -> None:
        for key in list(self._silent):  # what could not be woken stays, for the next time
            if key in self._codes:
                code, events, quiet = self._codes[key]
                if key not in self._off:
                    self._set_events(self._tool, code, quiet)
                    self._off.add(key)
                self._set_events(self._tool, code, events)
                self._off.discard(key)
            self._silent.discard(key)

    def open(self) -> None:
        self._owner[0] = threading.get_ident()
        own, others = self._cut()
        self._loose += own + others
        self._open = True
        self.wake()

    def close(self) -> tuple[Hashable, int, int]:
        self._open = False
        own, others = self._last = self._cut()
        self.settle()
        return frozenset(own), len(own) + len(others), len(set(others) - set(own))

    def settle(self) -> None:
        for key in (self._silent & self._complete) - self._off:
            code, _, quiet = self._codes[key]
            self._set_events(self._tool, code, quiet)
            self._off.add(key)

    def window(self, own: bool, /) -> list[int]:
        ran, elsewhere = (self._own, self._others) if self._open else self._last
        return list(set(ran[:]) if own else set(elsewhere[:]) - set(ran[:]))

    def take(self) -> list[int]:
        if not self._open:
            own, others = self._cut()
            self._loose += own + others
        taken, self._loose = self._loose, []
        return taken

    def _cut(self) -> tuple[list[int], list[int]]:
        """Take out the hits so far; callbacks under way will note theirs anew."""
        marks = len(self._own), len(self._others)
        self._epoch[0] += 1
        taken = self._own[: marks[0]], self._others[: marks[1]]
        del self._own[: marks[0]]
        del self._others[: marks[1]]
        for hits in taken:
            self._silent.update([hit >> LINE_BITS for hit in hits])
        return taken
