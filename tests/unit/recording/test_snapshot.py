"""Code of one name or one line is told apart; a module that was loaded twice is one."""

from __future__ import annotations

import textwrap

import pytest

from lambda_usage.bundle.model import UNKNOWN_ORDINAL
from lambda_usage.recording.codes import CodeRegistry, nested_codes
from lambda_usage.recording.snapshot import Snapshots, code_hash

from .made_paths import key
from .programs import ON_MONITORING, Program, code_of, compiled, make_recorder

PAIR = "pair = (lambda x: x + 1, lambda x: x * 2)\n"


@pytest.mark.parametrize("ran", [(0, 1), (1, 0), (0,), (1,), ()])
@pytest.mark.parametrize("backwards", [False, True])
def test_lambdas_on_one_line_are_numbered_in_source_order_whichever_ran(
    ran: tuple[int, ...], backwards: bool
) -> None:
    code = compiled(PAIR)
    lambdas = [each for each in nested_codes(code) if each.co_name == "<lambda>"]
    registry = CodeRegistry()
    # code that was found in memory is registered piece by piece, in any order
    for each in reversed(lambdas) if backwards else lambdas:
        registry.add(each, "app.py")
    for which in ran:
        registry.entries[id(lambdas[which])].saw([1], 1.0, init=False)
    codes = Snapshots(registry).codes()
    assert len(codes) == 2
    for ordinal in (0, 1):
        found = code_of(codes, "<lambda>", ordinal)
        assert found.hash == code_hash(lambdas[ordinal])
        assert bool(found.invoke_lines) is (ordinal in ran)


def test_several_lambdas_of_different_length_keep_their_order() -> None:
    source = "fs = [lambda x: x + 1, lambda y: y + 'abc', lambda *a: [b for b in a], lambda z: z]\n"
    code = compiled(source)
    lambdas = [each for each in nested_codes(code) if each.co_qualname == "<lambda>"]
    registry = CodeRegistry()
    registry.add(code, "app.py")
    codes = Snapshots(registry).codes()
    assert [code_of(codes, "<lambda>", n).hash for n in range(4)] == [
        code_hash(each) for each in lambdas
    ]


@pytest.mark.parametrize(
    "source",
    [
        "pair = (lambda: 1, lambda: 2)\n",  # Python 3.12 gives these no columns
        "pair = (lambda x: x + 1, lambda x: 2)\n",
        "pair = (lambda: 1, lambda x: x + 1)\n",
        "pair = (lambda x: x + 1, lambda: 1)\n",
        "pair = (lambda x: x + 1, lambda:\nGLOBAL)\n",
    ],
)
@pytest.mark.parametrize("loads", [1, 2])
def test_lambdas_without_columns_are_numbered_in_source_order_too(source: str, loads: int) -> None:
    for which in (0, 1):
        registry = CodeRegistry()
        for _ in range(loads):
            code = compiled(source)
            registry.add(code, "app.py")
        lambdas = [each for each in nested_codes(code) if each.co_name == "<lambda>"]
        registry.entries[id(lambdas[which])].saw([1], 1.0, init=False)
        codes = Snapshots(registry).codes()
        assert len(codes) == 3
        assert {key.ordinal for key in codes if key.qualname == "<lambda>"} == {0, 1}
        ran = [key.ordinal for key, each in codes.items() if each.invoke_lines]
        assert ran == [which]


def test_a_module_that_was_loaded_twice_has_one_account() -> None:
    source = "def f(n):\n    if n:\n        return 1\n    return 2\n" + PAIR
    first, second = compiled(source), compiled(source)
    registry = CodeRegistry()
    snapshots = Snapshots(registry)
    registry.add(first, "app.py")
    snapshots.codes()  # the second is loaded after the first has been named
    registry.add(second, "app.py")
    one, two = (
        next(each for each in nested_codes(code) if each.co_name == "f") for code in (first, second)
    )
    registry.entries[id(one)].saw([2, 3], 20.0, init=True)
    registry.entries[id(two)].saw([2, 4], 10.0, init=False)
    codes = snapshots.codes()
    assert len(codes) == 4
    found = code_of(codes, "f")
    assert (found.init_lines, found.invoke_lines) == ({2, 3}, {2, 4})
    assert (found.first_seen, found.last_seen) == (10.0, 20.0)
    assert {key.ordinal for key in codes if key.qualname == "<lambda>"} == {0, 1}


def test_a_copy_that_never_ran_does_not_hide_when_the_other_did() -> None:
    registry = CodeRegistry()
    copies = [compiled("x = 1"), compiled("x = 1")]
    for each in copies:
        registry.add(each, "app.py")
    registry.entries[id(copies[0])].saw([1], 10.0, init=True)
    (found,) = Snapshots(registry).codes().values()
    assert (found.first_seen, found.last_seen) == (10.0, 10.0)


@pytest.mark.parametrize(
    "source",
    [
        PAIR,
        "pair = (lambda: 1, lambda: 2)\n",
        "pair = (lambda x: x + 1, lambda x: 2)\n",
    ],
)
@pytest.mark.parametrize("which", [0, 1])
def test_which_one_a_lambda_that_was_found_alive_is_remains_unknown(
    source: str, which: int
) -> None:
    code = compiled(source)
    lambdas = [each for each in nested_codes(code) if each.co_name == "<lambda>"]
    registry = CodeRegistry()
    registry.add(lambdas[which], "app.py")  # the other one is gone
    registry.found_alive(lambdas[which])
    registry.entries[id(lambdas[which])].saw([1], 1.0, init=False)
    (found,) = Snapshots(registry).codes()
    assert found.ordinal == UNKNOWN_ORDINAL
    assert found.ordinal not in (0, 1)


def test_a_named_function_that_was_found_alive_is_known() -> None:
    (f,) = [
        each for each in nested_codes(compiled("def f():\n    return 1\n")) if each.co_name == "f"
    ]
    registry = CodeRegistry()
    registry.add(f, "app.py")
    registry.found_alive(f)
    assert list(Snapshots(registry).codes()) == [key("f", 1)]


@pytest.mark.skipif(not ON_MONITORING, reason="on 3.11 one line is one place to the tracer")
def test_of_two_lambdas_on_one_line_the_one_that_ran_is_known() -> None:
    for which in (0, 1):
        recorder = make_recorder()
        recorder.start(record_init=True)
        try:
            program = Program(recorder, PAIR)
            recorder.end_init()
            program.pair[which](1)
            recorder.drain()
            codes = Snapshots(recorder.registry).codes()
            ran = [
                each.ordinal
                for each, code in codes.items()
                if each.qualname == "<lambda>" and code.invoke_lines
            ]
            assert ran == [which]
        finally:
            recorder.stop()


def test_one_line_functions_are_told_from_their_definition() -> None:
    source = textwrap.dedent("""\
        import math
        def used(): return 1
        def unused(): return 2
        class C: attribute = 1
        """)
    recorder = make_recorder()
    recorder.start(record_init=True)
    try:
        program = Program(recorder, source)
        recorder.end_init()
        recorder.open_window()
        program.used()
        recorder.close_window()
        recorder.drain()
        codes = Snapshots(recorder.registry).codes()
    finally:
        recorder.stop()
    assert code_of(codes, "<module>").init_lines >= {1, 2, 3, 4}
    assert (code_of(codes, "used").init_lines, code_of(codes, "used").invoke_lines) == (set(), {2})
    assert code_of(codes, "unused").init_lines | code_of(codes, "unused").invoke_lines == set()
    assert code_of(codes, "C").init_lines == {4}
