"""That coverage.py's exclusions hold as coverage.py itself applies them."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import coverage
import pytest
from evidence_world import World

from lambda_usage.evidence.exclusions import Exclusions
from lambda_usage.evidence.inventory import read_inventory
from tests.support.paths import FIXTURES

TEXTS = {
    "nothing": b"def f():\n    return 1\n",
    "pragma": b"def f():  # pragma: no cover\n    return 1\n",
    "stub": b"def f(): ...\n",
    "type checking": b"if TYPE_CHECKING:\n    import a\n",
    "form feed": b"x = 1\n\x0c\nif TYPE_CHECKING:\n    import a\n",
    "carriage returns": b"x = 1\rif TYPE_CHECKING:\r    import a\r",
    "another encoding": b"# -*- coding: latin-1 -*-\nx = '\xe9'  # pragma: no cover\n",
    "byte order mark": b"\xef\xbb\xbfx = 1  # pragma: no cover\n",
    "no last line end": b"x = 1\nx = 2  # secret",
    "empty": b"",
    "over two lines": b"x = 1  # begin\ny = 2  # end\nz = 3\n",
}
SETTINGS = [
    "",
    "[report]\nexclude_lines =\n",
    "[report]\nexclude_lines = secret$\n",
    "[report]\nexclude_lines = secret\\n\n",
    "[report]\nexclude_also =\n  begin\\n.*end\n  secret\n",
]


def theirs(file: Path, settings: str | bool) -> frozenset[int]:
    """What coverage.py itself excludes."""
    found = coverage.Coverage(data_file=None, config_file=settings)
    excluded = frozenset(found.analysis2(str(file))[2])
    found.get_data().close(force=True)
    return excluded


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("name", TEXTS)
def test_what_is_excluded_is_what_coverage_py_excludes(
    tmp_path: Path, name: str, settings: str
) -> None:
    (tmp_path / ".coveragerc").write_text(settings)
    file = tmp_path / "app.py"
    file.write_bytes(TEXTS[name])
    with closing(Exclusions([tmp_path])) as exclusions:
        found = exclusions.lines(file, TEXTS[name])
    assert found == theirs(file, str(tmp_path / ".coveragerc"))


def test_the_texts_and_settings_exclude_something(tmp_path: Path) -> None:
    (tmp_path / ".coveragerc").write_text(SETTINGS[-1])
    file = tmp_path / "app.py"
    found = set()
    with closing(Exclusions([tmp_path])) as exclusions:
        for name, text in TEXTS.items():
            file.write_bytes(text)
            if exclusions.lines(file, text):
                found.add(name)
    assert found == set(TEXTS) - {"nothing", "empty"}


def test_every_construct_is_excluded_as_by_coverage_py() -> None:
    root = FIXTURES / "every_construct" / "task"
    with closing(Exclusions([root])) as exclusions:
        for file in root.rglob("*.py"):
            assert exclusions.lines(file, file.read_bytes()) == theirs(file, False)


def test_patterns_that_do_not_go_together_are_a_problem(world: World) -> None:
    (world.root / ".coveragerc").write_text("[report]\nexclude_also = (?i)secret\n")
    world.source("def f():  # pragma: no cover\n    return 1\n")
    inventory = read_inventory(world.root)
    assert [each.key.qualname for each in inventory.units["app.py"].scopes] == ["<module>"]
    (problem,) = inventory.problems
    assert problem.path == ".coveragerc"
    assert "global flags" in problem.reason


def test_settings_of_another_folder_are_named_without_where_the_tree_lies(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / ".coveragerc").write_text("[report]\nexclude_lines = (\n")
    world.source("x = 1\n")
    (problem,) = read_inventory(world.root).problems
    assert problem.path == "../.coveragerc"
    assert str(tmp_path) not in problem.reason


def test_a_file_whose_name_is_no_utf_8_is_read_under_a_name_that_can_be_written(
    world: World,
) -> None:
    try:
        (world.root / os.fsdecode(b"caf\xe9.py")).write_text("x = 1\n")
    except OSError:
        pytest.skip("this file system holds no such names")
    assert list(read_inventory(world.root).units) == ["caf\\xe9.py"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".coveragerc", "no settings at all"),
        ("pyproject.toml", "[tool.coverage.run]\nbranch = nothing"),
        ("app.py", "x = 1  # pragma: no cover\n\x0cy = 1\n"),  # too much for coverage.py
    ],
)
def test_a_problem_does_not_say_where_the_tree_lies(
    world: World, tmp_path: Path, path: str, text: str
) -> None:
    world.source("x = 1\n", "other.py")
    (world.root / path).write_text(text)
    (problem,) = read_inventory(world.root).problems
    assert problem.path == path
    assert str(tmp_path) not in problem.reason
