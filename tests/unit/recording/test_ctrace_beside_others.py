"""The recorder on coverage.py's C tracer beside other trace functions, and the user's coverage."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from lambda_usage.recording.ctrace import CtraceRecorder
from tests.unit.support import run_fresh, write_files

from .programs import empty_window, in_thread, window

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="from Python 3.12 on sys.monitoring records instead"
)


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
    assert not empty_window(recorder).displaced


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
