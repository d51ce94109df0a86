"""Which distributions a package ships, and which were imported."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from lambda_usage.recording.distributions import (
    ShippedDistribution,
    is_imported,
    loaded_places,
    read_distributions,
)


def write(root: Path, records: Mapping[str, str]) -> dict[str, ShippedDistribution]:
    """Distributions with these RECORDs (one path in each line), and their Python files."""
    for name, paths in records.items():
        folder = root / f"{name}.dist-info"
        folder.mkdir(parents=True)
        lines = paths.split()
        (folder / "RECORD").write_text("".join(f"{each},sha256=x,1\n" for each in lines))
        for each in lines:
            if not each.startswith(".."):
                (root / each).parent.mkdir(parents=True, exist_ok=True)
                (root / each).touch()
    return read_distributions(str(root))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that is importable, and leaves nothing imported behind."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def imported(found: ShippedDistribution, root: Path, *files: Path) -> bool:
    return is_imported(found, loaded_places(str(root), map(str, files)))


@pytest.mark.parametrize(
    ("record", "modules"),
    [
        ("requests/__init__.py requests/api.py", {"requests"}),
        ("six.py __pycache__/six.cpython-313.pyc", {"six"}),
        ("lib/__init__.cpython-313-x86_64-linux-gnu.so", {"lib"}),
        ("lib/__init__.pyc", {"lib"}),
        ("_lib.cpython-313-x86_64-linux-gnu.so lib.py", {"_lib", "lib"}),
        ("google/storage/__init__.py google/storage/a.py", {"google.storage"}),
        ("../../bin/cloud.py cloud/__init__.py", {"cloud"}),
    ],
)
def test_a_distribution_has_the_modules_of_its_record(
    record: str, modules: set[str], tmp_path: Path
) -> None:
    (found,) = write(tmp_path, {"a-1.0a1": record}).values()
    assert (found.version, found.modules) == ("1.0a1", modules)


@pytest.mark.parametrize(
    "record",
    [
        "x-stubs/__init__.pyi",
        "words/words.txt",
        "__editable__.mine-1.0.pth",
        "bin/tool.py",
        "a-1.0.dist-info/METADATA",
        "a-1.0.data/scripts/tool.py",
        "",
    ],
)
def test_what_holds_no_module_is_nothing_to_import(record: str, tmp_path: Path) -> None:
    assert write(tmp_path, {"a-1.0": record}) == {}


def test_a_folder_without_a_record_or_a_name_is_nothing_to_import(tmp_path: Path) -> None:
    (tmp_path / "a-1.0.dist-info").mkdir()
    (tmp_path / "broken.dist-info").mkdir()
    assert read_distributions(str(tmp_path)) == {}
    assert read_distributions(str(tmp_path / "gone")) == {}


def test_a_distribution_is_imported_as_soon_as_one_of_its_modules_is(root: Path) -> None:
    found = write(root, {"a-1": "lu_one/__init__.py lu_two.py", "b-1": "lu_three.py"})
    assert not imported(found["a"], root)
    import lu_two  # type: ignore[import-not-found]  # noqa: F401

    assert imported(found["a"], root)
    assert not imported(found["b"], root)


def test_distributions_of_one_namespace_are_told_apart(root: Path) -> None:
    found = write(root, {"a-1": "lu_space/one/__init__.py", "b-1": "lu_space/two/__init__.py"})
    import lu_space.one  # type: ignore[import-not-found]  # noqa: F401

    assert imported(found["a"], root)
    assert not imported(found["b"], root)


def test_a_module_that_was_found_through_another_path_is_imported(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = write(root, {"a-1": "lu_inner/lu_module.py"})
    monkeypatch.syspath_prepend(root / "lu_inner")
    import lu_module  # type: ignore[import-not-found]  # noqa: F401

    assert imported(found["a"], root)


def test_a_module_of_another_name_is_imported(root: Path) -> None:
    found = write(root, {"a-1": "lu_plugin/__init__.py"})
    file = root / "lu_plugin" / "__init__.py"
    spec = spec_from_file_location("something_else", file)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(module_from_spec(spec))
    assert not imported(found["a"], root)
    assert imported(found["a"], root, file), "what loaded it tells"
