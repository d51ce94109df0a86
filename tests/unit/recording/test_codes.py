"""Code objects, not bare lines, are what has run."""

from __future__ import annotations

import pytest

from lambda_usage.recording.codes import (
    LINE_BITS,
    CodeRegistry,
    body_lines,
    is_generator_like,
    nested_codes,
    starts_on_first_line,
)

from .programs import compiled, entry_of


def named(source: str, qualname: str) -> object:
    (found,) = [each for each in nested_codes(compiled(source)) if each.co_qualname == qualname]
    return found


def test_all_code_within_a_module_is_found_in_source_order() -> None:
    code = compiled("""\
        def f():
            def inner():
                return lambda: 1
            return inner
        class C:
            def method(self):
                pass
        g = lambda: 2
        """)
    assert [each.co_qualname for each in nested_codes(code)] == [
        "<module>",
        "f",
        "f.<locals>.inner",
        "f.<locals>.inner.<locals>.<lambda>",
        "C",
        "C.method",
        "<lambda>",
    ]


def test_equal_code_of_different_files_is_kept_apart() -> None:
    one, other = (
        next(c for c in nested_codes(compiled("def f(): return 1", path)) if c.co_name == "f")
        for path in ("a.py", "b.py")
    )
    assert one == other  # that is the trap
    registry = CodeRegistry()
    registry.add(one, "a.py")
    registry.add(other, "b.py")
    assert {each.path for each in registry.entries.values()} == {"a.py", "b.py"}
    registry.entries[id(one)].saw([1], 5.0, init=False)
    assert not registry.entries[id(other)].invoke_lines


def test_code_is_registered_once_and_kept_alive() -> None:
    registry = CodeRegistry()
    code = compiled("def f(): pass")
    assert len(registry.add(code, "app.py")) == 2
    assert registry.add(code, "app.py") == []
    assert len(registry.by_file["app.py"]) == 2
    assert all(id(each.code) == key for key, each in registry.entries.items())


def test_hits_are_grouped_by_code_object() -> None:
    registry = CodeRegistry()
    large = 2**47 - 8  # an id near the top of the address space
    hits = [large << LINE_BITS | 1, large << LINE_BITS | 999_999, 8 << LINE_BITS | 7]
    assert registry.group(hits) == {large: {1, 999_999}, 8: {7}}


def test_first_and_last_times_are_kept() -> None:
    registry = CodeRegistry()
    registry.add(compiled("x = 1"), "app.py")
    entry = entry_of(registry, "<module>")
    entry.saw([1], 10.0, init=True)
    entry.saw([1], 30.0, init=False)
    entry.saw([1], 20.0, init=False)
    assert (entry.first_seen, entry.last_seen) == (10.0, 30.0)
    assert (entry.init_lines, entry.invoke_lines) == ({1}, {1})


FUNCTIONS = [
    ("def f(): return 1", "f", {1}, True),
    ("def f():\n    return 1", "f", {2}, False),
    ("@deco\ndef f():\n    return 1", "f", {3}, False),
    ("def f(a,\n      b=1):\n    return a", "f", {3}, False),
    ("f = lambda: 1", "<lambda>", {1}, True),
    ("def f(): yield 1", "f", {1}, True),
    ("def f():\n    yield 1", "f", {2}, False),
    ("async def f(): await g()", "f", {1}, True),
    ("async def f():\n    await g()", "f", {2}, False),
    ("async def f():\n    yield 1", "f", {2}, False),
    ("def f(): pass", "f", {1}, True),
    ("def f():\n    'doc'", "f", {1}, True),  # a docstring is no code
    ("def f():\n    if 0:\n        x = 1\n    return 2", "f", {2, 4}, False),
]


@pytest.mark.parametrize(("source", "name", "lines", "on_first"), FUNCTIONS)
def test_the_line_of_the_def_is_no_line_of_the_body(
    source: str, name: str, lines: set[int], on_first: bool
) -> None:
    code = named(source, name)
    assert starts_on_first_line(code) is on_first  # type: ignore[arg-type]
    found = body_lines(code)  # type: ignore[arg-type]
    assert found <= lines
    assert max(found) == max(lines)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(): return 1", False),
        ("def f(): yield 1", True),
        ("async def f(): pass", True),
        ("async def f(): yield 1", True),
        ("class f: pass", False),
    ],
)
def test_what_can_be_suspended_is_known(source: str, expected: bool) -> None:
    assert is_generator_like(named(source, "f")) is expected  # type: ignore[arg-type]
