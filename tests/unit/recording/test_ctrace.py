"""The recorder on coverage.py's C tracer, for Python 3.11."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from lambda_usage.recording.ctrace import CtraceRecorder
from lambda_usage.recording.ctracer import unpack_arc
from lambda_usage.recording.window import WindowHits
from tests.unit.support import run_fresh, write_files

from .programs import Program, entry_of, lines_by_name

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="from Python 3.12 on sys.monitoring records instead"
)


@pytest.fixture
def recorder() -> Iterator[CtraceRecorder]:
    found = CtraceRecorder()
    found.start(record_init=False)
    yield found
    found.stop()


def window(recorder: CtraceRecorder, call: Callable[[], object]) -> dict[str, set[int]]:
    """The lines of this thread, by qualified name, while *call* runs."""
    recorder.open_window()
    call()
    return lines_by_name(recorder.registry, recorder.close_window().own)


@pytest.mark.parametrize("n", [0, 1])
def test_a_window_holds_what_ran_in_it(n: int, recorder: CtraceRecorder) -> None:
    program = Program(
        recorder,
        """\
        def f(n):
            if n:
                return 1
            return g()

        def g():
            return [each for each in (1, 2)]

        def never():
            return 3
        """,
    )
    recorder.end_init()
    listcomp = "g.<locals>.<listcomp>"
    expected = {"f": {2, 3}} if n else {"f": {2, 4}, "g": {7}, listcomp: {7}}
    assert window(recorder, lambda: program.f(n)) == expected
    assert window(recorder, lambda: None) == {}


def test_what_runs_between_windows_is_not_seen(recorder: CtraceRecorder) -> None:
    program = Program(recorder, "def f():\n    return 1\n")
    recorder.end_init()
    program.f()
    assert window(recorder, lambda: None) == {}
    entry = entry_of(recorder.registry, "f")
    assert entry.init_lines | entry.invoke_lines == set()


def test_the_init_phase_is_a_window_of_its_own() -> None:
    recorder = CtraceRecorder()
    recorder.start(record_init=True)
    program = Program(recorder, "def f():\n    return 1\n\nx = f()\n\ndef g():\n    return 2\n")
    recorder.end_init()
    program.g()
    recorder.open_window()
    program.g()
    recorder.close_window()
    assert entry_of(recorder.registry, "<module>").init_lines == {1, 4, 6}
    assert entry_of(recorder.registry, "f").init_lines == {2}
    assert entry_of(recorder.registry, "g").init_lines == set()
    assert entry_of(recorder.registry, "g").invoke_lines == {7}


def test_a_def_on_the_first_line_is_not_called_by_being_defined() -> None:
    recorder = CtraceRecorder()
    recorder.start(record_init=True)
    program = Program(recorder, "def f(n):\n    return n\n")
    recorder.end_init()
    assert entry_of(recorder.registry, "<module>").init_lines == {1}
    assert entry_of(recorder.registry, "f").init_lines == set()
    assert window(recorder, lambda: program.f(1)) == {"f": {2}}
    assert entry_of(recorder.registry, "<module>").invoke_lines == set()


def test_code_objects_on_one_line_are_told_apart_by_arcs() -> None:
    recorder = CtraceRecorder()
    recorder.start(record_init=True)
    program = Program(
        recorder,
        """\
        import math
        def used(): return math.pi
        def unused(): return math.e
        class C:
            early = 1
            def method(self): return [x for x in "ab"]
            late = property(lambda self: 1)
        """,
    )
    recorder.end_init()
    entries = {each.code.co_qualname: each for each in recorder.registry.entries.values()}
    ran = {name for name, entry in entries.items() if entry.init_lines}
    assert ran == {"<module>", "C"}
    assert window(recorder, program.used) == {"used": {2}}
    instance = program.C()
    assert window(recorder, instance.method) == {
        "C.method": {6},
        "C.method.<locals>.<listcomp>": {6},
    }
    assert window(recorder, lambda: instance.late) == {"C.<lambda>": {7}}


def test_of_two_lambdas_on_one_line_both_count_rather_than_neither(
    recorder: CtraceRecorder,
) -> None:
    program = Program(recorder, "import math\npair = (lambda: 1, lambda: 2)\n")
    recorder.end_init()
    recorder.open_window()
    program.pair[1]()
    hits = recorder.close_window().own
    assert len(hits) == 2
    assert lines_by_name(recorder.registry, hits) == {"<lambda>": {2}}


def test_branches_are_arcs_between_lines(recorder: CtraceRecorder) -> None:
    program = Program(recorder, "def f(n):\n    if n:\n        n = 2\n    return n\n")
    recorder.end_init()
    window(recorder, lambda: program.f(1))
    arcs = entry_of(recorder.registry, "f").arcs
    assert arcs == {(-1, 2), (2, 3), (3, 4), (4, -1)}
    window(recorder, lambda: program.f(0))
    assert (2, 4) in entry_of(recorder.registry, "f").arcs


def test_branches_can_be_left_out() -> None:
    recorder = CtraceRecorder(branches=False)
    recorder.start(record_init=False)
    program = Program(recorder, "def f(n):\n    return n\n")
    recorder.end_init()
    assert window(recorder, lambda: program.f(1)) == {"f": {2}}
    assert not entry_of(recorder.registry, "f").arcs


@pytest.mark.parametrize(
    ("arc", "packed"),
    [
        ((3, 4), 3 | 4 << 28),
        ((-3, 4), 3 | 4 << 28 | 1 << 56),
        ((3, -4), 3 | 4 << 28 | 1 << 57),
        ((-3, -4), 3 | 4 << 28 | 3 << 56),
        ((0xFFFFFFF, -0xFFFFFFF), 0xFFFFFFF | 0xFFFFFFF << 28 | 1 << 57),
    ],
)
def test_packed_arcs_are_unpacked(arc: tuple[int, int], packed: int) -> None:
    assert unpack_arc(packed) == arc


BLOCK = """\
def caller(start, stop):
    calling = 1
    f(start, stop)
    return 2

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


def test_a_window_in_the_middle_of_a_frame_sees_the_rest_of_its_block(
    recorder: CtraceRecorder,
) -> None:
    program = Program(recorder, BLOCK)
    recorder.end_init()
    found: list[dict[str, set[int]]] = []

    def stop() -> None:
        found.append(lines_by_name(recorder.registry, recorder.close_window().own))

    def start() -> None:
        recorder.open_window(sys._getframe(1))

    for _ in range(3):
        program.caller(start, stop)
    for lines in found:
        assert lines["helper"] == {16}
        assert {9, 10, 11} <= lines["f"] <= {8, 9, 10, 11}
        assert lines.keys() <= {"f", "helper"}


def test_a_block_in_a_coroutine_sees_the_rest_of_it(recorder: CtraceRecorder) -> None:
    program = Program(
        recorder,
        """\
        async def f(start, stop):
            before = 1
            start()
            inside = await g()
            stop()
            after = 2

        async def g():
            return 1
        """,
    )
    recorder.end_init()
    found: list[dict[str, set[int]]] = []

    def stop() -> None:
        found.append(lines_by_name(recorder.registry, recorder.close_window().own))

    with pytest.raises(StopIteration):
        program.f(lambda: recorder.open_window(sys._getframe(1)), stop).send(None)
    (lines,) = found
    assert lines["g"] == {9}
    assert {4, 5} <= lines["f"] <= {3, 4, 5}


def test_a_generator_that_was_suspended_before_a_window_is_seen_in_it(
    recorder: CtraceRecorder,
) -> None:
    program = Program(recorder, "def g():\n    x = 1\n    yield x\n    x = 2\n    yield x\n")
    recorder.end_init()
    generator = program.g()
    next(generator)
    lines = window(recorder, lambda: next(generator))
    assert {4, 5} <= lines["g"] <= {3, 4, 5}


def in_thread(target: Callable[[], object]) -> None:
    thread = threading.Thread(target=target)
    thread.start()
    thread.join()


def test_threads_that_start_in_a_window_are_seen_and_told_apart(recorder: CtraceRecorder) -> None:
    program = Program(recorder, "def f():\n    return 1\n\ndef g():\n    return f()\n")
    recorder.end_init()
    recorder.open_window()
    program.f()
    in_thread(program.g)
    hits = recorder.close_window()
    assert lines_by_name(recorder.registry, hits.own) == {"f": {2}}
    assert lines_by_name(recorder.registry, hits.others) == {"f": {2}, "g": {5}}


def test_a_thread_that_outlives_its_window_adds_nothing_to_the_next(
    recorder: CtraceRecorder,
) -> None:
    program = Program(
        recorder, "def f(go):\n    go.wait()\n    return g()\n\ndef g():\n    return 1\n"
    )
    recorder.end_init()
    go = threading.Event()
    thread = threading.Thread(target=program.f, args=(go,))
    recorder.open_window()
    thread.start()
    recorder.close_window()
    recorder.open_window()
    go.set()
    thread.join()
    hits = recorder.close_window()
    assert hits.own | hits.others == frozenset()


def test_a_thread_that_begins_after_its_window_is_not_traced(recorder: CtraceRecorder) -> None:
    recorder.end_init()
    recorder.open_window()
    trace = threading.gettrace()
    assert trace is not None
    recorder.close_window()
    traced: list[object] = []

    def begin() -> None:
        sys.settrace(trace)  # as a thread does when it begins
        (lambda: None)()
        traced.append(sys.gettrace())

    in_thread(begin)
    assert traced == [None]


def close(recorder: CtraceRecorder) -> WindowHits:
    recorder.open_window()
    return recorder.close_window()


def test_a_window_beside_a_thread_that_may_run_the_users_code_is_blind(
    recorder: CtraceRecorder,
) -> None:
    recorder.end_init()
    before = close(recorder).blind
    stop = threading.Event()
    threads = [threading.Thread(target=stop.wait, name="users"), None]
    for thread in threads:
        if thread is not None:
            thread.start()
    try:
        assert close(recorder).blind
    finally:
        stop.set()
        for thread in threads:
            if thread is not None:
                thread.join()
    assert close(recorder).blind is before


def test_our_own_threads_make_no_window_blind(recorder: CtraceRecorder) -> None:
    recorder.end_init()
    before = close(recorder).blind
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, name="lambda-usage")
    thread.start()
    try:
        assert close(recorder).blind is before
    finally:
        stop.set()
        thread.join()


def test_the_users_trace_function_for_threads_is_restored(recorder: CtraceRecorder) -> None:
    seen: list[str] = []

    def users(frame: FrameType, event: str, arg: object) -> Any:
        seen.append(frame.f_code.co_name)

    recorder.end_init()
    threading.settrace(users)
    try:
        recorder.open_window()
        recorder.close_window()
        assert threading.gettrace() is users
        in_thread(lambda: None)
        assert seen
    finally:
        threading.settrace(None)  # type: ignore[arg-type]


def test_the_users_trace_function_is_restored(recorder: CtraceRecorder) -> None:
    seen: list[str] = []

    def users(frame: FrameType, event: str, arg: object) -> Any:
        seen.append(frame.f_code.co_name)

    recorder.end_init()
    sys.settrace(users)
    try:
        recorder.open_window()
        recorder.close_window()
        assert sys.gettrace() is users
        seen.clear()
        (lambda: None)()
        assert seen == ["<lambda>"]
    finally:
        sys.settrace(None)


def deep(call: Callable[[], object]) -> None:
    call()
    deeper = sys._getframe()  # a line after it, in a frame that the window began with
    assert deeper.f_code is deep.__code__


@pytest.mark.parametrize("phase", ["init", "window"])
@pytest.mark.parametrize("debugger", [True, False])
def test_a_trace_function_that_is_set_within_a_window_stays_and_is_told(
    phase: str, debugger: bool
) -> None:
    recorder = CtraceRecorder()
    recorder.start(record_init=phase == "init")
    seen: list[str] = []

    def users(frame: FrameType, event: str, arg: object) -> Any:
        seen.append(frame.f_code.co_name)

    wanted = users if debugger else None

    def go() -> None:
        if phase == "window":
            recorder.open_window()
        deep(lambda: sys.settrace(wanted))
        if phase == "init":
            assert not recorder.end_init()
        else:
            assert recorder.close_window().displaced

    def look() -> None:
        assert sys.gettrace() is wanted

    try:
        if phase == "window":
            assert recorder.end_init()
        deep(go)
        look()
        assert sys.gettrace() is wanted
        assert ("look" in seen) is debugger
    finally:
        sys.settrace(None)
        recorder.stop()


def test_a_trace_function_for_threads_that_is_set_within_a_window_stays_and_is_told(
    recorder: CtraceRecorder,
) -> None:
    def users(frame: FrameType, event: str, arg: object) -> Any: ...

    recorder.end_init()
    recorder.open_window()
    threading.settrace(users)
    try:
        assert recorder.close_window().displaced
        assert threading.gettrace() is users
    finally:
        threading.settrace(None)  # type: ignore[arg-type]
    assert not close(recorder).displaced


def test_a_window_that_another_thread_ends_leaves_that_threads_trace_function(
    recorder: CtraceRecorder,
) -> None:
    def users(frame: FrameType, event: str, arg: object) -> Any: ...

    recorder.end_init()
    recorder.open_window()
    left: list[object] = []

    def end() -> None:
        sys.settrace(users)
        left.append(recorder.close_window().displaced)
        left.append(sys.gettrace())

    in_thread(end)
    assert left == [False, users]


def test_nothing_is_traced_outside_windows(recorder: CtraceRecorder) -> None:
    recorder.end_init()
    window(recorder, lambda: None)
    assert sys.gettrace() is None
    assert threading.gettrace() is None


USERS_COVERAGE = """
import coverage
measured = coverage.Coverage(data_file=None, include=["*/mine.py"])
measured.start()
import mine
mine.f()
measured.stop()
lines = sorted(measured.get_data().lines(mine.__file__))
assert 2 in lines, lines
assert "CTracer" in dict(measured.sys_info())["core"], measured.sys_info()
print("measured")
"""
OUR_WINDOW = """
from lambda_usage.recording.ctrace import CtraceRecorder
recorder = CtraceRecorder()
recorder.start(record_init=False)
recorder.end_init()
code = compile("def f():\\n    return 1\\n", "/task/app.py", "exec")
recorder.add(code, "app.py")
names = {}
exec(code, names)
recorder.open_window()
names["f"]()
assert len(recorder.close_window().own) == 1
print("recorded")
"""


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (OUR_WINDOW + USERS_COVERAGE, ["recorded", "measured"]),
        (OUR_WINDOW + USERS_COVERAGE + OUR_WINDOW, ["recorded", "measured", "recorded"]),
        (USERS_COVERAGE + OUR_WINDOW, ["measured", "recorded"]),
        (USERS_COVERAGE + OUR_WINDOW + USERS_COVERAGE, ["measured", "recorded", "measured"]),
    ],
)
def test_the_users_own_coverage_works_beside_our_tracer(
    script: str, said: list[str], tmp_path: Path
) -> None:
    write_files(tmp_path, {"mine.py": "def f():\n    return 1\n"})
    done = run_fresh(script, tmp_path)
    assert done.stdout.split() == said, done.stderr


def test_the_tracer_is_loaded_without_coverage_itself(tmp_path: Path) -> None:
    done = run_fresh(OUR_WINDOW + "import sys\nprint('coverage' in sys.modules)", tmp_path)
    assert done.stdout.split() == ["recorded", "False"], done.stderr


def test_without_the_tracer_the_recorder_is_unavailable(tmp_path: Path) -> None:
    write_files(tmp_path, {"coverage/__init__.py": ""})  # one without its C extension
    done = run_fresh(
        """\
        from lambda_usage.recording.ctrace import CtraceRecorder
        from lambda_usage.recording.window import RecorderUnavailable
        try:
            CtraceRecorder().start(record_init=True)
        except RecorderUnavailable as error:
            print(error)
        """,
        tmp_path,
    )
    assert "coverage>=7.17.3" in done.stdout, done.stderr
