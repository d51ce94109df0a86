"""What takes hits down, in C and in Python, where windows and memory come in between."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType
from typing import Any

import pytest

from lambda_usage.recording import hits
from lambda_usage.recording.codes import LINE_BITS
from lambda_usage.recording.recorder import Recorder
from tests.support.recorders import KINDS, make_recorder

from .programs import Program, entry_of

if sys.version_info < (3, 12):
    pytest.skip("sys.monitoring came with Python 3.12", allow_module_level=True)

DISABLE = object()


def made(kind: str, set_events: Callable[..., Any], line_at: Callable[..., int]) -> hits.HitLog:
    if kind == "Python":
        return hits.Hits(set_events, 3, DISABLE, line_at)
    module = pytest.importorskip("lambda_usage.recording._hits", reason="run `make setup`")
    log: hits.HitLog = module.Hits(set_events, 3, DISABLE, line_at)
    return log


def functions(count: int) -> list[CodeType]:
    names: dict[str, Any] = {}
    exec("".join(f"def f{n}():\n    return {n}\n" for n in range(count)), names)
    return [names[f"f{n}"].__code__ for n in range(count)]


@pytest.mark.parametrize("kind", KINDS)
def test_what_could_not_be_woken_is_woken_the_next_time(kind: str) -> None:
    armed: dict[int, int] = {}
    failures = [MemoryError()]

    def set_events(_tool: int, code: CodeType, events: int) -> None:
        if len(armed) == 4 and events and failures:
            raise failures.pop()
        armed[id(code)] = events

    codes = functions(10)
    log = made(kind, set_events, lambda _code, _offset: 0)
    for code in codes:
        log.add(code, 1, 0, code.co_firstlineno)
        assert log.line(code, 2) is DISABLE
    with pytest.raises(MemoryError):
        log.open()
    log.open()
    assert armed == {id(code): 1 for code in codes}


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_is_in_the_window_that_opens_while_it_is_looked_up(kind: str) -> None:
    woken: list[int] = []
    (code,) = functions(1)

    def line_at(_code: CodeType, _offset: int) -> int:
        log.open()
        return 2

    log = made(kind, lambda _tool, each, events: woken.append(events), line_at)
    log.add(code, 1, 0, 1)
    assert log.resume(code, 4) is DISABLE
    log.close()
    assert log.window(True) == [id(code) << LINE_BITS | 2]
    log.wake()
    assert woken == [0, 1], "it fell silent in the window, so it is woken after it"


@pytest.mark.parametrize("kind", KINDS)
def test_many_lines_of_many_functions_are_taken_down_once_each(kind: str) -> None:
    codes = functions(300)
    log = made(kind, lambda *_: None, lambda _code, _offset: 0)
    for code in codes:
        log.add(code, 1, 0, code.co_firstlineno)
    names = set()
    for order in (codes, codes[::-1], codes + codes):
        log.open()
        for code in order:
            log.start(code, 0)
            for line in range(2, 12):
                log.line(code, line)
        name, callbacks, others = log.close()
        names.add(name)
        assert (callbacks, others) == (11 * len(order), 0)
        found = log.window(True)
        assert (
            len(found)
            == len(set(found))
            == sum(len({code.co_firstlineno, *range(2, 12)}) for code in codes)
        )
    assert len(names) == 1, "one path, in whichever order"
    log.open()
    log.line(codes[0], 2)
    assert log.close()[0] not in names
    assert log.take() == []


@pytest.mark.parametrize("kind", KINDS)
def test_code_that_runs_while_it_is_added_is_woken_like_any_other(kind: str) -> None:
    recorder: Recorder = make_recorder(kind)
    recorder.start(record_init=True)
    real = recorder._monitoring  # type: ignore[attr-defined]

    class RunsAtOnce:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def set_local_events(self, tool: int, code: CodeType, events: int) -> None:
            real.set_local_events(tool, code, events)
            if code.co_name == "f":
                program()

    try:
        names: dict[str, Any] = {}
        exec(compile("def f():\n    return 1\n", "/task/app.py", "exec"), names)
        program = names["f"]
        recorder._monitoring = RunsAtOnce()  # type: ignore[attr-defined]
        recorder.add(program.__code__, "app.py")
        recorder._monitoring = real  # type: ignore[attr-defined]
        recorder.end_init()
        for _ in range(3):
            recorder.open_window()
            program()
            assert recorder.close_window().own == {id(program.__code__) << LINE_BITS | 2}
    finally:
        recorder.stop()


@pytest.mark.parametrize("kind", KINDS)
def test_a_handler_of_many_paths_keeps_what_exists_of_each(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lambda_usage.recording import monitoring

    monkeypatch.setattr(monitoring, "_KNOWN_HITS", 10)
    recorder = make_recorder(kind)
    recorder.start(record_init=True)
    try:
        source = "".join(f"def f{n}():\n    x = {n}\n    return x\n" for n in range(20))
        program = Program(recorder, source)
        recorder.end_init()
        for n in (*range(20), *range(20)):
            recorder.open_window()
            program.names[f"f{n}"]()
            assert len(recorder.close_window().own) == 2
        recorder.drain()
        for n in range(20):
            assert len(entry_of(recorder.registry, f"f{n}").invoke_lines) == 2
    finally:
        recorder.stop()
