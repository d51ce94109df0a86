"""A package's fingerprint is that of its files: equal for equal ones, wherever and whenever."""

from __future__ import annotations

import os
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

import pytest

from lambda_usage.recording.package import (
    Package,
    absolute,
    file_hash,
    read_package,
)
from lambda_usage.recording.scope import Scope
from tests.unit.support import write_files

FILES = {
    "app.py": "x = 1\n",
    "pkg/__init__.py": "",
    "pkg/mod.py": "y = 2\n",
    "lib/__init__.py": "",
    "lib-1.0.dist-info/RECORD": "lib/__init__.py,,\n",
    "data.json": "{}",
}


def read(root: Path, files: Mapping[str, str]) -> Package:
    return read_package(Scope(str(write_files(root, files))))


def test_every_file_in_scope_is_there_with_its_hash_and_size(tmp_path: Path) -> None:
    package = read(tmp_path, FILES)
    expected = {
        path: (blake2b(text.encode(), digest_size=16).hexdigest(), len(text))
        for path, text in FILES.items()
        if path in ("app.py", "pkg/__init__.py", "pkg/mod.py")
    }
    assert package.files == expected
    assert list(package.distributions) == ["lib"]
    assert len(package.fingerprint) == 32


def test_equal_packages_have_equal_fingerprints(tmp_path: Path) -> None:
    first = read(tmp_path / "one", FILES)
    second = read(tmp_path / "other" / "place", dict(reversed(FILES.items())))
    os.utime(tmp_path / "one" / "app.py", (1, 1))
    again = read_package(Scope(str(tmp_path / "one")))
    assert first == second == again


@pytest.mark.parametrize(
    "change",
    [
        {"app.py": "x = 2\n"},
        {"app.py": "x = 1\n\n"},
        {"pkg/__init__.py": "\n"},
        {"pkg/mod.py": "y = 3\n"},
        {"pkg/mod.py": None},
        {"pkg/new.py": ""},
        {"pkg/mod.py": None, "pkg/renamed.py": "y = 2\n"},
        {"app.py": "y = 2\n", "pkg/mod.py": "x = 1\n"},
        {"more-2.0.dist-info/RECORD": "more.py,,\n"},
        {
            "lib-1.0.dist-info/RECORD": None,
            "lib-1.1.dist-info/RECORD": FILES["lib-1.0.dist-info/RECORD"],
        },
    ],
)
def test_a_fingerprint_changes_with_any_file(change: dict[str, str | None], tmp_path: Path) -> None:
    files = {path: text for path, text in {**FILES, **change}.items() if text is not None}
    changed = read(tmp_path / "changed", files)
    assert changed.fingerprint != read(tmp_path / "first", FILES).fingerprint


def test_what_is_out_of_scope_changes_no_fingerprint(tmp_path: Path) -> None:
    more = {"data.json": "[]", "lib/__init__.py": "z = 3\n", ".git/hook.py": "", "README.md": ""}
    assert read(tmp_path / "one", FILES) == read(tmp_path / "two", {**FILES, **more})


def test_a_file_that_cannot_be_read_is_there_without_a_hash(tmp_path: Path) -> None:
    plain = read(tmp_path, FILES)
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    package = read_package(Scope(str(tmp_path)))
    assert package.files == {**plain.files, "gone.py": ("", 0)}
    assert package.fingerprint != plain.fingerprint
    assert read_package(Scope(str(tmp_path))) == package


def test_a_name_that_is_no_text_is_a_file_like_any_other(tmp_path: Path) -> None:
    plain = read(tmp_path, FILES)
    name = os.fsdecode(b"odd\xff.py")
    try:
        (tmp_path / name).write_text("")
    except OSError:
        pytest.skip("this file system wants names to be text")
    package = read_package(Scope(str(tmp_path)))
    assert package.files.keys() - plain.files.keys() == {name}
    assert package.fingerprint != plain.fingerprint


@pytest.mark.parametrize("name", ["absent.py", "", "folder", "app.py/below.py"])
def test_what_is_no_readable_file_has_no_hash(name: str, tmp_path: Path) -> None:
    write_files(tmp_path, {"app.py": "", "folder/app.py": ""})
    assert file_hash(str(tmp_path / name)) == ("", 0)


def test_an_empty_file_has_a_hash(tmp_path: Path) -> None:
    write_files(tmp_path, {"app.py": ""})
    assert file_hash(str(tmp_path / "app.py")) == (blake2b(digest_size=16).hexdigest(), 0)


def test_a_root_that_is_not_there_is_an_empty_package(tmp_path: Path) -> None:
    package = read_package(Scope(str(tmp_path / "gone")))
    assert (package.files, package.distributions) == ({}, {})
    assert package.fingerprint == read_package(Scope(str(tmp_path / "too"))).fingerprint


def test_paths_lead_back_to_files(tmp_path: Path) -> None:
    scope = Scope(str(tmp_path))
    assert absolute(scope, "pkg/mod.py") == str(tmp_path / "pkg" / "mod.py")
    assert absolute(scope, "/opt/python/mine.py") == "/opt/python/mine.py"
