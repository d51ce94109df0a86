"""The recorder on ``sys.monitoring``, in the situations where it could be wrong."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lambda_usage.recording.codes import LINE_BITS
from lambda_usage.recording.recorder import Recorder
from tests.support.recorders import KINDS, make_recorder

from .programs import Program, entry_of, lines_by_name, window

if sys.version_info < (3, 12):
    pytest.skip("sys.monitoring came with Python 3.12", allow_module_level=True)

from lambda_usage.recording.hits import Hits
from lambda_usage.recording.monitoring import MonitoringRecorder

monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]


@pytest.fixture(params=KINDS)
def recorder(request: pytest.FixtureRequest) -> Iterator[Recorder]:
    found = make_recorder(request.param)
    found.start(record_init=True)
    yield found
    found.stop()


class Interrupted(list[int]):
    """A list of hits in whose ``append`` something else happens, once."""

    def __init__(self, happens: Callable[[], None], *, after: bool) -> None:
        super().__init__()
        self.armed = False
        self._happens = happens
        self._after = after

    def append(self, hit: int) -> None:
        if not self._after:
            self._interrupt()
        super().append(hit)
        if self._after:
            self._interrupt()

    def _interrupt(self) -> None:
        if self.armed:
            self.armed = False
            self._happens()


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("by_another_thread", [False, True])
def test_a_line_is_in_the_window_that_opens_while_it_is_noted(
    after: bool, by_another_thread: bool
) -> None:
    recorder = MonitoringRecorder()

    def open_window() -> None:
        if not by_another_thread:
            recorder.open_window()
            return
        thread = threading.Thread(target=recorder.open_window)
        thread.start()
        thread.join()

    interrupted = Interrupted(open_window, after=after)

    class InterruptedHits(Hits):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            self._own = interrupted
            self.line = self._callback(monitoring.DISABLE)

    recorder.make_hits = InterruptedHits
    recorder.start(record_init=False)
    try:
        program = Program(recorder, "def f():\n    x = 1\n    return x\n")
        recorder.end_init()
        recorder.open_window()  # from now on this thread's hits go through the list
        recorder.close_window()
        interrupted.armed = True
        program.f()
        assert not interrupted.armed
        found = recorder.close_window()
        key = id(program.f.__code__) << LINE_BITS
        assert {key | 2, key | 3} <= found.own | found.others
        recorder.drain()
        assert entry_of(recorder.registry, "f").invoke_lines == {2, 3}
    finally:
        recorder.stop()


def test_what_ran_between_windows_is_in_none_and_exists(recorder: Recorder) -> None:
    program = Program(recorder, "def f():\n    return 1\ndef g():\n    return 2\n")
    recorder.end_init()
    assert window(recorder, program.f) == {"f": {2}}
    program.g()
    assert window(recorder, program.f) == {"f": {2}}
    assert window(recorder, program.g) == {"g": {4}}
    recorder.drain()
    assert entry_of(recorder.registry, "g").invoke_lines == {4}


def test_a_window_counts_its_callbacks(recorder: Recorder) -> None:
    program = Program(recorder, "def f():\n    x = 1\n    y = 2\n    return x\n")
    recorder.end_init()
    recorder.open_window()
    for _ in range(50):
        program.f()
    hits = recorder.close_window()
    assert len(hits.own) == hits.callbacks == 3


def test_a_bundle_made_during_a_window_takes_nothing_from_it(recorder: Recorder) -> None:
    program = Program(recorder, "def f(stop):\n    x = 1\n    stop()\n    return x\n")
    recorder.end_init()
    assert window(recorder, lambda: program.f(recorder.drain)) == {"f": {2, 3, 4}}
    assert window(recorder, lambda: program.f(recorder.drain)) == {"f": {2, 3, 4}}


def test_times_are_those_of_the_clock() -> None:
    now = [100.0]
    recorder = MonitoringRecorder(clock=lambda: now[0])
    recorder.start(record_init=True)
    try:
        program = Program(recorder, "def f():\n    return 1\n")
        recorder.end_init()
        for now[0] in (200.0, 300.0):
            window(recorder, program.f)
            recorder.drain()
        entry = entry_of(recorder.registry, "f")
        assert (entry.first_seen, entry.last_seen) == (200.0, 300.0)
        assert entry_of(recorder.registry, "<module>").last_seen == 100.0
    finally:
        recorder.stop()


GENERATOR = """\
def g():
    first = 1
    got = yield first
    second = 2
    yield second
    third = 3
"""


def test_a_generator_that_was_suspended_before_a_window_is_seen_in_it(
    recorder: Recorder,
) -> None:
    program = Program(recorder, GENERATOR)
    recorder.end_init()
    generator = program.g()
    next(generator)
    assert window(recorder, lambda: next(generator)) == {"g": {3, 4, 5}}
    assert window(recorder, lambda: next(generator, None)) == {"g": {5, 6}}


def test_a_generator_that_ends_after_its_window_adds_nothing_to_it(
    recorder: Recorder,
) -> None:
    program = Program(recorder, GENERATOR)
    recorder.end_init()
    generator = program.g()
    assert window(recorder, lambda: next(generator)) == {"g": {2, 3}}
    list(generator)
    assert window(recorder, lambda: None) == {}


def test_a_one_line_generator_is_seen_when_it_resumes(recorder: Recorder) -> None:
    program = Program(recorder, "def g(): yield 1; yield 2\n")
    recorder.end_init()
    generator = program.g()
    next(generator)
    assert window(recorder, lambda: next(generator)) == {"g": {1}}
    assert window(recorder, lambda: None) == {}


def test_a_coroutine_that_was_suspended_before_a_window_is_seen_in_it(
    recorder: Recorder,
) -> None:
    program = Program(
        recorder,
        """\
        async def outer(pause):
            x = 1
            await inner(pause)
            return x

        async def inner(pause):
            await pause
            y = 2
        """,
        path="coroutines.py",
    )
    recorder.end_init()

    class Pause:
        def __await__(self) -> Iterator[None]:
            yield

    coroutine = program.outer(Pause())
    coroutine.send(None)

    def resume() -> None:
        with pytest.raises(StopIteration):
            coroutine.send(None)

    assert window(recorder, resume) == {"outer": {3, 4}, "inner": {7, 8}}


def test_an_exception_thrown_into_a_generator_is_seen_where_it_is_handled(
    recorder: Recorder,
) -> None:
    source = """\
        def g():
            try:
                yield 1
            except ValueError:
                handled = True
            yield 2
        """
    program = Program(recorder, source)
    recorder.end_init()
    generator = program.g()
    next(generator)
    lines = window(recorder, lambda: generator.throw(ValueError()))
    assert {4, 5, 6} <= lines["g"]
    assert 2 not in lines["g"]


BLOCK = """\
def f(start, stop):
    before = 1
    start()
    for n in range(2):
        helper()
    stop()
    after = 2
    other()

def helper():
    return 1

def other():
    return 2
"""


@pytest.mark.parametrize("warm", [False, True])
def test_a_window_in_the_middle_of_a_frame_sees_the_rest_of_its_block(
    warm: bool, recorder: Recorder
) -> None:
    program = Program(recorder, BLOCK)
    recorder.end_init()
    if warm:  # every line has fallen silent
        program.f(lambda: None, lambda: None)
    found: list[dict[str, set[int]]] = []

    def stop() -> None:
        found.append(lines_by_name(recorder.registry, recorder.close_window().own))

    for _ in range(3):
        program.f(lambda: recorder.open_window(sys._getframe(1)), stop)
    for lines in found:
        assert lines["helper"] == {11}
        assert "other" not in lines
        assert {4, 5, 6} <= lines["f"] <= {3, 4, 5, 6}


def test_lines_of_another_thread_are_told_apart(recorder: Recorder) -> None:
    program = Program(recorder, "def f():\n    return 1\ndef g():\n    return 2\n")
    recorder.end_init()
    recorder.open_window()
    program.f()
    thread = threading.Thread(target=program.g)
    thread.start()
    thread.join()
    hits = recorder.close_window()
    assert lines_by_name(recorder.registry, hits.own) == {"f": {2}}
    assert lines_by_name(recorder.registry, hits.others) == {"g": {4}}


def test_without_init_recording_what_ran_before_its_end_is_invoke() -> None:
    recorder = MonitoringRecorder()
    recorder.start(record_init=False)
    try:
        Program(recorder, "x = 1\n")
        recorder.end_init()
        entry = entry_of(recorder.registry, "<module>")
        assert (entry.init_lines, entry.invoke_lines) == (set(), {1})
    finally:
        recorder.stop()


def test_a_module_body_is_seen_once_and_never_again(recorder: Recorder) -> None:
    program = Program(recorder, "x = 1\n")
    recorder.end_init()
    recorder.open_window()
    exec(program.code, program.names)
    assert recorder.close_window().own == frozenset()


def test_the_cost_of_a_callback_is_measured_once_and_leaves_no_trace(
    recorder: Recorder,
) -> None:
    program = Program(recorder, "def f():\n    return 1\n")
    recorder.end_init()
    cost = recorder.callback_cost()
    assert cost >= 0
    assert recorder.callback_cost() == cost
    assert window(recorder, program.f) == {"f": {2}}
    recorder.drain()
    assert {each.path for each in recorder.registry.entries.values()} == {"app.py"}


BRANCHES = """\
def f(n):
    if n:
        x = 1
    else:
        x = 2
    return x
"""


@pytest.mark.skipif(sys.version_info < (3, 14), reason="branch events came with Python 3.14")
def test_the_branches_that_were_taken_are_known(recorder: Recorder) -> None:
    program = Program(recorder, BRANCHES)
    recorder.end_init()
    program.f(1)
    recorder.drain()
    arcs = entry_of(recorder.registry, "f").arcs
    assert (2, 3) in arcs
    assert (2, 5) not in arcs
    window(recorder, lambda: program.f(0))
    recorder.drain()
    arcs = entry_of(recorder.registry, "f").arcs
    assert {(2, 3), (2, 5)} <= arcs


@pytest.mark.skipif(sys.version_info < (3, 14), reason="branch events came with Python 3.14")
def test_branches_can_be_left_out() -> None:
    recorder = MonitoringRecorder(branches=False)
    recorder.start(record_init=True)
    try:
        program = Program(recorder, BRANCHES)
        recorder.end_init()
        assert window(recorder, lambda: program.f(0)) == {"f": {2, 5, 6}}
        recorder.drain()
        assert not entry_of(recorder.registry, "f").arcs
    finally:
        recorder.stop()
