"""Names and hashes of code objects and paths are the same in every process and after edits."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_usage.bundle.model import UNKNOWN_ORDINAL, CodeKey, OriginUsage, TracedWindow
from lambda_usage.recording.codes import LINE_BITS, CodeRegistry, nested_codes
from lambda_usage.recording.names import path_id
from lambda_usage.recording.snapshot import Snapshots, code_hash
from lambda_usage.recording.tally import KEPT_PATHS, Tally
from lambda_usage.recording.window import WindowHits
from tests.unit.support import SOURCE

from .programs import ON_MONITORING, Program, code_of, compiled, make_recorder

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


def hits_of(code: object, *lines: int) -> frozenset[int]:
    return frozenset(id(code) << LINE_BITS | line for line in lines)


PROPERTY = """\
class C:
    @property
    def x(self):
        return 1
    @x.setter
    def x(self, v):
        self.v = v
"""
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


def test_a_getter_and_its_setter_are_two_paths() -> None:
    code = compiled(PROPERTY)
    getter, setter = (each for each in nested_codes(code) if each.co_name == "x")
    registry = CodeRegistry()
    registry.add(code, "app.py")
    tally = Tally()
    for hits in (hits_of(getter, 4), hits_of(setter, 7)):
        tally.window(WindowHits(hits, frozenset()), 1.0, 0, 0.0, error=False)
    usage = filled(registry, tally)
    assert sorted(each.counts.windows for each in usage.paths.values()) == [1, 1]
    assert {key for each in usage.paths.values() for key in each.lines} == {
        key("C.x", getter.co_firstlineno),
        key("C.x", setter.co_firstlineno),
    }


def test_the_paths_of_a_getter_and_its_setter_keep_their_names_when_they_move() -> None:
    names = []
    for above in ("", "import math\n\n\n"):
        code = compiled(above + PROPERTY)
        registry = CodeRegistry()
        registry.add(code, "app.py")
        tally = Tally()
        for each in nested_codes(code):
            if each.co_name == "x":
                last = max(line for _, _, line in each.co_lines() if line)
                hits = WindowHits(hits_of(each, last), frozenset())
                tally.window(hits, 1.0, 0, 0.0, error=False)
        names.append(set(filled(registry, tally).paths))
    assert names[0] == names[1]
    assert len(names[0]) == 2


def test_windows_of_both_copies_of_a_module_are_one_path() -> None:
    registry = CodeRegistry()
    tally = Tally()
    for _ in range(2):
        code = compiled("def f():\n    return 1\n")
        registry.add(code, "app.py")
        f = next(each for each in nested_codes(code) if each.co_name == "f")
        tally.window(WindowHits(hits_of(f, 2), frozenset(), 1), 2.0, 0, 1.0, error=True)
    usage = filled(registry, tally)
    (path,) = usage.paths.values()
    assert (path.counts.windows, path.counts.weight) == (2, 4.0)
    assert (path.duration, path.errors) == (4.0, 4.0)


def filled(registry: CodeRegistry, tally: Tally, callback_cost: float | None = 0.0) -> OriginUsage:
    snapshots = Snapshots(registry)
    usage = OriginUsage(codes=snapshots.codes())
    snapshots.fill(usage, tally, callback_cost)
    return usage


def test_equal_code_of_different_files_makes_different_paths() -> None:
    registry = CodeRegistry()
    tally = Tally()
    for name in ("a.py", "b.py"):
        code = compiled("def f():\n    return 1\n", name)
        registry.add(code, name)
        f = next(each for each in nested_codes(code) if each.co_name == "f")
        tally.window(WindowHits(hits_of(f, 2), frozenset()), 1.0, 0, 0.0, error=False)
    usage = filled(registry, tally)
    assert len(usage.paths) == 2
    assert sorted(key.path for each in usage.paths.values() for key in each.lines) == [
        "a.py",
        "b.py",
    ]


@pytest.mark.parametrize(("cost", "net"), [(0.01, 0.7), (1.0, 0.0), (None, 0.0)])
def test_durations_are_net_of_recording(cost: float | None, net: float) -> None:
    registry = CodeRegistry()
    code = compiled("x = 1")
    registry.add(code, "app.py")
    tally = Tally()
    hits = WindowHits(hits_of(code, 1), frozenset(), 30)
    tally.window(hits, 1.0, 0, 1.0, error=False, trace=(9.0, "t"))
    (path,) = filled(registry, tally, cost).paths.values()
    assert path.duration == pytest.approx(net)
    assert path.traces == (TracedWindow(9.0, "t", pytest.approx(net)),)


def key(name: str, first: int, path: str = "app.py", ordinal: int = 0) -> CodeKey:
    return CodeKey(path, name, first, ordinal)


def named(lines: dict[CodeKey, frozenset[int]], ranks: dict[CodeKey, int] | None = None) -> str:
    """The path's name, where each code object is the only one of its name in its file."""
    return path_id(lines, {} if ranks is None else ranks)


def test_a_path_keeps_its_name_after_edits_elsewhere_in_the_file() -> None:
    before = {key("f", 10): frozenset({11, 12}), key("g", 20): frozenset({21})}
    after = {key("f", 10): frozenset({11, 12}), key("g", 25): frozenset({26})}
    assert named(before) == named(after)
    moved = {key("f", 110): frozenset({111, 112}), key("g", 120): frozenset({121})}
    assert named(before) == named(moved)


def test_a_path_is_named_by_which_lines_of_which_code_ran() -> None:
    paths: list[dict[CodeKey, frozenset[int]]] = [
        {},
        {key("f", 10): frozenset({11})},
        {key("f", 10): frozenset({11, 12})},
        {key("g", 10): frozenset({11})},
        {key("f", 10, "b.py"): frozenset({11})},
        {key("f", 10): frozenset({11}), key("g", 20): frozenset({21})},
        {key("f", 10): frozenset({11}), key("g", 20): frozenset({22})},
    ]
    names = {named(each) for each in paths}
    assert len(names) == len(paths)
    second = key("f", 10, ordinal=1)
    names.add(named({second: frozenset({11})}, {key("f", 10): 0, second: 1}))
    assert len(names) == len(paths) + 1
    assert all(len(each) == 16 and int(each, 16) >= 0 for each in names)


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.builds(key, st.sampled_from("fgh"), st.integers(1, 9)),
        st.frozensets(st.integers(10, 30), min_size=1),
        max_size=4,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_a_paths_parts_does_not_matter(
    lines: dict[CodeKey, frozenset[int]], random: object
) -> None:
    parts = list(lines.items())
    random.shuffle(parts)  # type: ignore[attr-defined]
    assert named(dict(parts)) == named(lines)


def test_more_paths_than_are_kept_leave_exact_counts_of_code() -> None:
    lines = KEPT_PATHS + 20
    source = (
        "def f(n):\n" + "".join(f"    x = {n}\n" for n in range(lines)) + "def g():\n    pass\n"
    )
    code = compiled(source)
    registry = CodeRegistry()
    registry.add(code, "app.py")
    f, g = [each for each in nested_codes(code) if each.co_name in "fg"]
    tally = Tally()
    for n in range(lines):
        own = hits_of(f, 2 + n) | (hits_of(g, lines + 3) if n % 2 else frozenset())
        tally.window(WindowHits(own, frozenset()), float(n + 1), n % 64, 0.0, error=False)
    usage = filled(registry, tally)
    assert len(usage.paths) == KEPT_PATHS
    windows = sum(each.counts.windows for each in usage.paths.values())
    assert windows + usage.other_paths.windows == lines
    for name, expected in (("f", lines), ("g", lines // 2)):
        (found,) = [each for each in usage.codes if each.qualname == name]
        kept = [each.counts for each in usage.paths.values() if found in each.lines]
        total = sum(each.windows for each in kept) + usage.other[found].windows
        assert total == expected


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
