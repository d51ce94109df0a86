"""Paths are told apart by the lines that ran, and keep their names after edits elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_usage.bundle.model import CodeKey, TracedWindow
from lambda_usage.recording.codes import CodeRegistry, nested_codes
from lambda_usage.recording.names import path_id
from lambda_usage.recording.tally import KEPT_PATHS, Tally
from lambda_usage.recording.window import WindowHits

from .made_paths import PROPERTY, filled, hits_of, key
from .programs import compiled


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
