"""The recorder for Python 3.12 and later, on ``sys.monitoring`` (PEP 669).

Armed for the life of the process: each line calls back once, then costs nothing, so every
invocation is seen for existence. Opening a window re-arms the code objects that have been seen;
all others are armed still. Nothing is ever disarmed, so no line is lost between windows.

A callback may be interrupted by another thread between noting its hit and telling the interpreter
to fall silent (DISABLE). If a window opens just then, the line would be silent in a window that
never noted it. So each callback looks at the epoch again, as its very last act (no call follows,
hence no thread switch), and notes the hit anew if the epoch has moved.
"""

from __future__ import annotations

import sys
import threading
import time
from types import CodeType, FrameType

from lambda_usage.recording.branches import BranchLines
from lambda_usage.recording.codes import (
    LINE_BITS,
    CodeEntry,
    CodeRegistry,
    is_generator_like,
    starts_on_first_line,
)
from lambda_usage.recording.discovery import Discovery
from lambda_usage.recording.window import RecorderUnavailable, WindowHits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from lambda_usage.recording.discovery import Relative

_TOOL_IDS = (4, 3)  # 0 to 2 and 5 are meant for debuggers, coverage tools, profilers, optimizers
_OFFSET_BITS = 24
_CALIBRATION_LINES = 50
_CALIBRATION_ROUNDS = 5


class MonitoringRecorder:
    """See the module's docstring, and ``Recorder`` for the methods."""

    name = "monitoring"

    def __init__(
        self,
        *,
        branches: bool = True,
        relative: Relative | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.registry = CodeRegistry()
        self._can_branch = sys.version_info >= (3, 14)
        self.branches = branches and self._can_branch
        self._relative = relative
        self._discovery: Discovery | None = None
        self._clock = clock
        self._lock = self.registry.lock
        self._hits: list[int] = []
        self._other_hits: list[int] = []
        self._branch_hits: list[int] = []
        self._epoch = [0]
        self._owner = [0]
        self._dirty: set[int] = set()
        """Code objects with lines that have fallen silent since they were last armed."""
        self._window: tuple[int, int] | None = None
        self._init = True
        self._tool = -1
        self._events: Any = None
        self._cost: float | None = None
        self._calibration: CodeType | None = None
        """Kept alive: its id is in hits that are yet to be absorbed."""

    def start(self, *, record_init: bool) -> None:
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        for tool in _TOOL_IDS:
            try:
                monitoring.use_tool_id(tool, "lambda-usage")
            except ValueError:
                continue
            self._tool = tool
            break
        else:
            raise RecorderUnavailable(
                "other tools hold all sys.monitoring tool ids that are free for use "
                f"({', '.join(map(str, _TOOL_IDS))})",
                "no free sys.monitoring tool id",
            )
        self._monitoring = monitoring
        self._events = monitoring.events
        self._init = record_init
        self._register()

    def _register(self) -> None:
        register, events = self._monitoring.register_callback, self._events
        on_line, on_start, on_resume, on_branch = self._callbacks()
        register(self._tool, events.LINE, on_line)
        register(self._tool, events.PY_START, on_start)
        register(self._tool, events.PY_RESUME, on_resume)
        if self._can_branch:
            register(self._tool, events.BRANCH_LEFT, on_branch)
            register(self._tool, events.BRANCH_RIGHT, on_branch)

    def _callbacks(self) -> tuple[Callable[..., object], ...]:
        """The callbacks, as closures: they run once for each line, so each lookup counts."""
        epoch, owner, get_ident = self._epoch, self._owner, threading.get_ident
        note, note_other, note_branch = (
            self._hits.append,
            self._other_hits.append,
            self._branch_hits.append,
        )
        disable = self._monitoring.DISABLE

        def on_line(code: CodeType, line: int) -> object:
            hit = id(code) << LINE_BITS | line
            while True:
                now = epoch[0]
                (note if get_ident() == owner[0] else note_other)(hit)
                if now == epoch[0]:
                    return disable

        def on_start(code: CodeType, _offset: int) -> object:
            return on_line(code, code.co_firstlineno)

        def on_resume(code: CodeType, offset: int) -> object:
            return on_line(code, _line_at(code, offset))

        def on_branch(code: CodeType, offset: int, destination: int) -> object:
            note_branch((id(code) << _OFFSET_BITS | offset) << _OFFSET_BITS | destination)
            return disable

        return on_line, on_start, on_resume, on_branch

    def add(self, code: CodeType, path: str) -> None:
        with self._lock:
            for entry in self.registry.add(code, path):
                entry.mask = self._mask(entry.code)
                self._monitoring.set_local_events(self._tool, entry.code, entry.mask)

    def _mask(self, code: CodeType) -> int:
        events = self._events
        mask: int = events.LINE
        if starts_on_first_line(code):
            mask |= events.PY_START
        if is_generator_like(code):
            mask |= events.PY_RESUME
        if self._can_branch:
            mask |= events.BRANCH_LEFT | events.BRANCH_RIGHT
        return mask

    def end_init(self) -> None:
        with self._lock:
            start = self._advance()
            self._absorb(*start)
            self._absorb_branches()
            self._init = False
            self._rearm()
        if self._relative is not None:
            self._discovery = Discovery(
                self._monitoring, self.registry.entries, self._relative, self._found
            )
            self._discovery.start(_TOOL_IDS)

    def _found(self, code: CodeType, path: str) -> None:
        """Take in code that no loader told of, in the moment in which it starts."""
        if self.registry.closed:
            return
        loaded = path in self.registry.by_file
        self.add(code, path)
        if not loaded and code.co_qualname != "<module>":
            self.registry.found_alive(code)

    def open_window(self, frame: FrameType | None = None) -> None:
        with self._lock:
            self._owner[0] = threading.get_ident()
            self._window = self._advance()
            self._absorb(*self._window)
            self._window = (0, 0)  # what came before has just been taken out of the lists
            self._rearm()

    def close_window(self) -> WindowHits:
        with self._lock:
            own, others = self._advance()
            hits = WindowHits(
                frozenset(self._hits[:own]),
                frozenset(self._other_hits[:others]),
                callbacks=own + others,
                callback_s=self._cost or 0.0,
            )
            self._window = None
            self._absorb(own, others)
            return hits

    def drain(self) -> None:
        with self._lock:
            if self._window is None:
                self._absorb(len(self._hits), len(self._other_hits))
            else:  # the window still needs its hits
                self._note_existence(self._hits + self._other_hits)
            self._absorb_branches()

    def callback_cost(self) -> float:
        """Measured once, on a function of ours: armed it calls back, the next time it does not.

        Its first run is no part of it: the interpreter has yet to get ready for that code.
        """
        if self._cost is None and self._window is not None:
            return 0.0  # calibrating would add callbacks to the window
        if self._cost is None:
            calibrate = _calibration()
            self._calibration = code = calibrate.__code__
            set_events, tool = self._monitoring.set_local_events, self._tool
            times = []
            with self._lock:
                calibrate()
                for _ in range(_CALIBRATION_ROUNDS):
                    set_events(tool, code, self._events.LINE)
                    times.append(_seconds(calibrate) - _seconds(calibrate))
                    set_events(tool, code, 0)
            self._cost = max(sorted(times)[len(times) // 2], 0.0) / _CALIBRATION_LINES
        return self._cost

    def stop(self) -> None:
        if self._discovery is not None:
            self._discovery.stop()
        with self._lock:
            for entry in self.registry.entries.values():
                self._monitoring.set_local_events(self._tool, entry.code, 0)
            for event in ("LINE", "PY_START", "PY_RESUME", "BRANCH_LEFT", "BRANCH_RIGHT"):
                if hasattr(self._events, event):
                    code = getattr(self._events, event)
                    self._monitoring.register_callback(self._tool, code, None)
            self._monitoring.free_tool_id(self._tool)

    def _advance(self) -> tuple[int, int]:
        """Draw a line under the hits so far; callbacks under way will note theirs anew."""
        marks = len(self._hits), len(self._other_hits)
        self._epoch[0] += 1
        return marks

    def _absorb(self, own: int, others: int) -> None:
        """Take the first hits out of the lists, which the callbacks go on appending to."""
        taken = self._hits[:own] + self._other_hits[:others]
        del self._hits[:own]
        del self._other_hits[:others]
        self._note_existence(taken)

    def _note_existence(self, hits: list[int]) -> None:
        if not hits:
            return
        now = self._clock()
        entries = self.registry.entries
        for key, lines in self.registry.group(hits).items():
            if key in entries:  # it is not for our own calibration
                entries[key].saw(lines, now, init=self._init)
                self._dirty.add(key)

    def _rearm(self) -> None:
        """Wake the lines that have fallen silent; module bodies never run again."""
        set_events, tool = self._monitoring.set_local_events, self._tool
        keep = self._events.BRANCH_LEFT | self._events.BRANCH_RIGHT if self._can_branch else 0
        for key in self._dirty:
            entry = self.registry.entries[key]
            if entry.code.co_qualname != "<module>":
                # branches stay silent: existence is all that is asked of them
                set_events(tool, entry.code, entry.mask & keep)
                set_events(tool, entry.code, entry.mask)
        self._dirty.clear()

    def _absorb_branches(self) -> None:
        taken = self._branch_hits[:]
        del self._branch_hits[: len(taken)]
        lines: dict[int, BranchLines] = {}
        for hit in taken:
            destination = hit & ((1 << _OFFSET_BITS) - 1)
            hit >>= _OFFSET_BITS
            key = hit >> _OFFSET_BITS
            entry = self.registry.entries[key]
            if key not in lines:
                lines[key] = BranchLines(entry.code)
            self._note_branch(entry, lines[key], hit & ((1 << _OFFSET_BITS) - 1), destination)

    def _note_branch(
        self, entry: CodeEntry, lines: BranchLines, offset: int, destination: int
    ) -> None:
        target = lines.line(destination)
        if target:
            # 3.14 fires no LINE event where a loop that has run out goes on to a short last line
            entry.saw([target], self._clock(), init=self._init)
        arc = lines.arc(offset, destination) if self.branches else None
        if arc:
            entry.arcs.add(arc)


def _calibration() -> Callable[[], None]:
    lines = "\n".join(" x = 0" for _ in range(_CALIBRATION_LINES))
    names: dict[str, Callable[[], None]] = {}
    exec(compile(f"def calibrate():\n{lines}\n", "<lambda-usage>", "exec"), names)
    return names["calibrate"]


def _seconds(call: Callable[[], None]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _line_at(code: CodeType, offset: int) -> int:
    """The line of the instruction at *offset*, in bytes; 0 where it has none."""
    for start, end, line in code.co_lines():
        if start <= offset < end:
            return line or 0
    return 0
