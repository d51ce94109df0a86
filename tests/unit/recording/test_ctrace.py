"""The recorder on coverage.py's C tracer, for Python 3.11: what a window holds."""

from __future__ import annotations

import sys

import pytest

from lambda_usage.recording.ctrace import CtraceRecorder
from lambda_usage.recording.ctracer import unpack_arc

from .programs import Program, entry_of, lines_by_name, window

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="from Python 3.12 on sys.monitoring records instead"
)


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
