"""The recorder for Python 3.12 and later, on ``sys.monitoring`` (PEP 669).

Armed for the life of the process: each line calls back once, then costs nothing, so every
invocation is seen for existence. Opening a window re-arms the code objects that have been seen;
all others are armed still. Code is disarmed between windows only where all its lines are known to
have run, so no line is lost: what stays armed costs a little, since the interpreter looks at each
place again to which it came from the same line.
"""

from __future__ import annotations

import sys
import time
from types import CodeType, FrameType

from lambda_usage.recording.branches import BranchLines
from lambda_usage.recording.codes import (
    LINE_BITS,
    CodeEntry,
    CodeRegistry,
    body_lines,
    is_generator_like,
    starts_on_first_line,
)
from lambda_usage.recording.discovery import Discovery
from lambda_usage.recording.hits import make_hits
from lambda_usage.recording.window import RecorderUnavailable, WindowHits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable
    from typing import Any

    from lambda_usage.recording.discovery import Relative
    from lambda_usage.recording.hits import HitLog

_TOOL_IDS = (4, 3)  # 0 to 2 and 5 are meant for debuggers, coverage tools, profilers, optimizers
_OFFSET_BITS = 24
_CALIBRATION_LINES = 50
_CALIBRATION_ROUNDS = 5
_KNOWN_HITS = 50_000
"""So many hits of known paths are kept, some 50 bytes each."""
_NOTHING: frozenset[int] = frozenset()


class _KnownPath:
    """A path that was seen before: all its lines are known to exist."""

    __slots__ = ("hits", "last")

    def __init__(self, hits: frozenset[int], last: float) -> None:
        self.hits = hits
        self.last = last
        """When it was last taken, in seconds since the epoch; 0 once that is noted."""


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
        self.make_hits: Callable[..., HitLog] = make_hits
        self._hits: HitLog
        self._branch_hits: list[int] = []
        self._known: dict[Hashable, _KnownPath] = {}
        self._known_hits = 0
        self._numbers: dict[int, int] = {}
        """Each hit once, for all paths that hold it."""
        self._window = False
        self._init = True
        self._tool = -1
        self._branch_events = 0
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
        self._events = events = monitoring.events
        if self._can_branch:
            self._branch_events = events.BRANCH_LEFT | events.BRANCH_RIGHT
        self._init = record_init
        self._hits = self.make_hits(
            monitoring.set_local_events, self._tool, monitoring.DISABLE, _line_at
        )
        self._register()

    def _register(self) -> None:
        register, events = self._monitoring.register_callback, self._events
        register(self._tool, events.LINE, self._hits.line)
        register(self._tool, events.PY_START, self._hits.start)
        register(self._tool, events.PY_RESUME, self._hits.resume)
        note_branch, disable = self._branch_hits.append, self._monitoring.DISABLE

        def on_branch(code: CodeType, offset: int, destination: int) -> object:
            note_branch((id(code) << _OFFSET_BITS | offset) << _OFFSET_BITS | destination)
            return disable

        if self._can_branch:
            register(self._tool, events.BRANCH_LEFT, on_branch)
            register(self._tool, events.BRANCH_RIGHT, on_branch)

    def add(self, code: CodeType, path: str) -> None:
        with self.registry.lock:
            for entry in self.registry.add(code, path):
                code = entry.code
                entry.mask = mask = self._mask(code)
                if code.co_qualname != "<module>":  # a module's body never runs again
                    # branches stay silent: existence is all that is asked of them
                    self._hits.add(code, mask, mask & self._branch_events, code.co_firstlineno)
                self._monitoring.set_local_events(self._tool, code, mask)

    def _mask(self, code: CodeType) -> int:
        events = self._events
        mask: int = events.LINE
        if starts_on_first_line(code):
            mask |= events.PY_START
        if is_generator_like(code):
            mask |= events.PY_RESUME
        return mask | self._branch_events

    def end_init(self) -> bool:
        with self.registry.lock:
            self._note_existence(self._hits.take())
            self._absorb_branches()
            self._init = False
            self._hits.wake()
        if self._relative is not None:
            self._discovery = Discovery(
                self._monitoring, self.registry.entries, self._relative, self._found
            )
            self._discovery.start(_TOOL_IDS)
        return True

    def _found(self, code: CodeType, path: str) -> None:
        """Take in code that no loader told of, in the moment in which it starts."""
        if self.registry.closed:
            return
        loaded = path in self.registry.by_file
        self.add(code, path)
        if not loaded and code.co_qualname != "<module>":
            self.registry.found_alive(code)

    def open_window(self, frame: FrameType | None = None) -> None:
        with self.registry.lock:
            loose = self._hits.take()
            if loose:
                self._note_existence(loose)
            self._hits.open()
            self._window = True

    def close_window(self) -> WindowHits:
        with self.registry.lock:
            name, callbacks, elsewhere = self._hits.close()
            self._window = False
            path = self._known.pop(name, None) or self._new_path()
            self._known[name] = path  # the latest is the last
            path.last = self._clock()
            others = frozenset(self._hits.window(False)) if elsewhere else _NOTHING
            if others:
                self._note_existence(others)
        return WindowHits(path.hits, others, callbacks, callback_s=self._cost or 0.0)

    def _new_path(self) -> _KnownPath:
        own = self._numbers.setdefault
        hits = frozenset([own(hit, hit) for hit in self._hits.window(True)])
        self._note_existence(hits)
        self._known_hits += len(hits)
        while self._known and self._known_hits > _KNOWN_HITS:
            oldest = self._known.pop(next(iter(self._known)))
            self._note_last(oldest)
            self._known_hits -= len(oldest.hits)
        return _KnownPath(hits, 0.0)

    def drain(self) -> None:
        with self.registry.lock:
            self._note_existence(self._hits.take())
            if self._window:  # it still needs its hits
                self._note_existence(self._hits.window(True))
                self._note_existence(self._hits.window(False))
            else:
                self._hits.settle()
            for path in self._known.values():
                self._note_last(path)
            self._absorb_branches()

    def _note_last(self, path: _KnownPath) -> None:
        """Note when code of a known path last ran in a window, which windows leave for later."""
        entries = self.registry.entries
        if path.last:
            for key in {hit >> LINE_BITS for hit in path.hits}:
                if key in entries:
                    entries[key].last_seen = max(entries[key].last_seen, path.last)
            path.last = 0.0

    def callback_cost(self) -> float:
        """Measured once, on a function of ours: armed it calls back, the next time it does not.

        Its first run is no part of it: the interpreter has yet to get ready for that code.
        """
        if self._cost is None and self._window:
            return 0.0  # calibrating would add callbacks to the window
        if self._cost is None:
            calibrate = _calibration()
            self._calibration = code = calibrate.__code__
            set_events, tool = self._monitoring.set_local_events, self._tool
            times = []
            with self.registry.lock:
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
        with self.registry.lock:
            for entry in self.registry.entries.values():
                self._monitoring.set_local_events(self._tool, entry.code, 0)
            for event in ("LINE", "PY_START", "PY_RESUME", "BRANCH_LEFT", "BRANCH_RIGHT"):
                if hasattr(self._events, event):
                    code = getattr(self._events, event)
                    self._monitoring.register_callback(self._tool, code, None)
            self._monitoring.free_tool_id(self._tool)

    def _note_existence(self, hits: Iterable[int]) -> None:
        now = self._clock()
        entries = self.registry.entries
        for key, lines in self.registry.group(hits).items():
            if key in entries:  # it is not for our own calibration
                entry = entries[key]
                new = self.registry.saw(entry, lines, now, init=self._init)
                if new and not self._init and entry.invoke_lines >= body_lines(entry.code):
                    self._hits.complete(entry.code)

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
            self.registry.saw(entry, {target}, self._clock(), init=self._init)
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
