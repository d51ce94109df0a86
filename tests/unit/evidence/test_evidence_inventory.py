"""What is read from a source tree."""

from __future__ import annotations

import hashlib
import textwrap
import warnings
from pathlib import Path
from types import CodeType

import pytest
from evidence_world import World, compiled, origin

from lambda_usage.bundle.model import CodeKey
from lambda_usage.evidence import statistics
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.matching import Matcher
from lambda_usage.evidence.model import RangeKind
from lambda_usage.evidence.qualnames import is_comprehension, is_helper, normalised
from lambda_usage.evidence.scopes import Scope, ScopeKind, SourceUnit

CODE, ERROR, STUB = RangeKind.CODE, RangeKind.ERROR_HANDLING, RangeKind.STUB


def read(world: World, text: str) -> SourceUnit:
    world.source(textwrap.dedent(text))
    inventory = read_inventory(world.root)
    assert inventory.problems == ()
    return inventory.units["app.py"]


def scope(unit: SourceUnit, name: str) -> Scope:
    (found,) = [each for each in unit.scopes if each.key.qualname == name]
    return found


def spans(found: Scope) -> list[tuple[int, int]]:
    return [(each.first, each.last) for each in found.statements]


def kinds(found: Scope) -> dict[int, RangeKind]:
    return {each.first: each.kind for each in found.statements}


def test_files_are_named_and_hashed_as_in_a_bundle(world: World) -> None:
    world.source("x = 1\n", "pkg/mod.py")
    unit = read_inventory(world.root).units["pkg/mod.py"]
    assert unit.hash == hashlib.blake2b(b"x = 1\n", digest_size=16).hexdigest()


@pytest.mark.parametrize(
    "folder",
    [
        ".git",
        ".hidden",
        "__pycache__",
        ".venv",
        "venv",
        "node_modules",
        "a.egg-info",
        "a.dist-info",
    ],
)
def test_folders_that_hold_no_source_are_skipped(world: World, folder: str) -> None:
    world.source("x = 1\n", f"{folder}/mod.py")
    assert read_inventory(world.root).units == {}


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"def f(:\n", "line 1"), (b"x = 1\0", "null bytes"), (b"\xff = 1", "utf-8")],
)
def test_a_file_that_does_not_parse_is_a_problem_with_a_reason(
    world: World, content: bytes, reason: str
) -> None:
    (world.root / "bad.py").write_bytes(content)
    world.source("x = 1\n")
    inventory = read_inventory(world.root)
    assert list(inventory.units) == ["app.py"]
    (problem,) = inventory.problems
    assert problem.path == "bad.py"
    assert reason in problem.reason.lower()  # 3.14 writes UTF-8


def test_a_file_nested_too_deeply_is_a_problem(world: World) -> None:
    world.source("x = " + "-" * 50_000 + "1\n")
    assert [each.path for each in read_inventory(world.root).problems] == ["app.py"]


def test_doubtful_escapes_raise_no_warning(world: World) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read(world, "x = '\\d'\n")


def test_compound_statements_cover_only_their_header(world: World) -> None:
    unit = read(
        world,
        """\
        @deco(
            1)
        def f(a,
              b=2):
            '''Doc.'''
            global g
            c: int
            for x in [
                a,
            ]:
                with open(
                    x
                ) as y:
                    pass
            match a:
                case 1 if (
                    b):
                    return 1
            try:
                a()
            except (KeyError,
                    ValueError):
                b()
            else:
                c = 1
        """,
    )
    assert spans(scope(unit, "<module>")) == [(1, 4)]
    assert spans(scope(unit, "f")) == [
        (8, 10),
        (11, 13),
        (14, 14),
        (15, 15),
        (16, 17),
        (18, 18),
        (19, 19),
        (20, 20),
        (21, 22),
        (23, 23),
        (25, 25),
    ]
    assert (scope(unit, "f").key.first_line, scope(unit, "f").line) == (1, 3)


def test_error_handling_is_told_from_other_code(world: World) -> None:
    unit = read(
        world,
        """\
        def f(a):
            if a:
                print(a)
                raise ValueError
            elif a == 2:
                a = 1
                return a
            else:
                raise KeyError
            try:
                a = 2
            except OSError:
                if a:
                    a = 3
            finally:
                a = 4
            raise RuntimeError
        """,
    )
    found = kinds(scope(unit, "f"))
    errors = {line for line, kind in found.items() if kind is ERROR}
    assert errors == {3, 4, 9, 12, 13, 14, 17}


@pytest.mark.parametrize(
    ("body", "stub"),
    [
        ("pass", True),
        ("'''Doc.'''", True),
        ("'''Doc.'''\n    raise NotImplementedError", True),
        ("raise NotImplementedError('x')", True),
        ("raise ValueError", False),
        ("return None", False),
    ],
)
def test_stubs_are_recognised(world: World, body: str, stub: bool) -> None:
    assert scope(read(world, f"def f():\n    {body}\n"), "f").stub is stub


def test_abstract_methods_and_protocol_members_are_stubs(world: World) -> None:
    unit = read(
        world,
        """\
        class P(typing.Protocol[T]):
            def a(self):
                return 1
        class B(abc.ABC):
            @property
            @abc.abstractmethod
            def b(self):
                return 1
            def c(self):
                return 1
        """,
    )
    assert [scope(unit, name).stub for name in ("P.a", "B.b", "B.c")] == [True, True, False]


def test_pragmas_exclude_functions_and_statements(world: World) -> None:
    unit = read(
        world,
        """\
        def f():  # pragma: no cover
            def g():
                return 1
            return lambda: 2
        def h():
            a = 1  # pragma: no cover
            return a
        class C:  # pragma: no cover
            def m(self):
                return 1
        """,
    )
    assert [each.key.qualname for each in unit.scopes] == ["<module>", "h"]
    assert spans(scope(unit, "h")) == [(7, 7)]
    assert spans(scope(unit, "<module>")) == [(5, 5)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".coveragerc", "[report]\nexclude_lines = secret\n"),
        ("setup.cfg", "[coverage:report]\nexclude_also = secret\n"),
        ("tox.ini", "[coverage:report]\nexclude_also = secret\n"),
        ("pyproject.toml", "[tool.coverage.report]\nexclude_also = ['secret']\n"),
    ],
)
@pytest.mark.parametrize("where", ["source", "."])
def test_coverage_settings_of_the_source_or_the_working_directory_hold(
    world: World, tmp_path: Path, name: str, text: str, where: str
) -> None:
    (tmp_path / where / name).write_text(text)
    unit = read(world, "def f():  # secret\n    return 1\ndef g():\n    return 2\n")
    assert [each.key.qualname for each in unit.scopes] == ["<module>", "g"]


def test_settings_that_coverage_refuses_are_a_problem(world: World) -> None:
    (world.root / ".coveragerc").write_text("[report]\nexclude_lines = (\n")
    world.source("x = 1\n")
    inventory = read_inventory(world.root)
    assert list(inventory.units) == ["app.py"]
    assert [Path(each.path).name for each in inventory.problems] == [".coveragerc"]


def test_plugins_that_are_not_installed_do_not_matter(world: World) -> None:
    (world.root / ".coveragerc").write_text("[run]\nplugins = no_such_plugin\n")
    read(world, "x = 1\n")


CONSTRUCTS = """\
import functools
x = [i for i in range(3)]; y = [lambda: i for i in x]; z = lambda: 2
class C(object):
    a = {k: (lambda: v) for k, v in {}.items()}
    @property
    def p(self):
        def inner():
            global made
            def made(): return {s for s in 'ab'}
            return made
        return inner, (lambda q=lambda: 1: [lambda: q for _ in x])
    async def co(self):
        async for i in self: yield [j async for j in i]
def f():
    class K:
        def m(self): return sum(n for n in (lambda: x)())
    try:
        return K
    finally:
        g = lambda: 3
if x:
    def twice(): return [1 for _ in x]
else:
    def twice(): return [2 for _ in x]
"""


def test_every_code_object_of_this_python_has_its_scope(world: World) -> None:
    unit = read(world, CONSTRUCTS)
    matcher = Matcher(unit)
    found: dict[CodeKey, CodeKey] = {}
    for code in compiled(CONSTRUCTS, "app.py"):
        if is_helper(code.key.qualname):
            continue
        owner = matcher.scope(code.key, origin(runtime=this_runtime()))
        assert owner is not None, code.key
        assert all(owner.key.first_line <= n <= owner.last_line for n in code.executable)
        if not is_comprehension(code.key.qualname):
            assert owner.key not in found, "two code objects in one scope"
            found[owner.key] = code.key
    assert set(found) == {each.key for each in unit.scopes}


def this_runtime() -> str:
    import sys

    return f"python{sys.version_info.major}.{sys.version_info.minor}"


KEYS_311 = [
    ("<module>", "<listcomp>", 2, 0),
    ("<lambda>", "<listcomp>.<lambda>", 2, 0),
    ("<lambda>#1", "<lambda>", 2, 0),
    ("C", "C.<dictcomp>", 4, 0),
    ("C.<lambda>", "C.<dictcomp>.<lambda>", 4, 0),
    ("made", "made.<locals>.<setcomp>", 9, 0),
]
KEYS_312 = [
    ("<lambda>", "<lambda>", 2, 0),
    ("<lambda>#1", "<lambda>", 2, 1),
    ("C.<lambda>", "C.<lambda>", 4, 0),
    ("C.co", "C.co.<locals>.<listcomp>", 13, 0),
]


@pytest.mark.parametrize(
    ("runtime", "keys"),
    [("python3.11", KEYS_311), ("python3.12", KEYS_312), ("python3.14", KEYS_312)],
)
def test_keys_of_3_11_read_the_same_as_keys_of_later_pythons(
    world: World, runtime: str, keys: list[tuple[str, str, int, int]]
) -> None:
    matcher = Matcher(read(world, CONSTRUCTS))
    for expected, qualname, line, ordinal in keys:
        found = matcher.scope(CodeKey("app.py", qualname, line, ordinal), origin(runtime=runtime))
        assert found is not None, qualname
        suffix = f"#{found.key.ordinal}" if found.key.ordinal else ""
        assert found.key.qualname + suffix == expected


def test_a_comprehension_belongs_to_the_definition_whose_lines_it_is_in(world: World) -> None:
    matcher = Matcher(read(world, CONSTRUCTS))
    for line in (22, 24):
        key = CodeKey("app.py", "twice.<locals>.<listcomp>", line)
        found = matcher.scope(key, origin(runtime="python3.11"))
        assert found is not None
        assert found.key.first_line == line


@pytest.mark.parametrize(
    "qualname", ["<generic parameters of f>", "__annotate__", "C.__annotate__", "Alias"]
)
def test_what_the_compiler_makes_up_belongs_to_no_scope(world: World, qualname: str) -> None:
    matcher = Matcher(read(world, "def f(x: int): return x\nclass C:\n    y: int = 1\n"))
    assert matcher.scope(CodeKey("app.py", qualname, 1), origin()) is None


@pytest.mark.parametrize(
    ("qualname", "expected"),
    [
        ("f.<locals>.<listcomp>", "f"),
        ("f.<locals>.<listcomp>.<lambda>", "f.<locals>.<lambda>"),
        ("f.<locals>.<genexpr>.<locals>.<lambda>", "f.<locals>.<lambda>"),
        ("f.<locals>.<listcomp>.<setcomp>", "f"),
        ("<listcomp>", "<module>"),
        ("<dictcomp>.<lambda>.<locals>.<genexpr>", "<lambda>"),
        ("C.<listcomp>", "C"),
        ("C.m.<locals>.g", "C.m.<locals>.g"),
    ],
)
def test_names_are_normalised(qualname: str, expected: str) -> None:
    assert normalised(qualname) == expected


def test_this_project_reads_itself() -> None:
    root = Path(statistics.__file__).parents[1]
    inventory = read_inventory(root)
    assert inventory.problems == ()
    assert "evidence/inventory.py" in inventory.units
    for unit in inventory.units.values():
        assert unit.scopes[0].kind is ScopeKind.MODULE
        matcher = Matcher(unit)
        code = compile((root / unit.path).read_bytes(), unit.path, "exec")
        for each in nested(code):
            key = CodeKey(unit.path, each.co_qualname, each.co_firstlineno)
            known = matcher.scope(key, origin(runtime=this_runtime()))
            assert known or is_helper(key.qualname) or key.first_line in unit.excluded, key


def nested(code: CodeType) -> list[CodeType]:
    inner = [each for each in code.co_consts if isinstance(each, CodeType)]
    return [code, *(each for one in inner for each in nested(one))]
