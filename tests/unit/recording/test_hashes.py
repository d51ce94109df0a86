"""A code object has the same hash in every process and after moves, another after edits."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lambda_usage.recording.codes import nested_codes
from lambda_usage.recording.snapshot import Snapshots, code_hash
from tests.unit.support import SOURCE

from .programs import Program, compiled, make_recorder

SHOP = """\
import math

def price(n):
    if n in {1, "two", "three", "four"}:
        return math.floor(n)
    return [each * 1.5 for each in (1, "a", None, b"x")]

class Order:
    total = 0
    def add(self, *, n=1):
        self.total += n
        return lambda: self.total
"""


def hashes(source: str) -> dict[str, str]:
    return {each.co_qualname: code_hash(each) for each in nested_codes(compiled(source))}


def of_functions(source: str) -> dict[str, str]:
    found = hashes(source)
    return {name: found[name] for name in found if name not in ("<module>", "Order")}


def test_a_hash_survives_moves_within_the_file() -> None:
    assert of_functions("# one\n\n\nX = 1\n" + SHOP) == of_functions(SHOP)
    assert of_functions("\n" * 300 + SHOP) == of_functions(SHOP)


def test_a_hash_survives_moves_within_the_function() -> None:
    spaced = SHOP.replace("        return math", "\n\n        # why\n        return math")
    assert spaced != SHOP
    assert of_functions(spaced) == of_functions(SHOP)


CLASS = "class Order:\n    total = 0\n    def add(self):\n        self.total += 1\n"


def test_a_class_bodys_hash_survives_moves_within_the_file() -> None:
    moved = hashes("\n\n\n" + CLASS)
    assert moved["Order"] == hashes(CLASS)["Order"]


def test_the_hash_of_a_function_with_a_class_in_it_survives_moves() -> None:
    source = "def f():\n    class Local:\n        x = 1\n    return Local\n"
    assert of_functions("\n\n\n" + source) == of_functions(source)


def test_a_class_bodys_hash_survives_moves_beyond_line_256() -> None:
    # from there on 3.14 holds its line number among the constants, not in the byte code
    source = "def f():\n    class Local:\n        x = 1\n    return Local\n" + CLASS
    found, moved = hashes(source), hashes("\n" * 300 + source)
    assert {name: moved[name] for name in found if name != "<module>"} == {
        name: found[name] for name in found if name != "<module>"
    }


def test_a_hash_changes_with_a_free_variable() -> None:
    first = hashes("def f(a, b):\n  def g(): return a\n  return g")
    second = hashes("def f(a, b):\n  def g(): return b\n  return g")
    assert first["f.<locals>.g"] != second["f.<locals>.g"]


def test_a_hash_changes_with_the_kind_of_a_parameter() -> None:
    sources = (
        "def f(a, b=1): return a",
        "def f(a, *, b=1): return a",
        "def f(a, b=1, /): return a",
    )
    assert len({hashes(each)["f"] for each in sources}) == 3


EDITS = [
    ("math.floor", "math.ceil", "price"),
    ('"four"', '"five"', "price"),
    ("1.5", "2.5", "price"),
    ('"a"', '"b"', "price"),
    ("(n):", "(m, n=2):", "price"),
    ("self.total += n", "self.total -= n", "Order.add"),
    ("lambda: self.total", "lambda: not self.total", "Order.add"),
    ("lambda: self.total", "lambda: not self.total", "Order.add.<locals>.<lambda>"),
    ("total = 0", "total = 7000", "Order"),
    ("(self, *, n=1)", "(self, n=1)", "Order.add"),
    ("(self, *, n=1)", "(self, n=1, /)", "Order.add"),
]


@pytest.mark.parametrize(("old", "new", "name"), EDITS)
def test_a_hash_changes_with_the_body(old: str, new: str, name: str) -> None:
    assert old in SHOP
    assert hashes(SHOP.replace(old, new))[name] != hashes(SHOP)[name]


def test_a_hash_does_not_depend_on_what_ran() -> None:
    recorder = make_recorder()
    recorder.start(record_init=True)
    try:
        program = Program(recorder, SHOP)
        recorder.end_init()
        recorder.open_window()
        for _ in range(3000):  # time enough for the interpreter to specialise the code
            program.price(1)
        program.Order().add()()
        recorder.close_window()
        recorder.drain()
        codes = Snapshots(recorder.registry).codes()
        assert {key.qualname: code.hash for key, code in codes.items()} == hashes(SHOP)
    finally:
        recorder.stop()


def test_a_hash_is_the_same_in_every_process() -> None:
    script = f"""
from lambda_usage.recording.codes import nested_codes
from lambda_usage.recording.snapshot import code_hash
code = compile({SHOP!r}, "/elsewhere/app.py", "exec")
print({{each.co_qualname: code_hash(each) for each in nested_codes(code)}})
"""
    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONPATH": SOURCE, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert found == {str(hashes(SHOP))}
