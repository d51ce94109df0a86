"""The recorder for Python 3.11, on coverage.py's C tracer.

It costs as much as the traced code is long, so windows are all there is: code that runs outside
of them is not seen. The init phase is a window of its own, if it is drawn. Threads that started
before a window are never seen in it (``sys.settrace`` reaches only the threads that it is called
in): a window with such a thread is blind, and proves nothing of code that it did not see. Nor is a
generator heard of that resumes and reaches no other line.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from itertools import repeat
from types import CodeType, FrameType

from lambda_usage.recording.arcs import ArcMap
from lambda_usage.recording.codes import LINE_BITS, CodeRegistry
from lambda_usage.recording.ctracer import TracerFactory, unpack_arc
from lambda_usage.recording.window import WindowHits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from lambda_usage.recording.ctracer import InScope
    from lambda_usage.recording.discovery import Relative

OWN_THREADS = "lambda-usage"
"""The name of the agent's own threads."""

_HARMLESS = frozenset(
    {"awslambdaric", "aws_xray_sdk", "datadog_lambda", "ddtrace", "opentelemetry"}
)
"""Packages whose threads run nothing but their own code."""

_FileArcs = dict[str, set[int]]


class CtraceRecorder:
    """See the module's docstring, and ``Recorder`` for the methods."""

    name = "ctrace"

    def __init__(
        self,
        *,
        branches: bool = True,
        relative: Relative | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.registry = CodeRegistry()
        self.branches = branches
        self._relative = relative
        self._clock = clock
        self._tracing = _Tracing(self._known)
        self._maps: dict[str, ArcMap] = {}
        self._files: dict[str, str] = {}
        """Paths as reports have them, by file name."""
        self._init = True
        self._record_init = False
        self._blind = False

    def start(self, *, record_init: bool) -> None:
        self._tracing.prepare()
        self._init = self._record_init = record_init
        if record_init:
            self._tracing.begin(None)

    def add(self, code: CodeType, path: str) -> None:
        with self.registry.lock:
            self._add(code, path)

    def _add(self, code: CodeType, path: str) -> None:
        self.registry.add(code, path)
        self._maps.pop(path, None)
        if code.co_filename not in self._files:
            self._files[code.co_filename] = path
            self._tracing.forget(code.co_filename)

    def _known(self, filename: str, code: CodeType) -> bool:
        """Whether to trace a file, of which *code* is the first that runs."""
        if filename not in self._files and self._relative is not None:
            path = self._relative(filename)
            if path is not None:  # no loader told of it
                self.add(code, path)
                if code.co_qualname != "<module>":
                    self.registry.found_alive(code)
        return filename in self._files

    def end_init(self) -> bool:
        displaced = self._record_init and self._absorb(self._tracing.end()).displaced
        self._init = self._record_init = False
        return not displaced

    def open_window(self, frame: FrameType | None = None) -> None:
        self._blind = any(map(_may_run_user_code, threading.enumerate()))
        self._tracing.begin(frame)

    def close_window(self) -> WindowHits:
        # a thread that outlives the window it began in goes on unseen
        blind = self._blind or any(map(_may_run_user_code, threading.enumerate()))
        hits = self._absorb(self._tracing.end())
        hits.blind = blind
        return hits

    def drain(self) -> None:
        """Nothing to do: entries are brought up to date at the end of each window."""

    def callback_cost(self) -> None:
        """The tracer slows every line of a window, so its durations mean nothing."""

    def stop(self) -> None:
        if self._tracing.active:
            self._tracing.end()

    def _absorb(self, data: tuple[_FileArcs, _FileArcs]) -> WindowHits:
        own, others = (self._note(each) for each in data)
        return WindowHits(own, others, displaced=self._tracing.displaced)

    def _note(self, data: _FileArcs) -> frozenset[int]:
        with self.registry.lock:
            return self._note_locked(data)

    def _note_locked(self, data: _FileArcs) -> frozenset[int]:
        hits: set[int] = set()
        now = self._clock()
        for filename, packed in list(data.items()):
            path = self._files.get(filename)
            if path is None:
                continue
            arcs = [unpack_arc(each) for each in packed.copy()]
            for key, taken in self._map(path).assign(arcs).items():
                lines = {line for arc in taken for line in arc if line > 0}
                entry = self.registry.entries[key]
                self.registry.saw(entry, lines, now, init=self._init)
                if self.branches:
                    entry.arcs.update(taken)
                hits.update(key << LINE_BITS | line for line in lines)
        return frozenset(hits)

    def _map(self, path: str) -> ArcMap:
        if path not in self._maps:
            self._maps[path] = ArcMap(self.registry.by_file[path])
        return self._maps[path]


class _Tracing:
    """Tracers in this thread and in those that it starts."""

    def __init__(self, in_scope: InScope) -> None:
        self._in_scope = in_scope
        self._factory: TracerFactory | None = None
        self._tracers: list[Any] = []
        self._own: _FileArcs = {}
        self._others: _FileArcs = {}
        self._previous: tuple[Any, Any] = (None, None)
        self._thread = 0
        self.active = False
        self.displaced = False
        """Whether somebody set another trace function, or none, before the latest end."""

    def prepare(self) -> None:
        """Load the tracer.

        Raises:
            RecorderUnavailable: It cannot be had.
        """
        self._factory = TracerFactory(self._in_scope)

    def forget(self, filename: str) -> None:
        """Ask anew whether *filename* is in scope: it may have run before it was known."""
        if self._factory is not None:
            self._factory.forget(filename)

    def begin(self, frame: FrameType | None) -> None:
        """Trace this thread, from its next call on; in the middle of *frame*, from the next line.

        The tracer takes the return of a frame for that of the last one whose call it saw. So the
        frames between *frame* and this one are announced too, outermost first.
        """
        assert self._factory is not None
        self._own, self._others, self._tracers = {}, {}, []
        self._previous = sys.gettrace(), threading.gettrace()
        self._thread = threading.get_ident()
        self.active = True
        threading.settrace(self._in_new_thread)
        tracer = self._factory.make(self._own)
        self._tracers.append(tracer)
        tracer.start()
        if frame is not None:
            frames = _frames_down_from(frame, sys._getframe())
            # in one call: a line event of ours in between would be taken for one of the frame's
            deque(map(tracer, frames, repeat("call"), repeat(None)), 0)

    def _in_new_thread(self, frame: FrameType, event: str, arg: object) -> Any:
        sys.settrace(None)
        if not self.active or self._factory is None:
            return None
        tracer = self._factory.make(self._others)
        self._tracers.append(tracer)
        return tracer.start()(frame, event, arg)

    def end(self) -> tuple[_FileArcs, _FileArcs]:
        """Stop tracing; other threads let go at their next event.

        What the user has set since the beginning stays: it is a debugger that was called for.
        """
        self.active = False
        now, now_in_new = sys.gettrace(), threading.gettrace()
        for tracer in self._tracers:
            tracer.stop()  # and is gone with the next line of ours
        ours, ours_in_new = now is self._tracers[0], now_in_new == self._in_new_thread
        here = threading.get_ident() == self._thread  # else this thread was never traced
        self.displaced = not ours_in_new or (here and not ours)
        left = self._previous[0] if ours else now
        if left is not None:
            self._leave_frames()
        if ours:
            sys.settrace(left)
        if ours_in_new:
            threading.settrace(self._previous[1])
        return self._own, self._others

    def _leave_frames(self) -> None:
        """Frames that were entered in the window would end the user's tracing at their return."""
        frame: FrameType | None = sys._getframe()
        while frame is not None:
            if frame.f_trace in self._tracers:
                frame.f_trace = None
            frame = frame.f_back


def _may_run_user_code(thread: threading.Thread) -> bool:
    """Whether *thread*, which is older than the window, may run code in scope during it."""
    if thread is threading.current_thread() or thread.name == OWN_THREADS:
        return False
    target = getattr(thread, "_target", None)
    module = getattr(target, "__module__", None) or type(thread).__module__
    return module.partition(".")[0] not in _HARMLESS


def _frames_down_from(outer: FrameType, inner: FrameType | None) -> list[FrameType]:
    frames = []
    while inner is not None and inner is not outer:
        frames.append(inner)
        inner = inner.f_back
    return [outer, *reversed(frames)] if inner is outer else []
