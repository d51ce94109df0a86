"""The recorder on coverage.py's C tracer beside threads, the user's and ours."""

from __future__ import annotations

import sys
import threading

import pytest

from lambda_usage.recording.ctrace import CtraceRecorder

from .programs import Program, empty_window, in_thread, lines_by_name

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="from Python 3.12 on sys.monitoring records instead"
)


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


def test_a_window_beside_a_thread_that_may_run_the_users_code_is_blind(
    recorder: CtraceRecorder,
) -> None:
    recorder.end_init()
    before = empty_window(recorder).blind
    stop = threading.Event()
    threads = [threading.Thread(target=stop.wait, name="users"), None]
    for thread in threads:
        if thread is not None:
            thread.start()
    try:
        assert empty_window(recorder).blind
    finally:
        stop.set()
        for thread in threads:
            if thread is not None:
                thread.join()
    assert empty_window(recorder).blind is before


def test_our_own_threads_make_no_window_blind(recorder: CtraceRecorder) -> None:
    recorder.end_init()
    before = empty_window(recorder).blind
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, name="lambda-usage")
    thread.start()
    try:
        assert empty_window(recorder).blind is before
    finally:
        stop.set()
        thread.join()
