"""What counts as the user's own code, by what installers leave beside it."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coverage_wrapper
import lambda_usage
from lambda_usage.recording.scope import Scope, _top_two
from tests.unit.support import write_files

DIRECT_LOCAL = '{"url": "file:///home/me/shop", "dir_info": {"editable": true}}'
DIRECT_WHEEL = '{"url": "file:///home/me/shop-1.0.whl", "archive_info": {}}'
DIRECT_GIT = '{"url": "https://example.com/shop", "vcs_info": {"vcs": "git"}}'


def record(*paths: str) -> str:
    return "".join(f"{path},sha256=x,10\n" for path in paths)


def in_scope(
    root: Path, *paths: str, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()
) -> list[str]:
    scope = Scope(str(root), include, exclude)
    return [path for path in paths if scope.relative(str(root / path)) is not None]


def package(files: Mapping[str, str], root: Path) -> Path:
    return write_files(root, files)


def test_paths_are_relative_to_the_root(tmp_path: Path) -> None:
    scope = Scope(str(tmp_path))
    assert scope.relative(str(tmp_path / "app.py")) == "app.py"
    assert scope.relative(str(tmp_path / "pkg" / "sub" / "mod.py")) == "pkg/sub/mod.py"


def test_a_relative_root_and_relative_names_mean_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Scope(".").relative(str(tmp_path / "app.py")) == "app.py"
    assert Scope(str(tmp_path)).relative("pkg/mod.py") == "pkg/mod.py"


def test_files_outside_the_root_do_not_count(tmp_path: Path) -> None:
    scope = Scope(str(tmp_path / "task"))
    assert scope.relative(str(tmp_path / "other" / "app.py")) is None
    assert scope.relative(str(tmp_path / "task2" / "app.py")) is None
    assert scope.relative(str(tmp_path / "task" / ".." / "app.py")) is None


@pytest.mark.parametrize("name", ["<string>", "<stdin>", "<frozen importlib._bootstrap>", "<x>.py"])
def test_generated_code_does_not_count(name: str, tmp_path: Path) -> None:
    assert Scope(str(tmp_path), include=("*",)).relative(name) is None


def test_our_own_package_does_not_count_wherever_it_lies() -> None:
    ours, names = Path(lambda_usage.__file__), Path(coverage_wrapper.__file__)
    for root in (ours.parent, ours.parents[1]):
        scope = Scope(str(root), include=("*",))
        assert scope.relative(str(ours)) is None
        assert scope.relative(str(ours.parent / "agent.py")) is None
        assert scope.relative(str(names)) is None
    neighbour = ours.parents[1] / "lambda_usage_of_mine.py"
    assert Scope(str(ours.parents[1])).relative(str(neighbour)) == "lambda_usage_of_mine.py"


@pytest.mark.parametrize(
    "folder",
    [".venv", ".git", "node_modules", "pkg/__pycache__", "site-packages", "a/.b/c"],
)
def test_hidden_folders_and_environments_do_not_count(folder: str, tmp_path: Path) -> None:
    package({f"{folder}/mod.py": "", "app.py": ""}, tmp_path)
    assert in_scope(tmp_path, f"{folder}/mod.py", "app.py") == ["app.py"]
    assert list(Scope(str(tmp_path)).shipped()) == [str(tmp_path / "app.py")]


@pytest.mark.parametrize("folder", ["env", "venv", "pkg/env", "environments/mine"])
def test_a_virtual_environment_is_known_by_its_configuration_not_by_its_name(
    folder: str, tmp_path: Path
) -> None:
    package({f"{folder}/mod.py": "", "app.py": ""}, tmp_path)
    assert in_scope(tmp_path, f"{folder}/mod.py", "app.py") == [f"{folder}/mod.py", "app.py"]
    both = sorted(str(tmp_path / each) for each in ("app.py", f"{folder}/mod.py"))
    assert sorted(Scope(str(tmp_path)).shipped()) == both
    package({f"{folder}/pyvenv.cfg": "", f"{folder}/deep/mod.py": ""}, tmp_path)
    assert list(Scope(str(tmp_path)).shipped()) == [str(tmp_path / "app.py")]


def test_a_file_named_as_an_environment_counts(tmp_path: Path) -> None:
    assert in_scope(tmp_path, "venv.py", "pkg/env.py") == ["venv.py", "pkg/env.py"]


def test_a_vendored_package_does_not_count(tmp_path: Path) -> None:
    package(
        {
            "requests-2.0.dist-info/RECORD": record("requests/__init__.py", "requests/api.py"),
            "requests/__init__.py": "",
            "requests/api.py": "",
            "app.py": "",
        },
        tmp_path,
    )
    paths = ("requests/__init__.py", "requests/api.py", "requests/sub/new.py", "app.py")
    assert in_scope(tmp_path, *paths) == ["app.py"]
    assert in_scope(tmp_path, "requests_of_mine.py", "requestsx/a.py") == [
        "requests_of_mine.py",
        "requestsx/a.py",
    ]


def test_a_vendored_single_module_does_not_count(tmp_path: Path) -> None:
    package({"six-1.0.dist-info/RECORD": record("six.py", "six-1.0.dist-info/RECORD")}, tmp_path)
    assert in_scope(tmp_path, "six.py", "sixty.py", "six/mine.py") == ["sixty.py", "six/mine.py"]


def test_of_a_namespace_package_only_the_distributions_part_is_vendored(tmp_path: Path) -> None:
    package(
        {"acme_lib-1.0.dist-info/RECORD": record("acme/lib/__init__.py", "acme/single.py")},
        tmp_path,
    )
    paths = ("acme/lib/__init__.py", "acme/lib/deep/x.py", "acme/single.py", "acme/orders/app.py")
    assert in_scope(tmp_path, *paths) == ["acme/orders/app.py"]


def test_scripts_and_metadata_of_distributions_take_nothing_from_the_user(tmp_path: Path) -> None:
    package(
        {
            "lib-1.0.dist-info/RECORD": record(
                "../../bin/lib", "bin/lib", "lib-1.0.dist-info/METADATA", "lib/__init__.py"
            )
        },
        tmp_path,
    )
    assert in_scope(tmp_path, "bin/mine.py", "lib/a.py") == ["bin/mine.py"]


def test_quoted_names_in_a_record_are_understood(tmp_path: Path) -> None:
    text = '"odd,name/__init__.py",sha256=x,1\n"lib/__init__.py",sha256=x,1\r\n'
    package({"lib-1.0.dist-info/RECORD": text}, tmp_path)
    assert in_scope(tmp_path, "lib/a.py", "app.py") == ["app.py"]


def test_a_damaged_record_is_survived(tmp_path: Path) -> None:
    package({"a-1.0.dist-info/METADATA": "", "lib-1.0.dist-info/RECORD": ""}, tmp_path)
    (tmp_path / "lib-1.0.dist-info" / "RECORD").write_bytes(b"\xff\xfe\n,,\n\n/x,\nlib/__init__.py")
    assert in_scope(tmp_path, "app.py", "lib/a.py") == ["app.py"]


@pytest.mark.parametrize(
    ("direct_url", "own"), [(DIRECT_LOCAL, True), (DIRECT_GIT, False), (DIRECT_WHEEL, False)]
)
def test_what_was_installed_from_a_local_folder_is_the_users_own(
    direct_url: str, own: bool, tmp_path: Path
) -> None:
    package(
        {
            "shop-1.0.dist-info/RECORD": record("shop/__init__.py"),
            "shop-1.0.dist-info/direct_url.json": direct_url,
            "lib-1.0.dist-info/RECORD": record("lib/__init__.py"),
        },
        tmp_path,
    )
    assert in_scope(tmp_path, "shop/app.py", "lib/a.py") == (["shop/app.py"] if own else [])


@pytest.mark.parametrize("name", ["shop.app.handler", "shop/app.handler", "shop.handler"])
def test_the_handlers_own_package_counts_however_it_was_installed(
    name: str, tmp_path: Path
) -> None:
    package(
        {
            "shop-1.0.dist-info/RECORD": record("shop/__init__.py", "shop.py"),
            "lib-1.0.dist-info/RECORD": record("lib/__init__.py"),
        },
        tmp_path,
    )
    scope = Scope(str(tmp_path))
    scope.own(name)
    assert scope.relative(str(tmp_path / "shop" / "app.py")) == "shop/app.py"
    assert scope.relative(str(tmp_path / "shop.py")) == "shop.py"
    assert scope.relative(str(tmp_path / "lib" / "a.py")) is None


def test_exclude_says_what_does_not_count(tmp_path: Path) -> None:
    paths = ("app.py", "tests/test_app.py", "pkg/gen_x.py")
    assert in_scope(tmp_path, *paths, exclude=("tests/*", "*/gen_*.py")) == ["app.py"]
    assert in_scope(tmp_path, *paths, exclude=(f"{tmp_path}/app.py",)) == list(paths[1:])


def test_include_says_what_counts_vendored_or_not(tmp_path: Path) -> None:
    package({"lib-1.0.dist-info/RECORD": record("lib/__init__.py")}, tmp_path)
    paths = ("app.py", "lib/core.py", "lib/rest.py")
    assert in_scope(tmp_path, *paths, include=("lib/core.py",)) == ["lib/core.py"]
    assert in_scope(tmp_path, *paths, include=("lib/*", "app.py"), exclude=("*/rest.py",)) == [
        "app.py",
        "lib/core.py",
    ]


def test_include_reaches_files_outside_the_root(tmp_path: Path) -> None:
    scope = Scope(str(tmp_path / "task"), include=("/opt/python/mine/*",))
    assert scope.relative("/opt/python/mine/app.py") == "/opt/python/mine/app.py"
    assert scope.relative("/opt/python/yours/app.py") is None
    assert scope.relative(str(tmp_path / "task" / "app.py")) is None


def test_patterns_tell_upper_from_lower_case(tmp_path: Path) -> None:
    assert in_scope(tmp_path, "App.py", "app.py", exclude=("app.py",)) == ["App.py"]


def test_a_root_that_is_not_there_ships_nothing(tmp_path: Path) -> None:
    scope = Scope(str(tmp_path / "gone"))
    assert list(scope.shipped()) == []
    assert scope.relative(str(tmp_path / "gone" / "app.py")) == "app.py"


FOLDERS = st.sampled_from(
    ["", "shop/", "lib/", "acme/lib/", "acme/mine/", ".hidden/", "venv/", "a/venv/", "bin/"]
)
FILES = st.builds(
    "{}{}".format,
    FOLDERS,
    st.sampled_from(["__init__.py", "mod.py", "six.py", ".x.py", "data.txt"]),
)
PATTERNS = st.lists(
    st.sampled_from(["*", "*.py", "lib/*", "acme/*/mod.py", "shop/*", "venv/*", "*/__init__.py"]),
    max_size=2,
).map(tuple)


@settings(max_examples=80, deadline=None)
@given(
    files=st.lists(FILES, max_size=12, unique=True),
    recorded=st.lists(FILES, max_size=6, unique=True),
    include=PATTERNS,
    exclude=PATTERNS,
)
def test_only_what_counts_is_shipped(
    files: list[str], recorded: list[str], include: tuple[str, ...], exclude: tuple[str, ...]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = write_files(
            Path(folder),
            {**dict.fromkeys(files, ""), "lib-1.0.dist-info/RECORD": record(*recorded)},
        )
        shipped = list(Scope(folder, include, exclude).shipped())
        counting = Scope(folder, include, exclude)
        assert len(set(shipped)) == len(shipped)
        everything = Scope(folder)
        for each in shipped:
            assert Path(each).is_file()
            assert each.endswith(".py")
            path = str(Path(each).relative_to(root))
            assert counting.relative(each) in (path, None)
            if counting.relative(each) is None:  # patterns alone keep the user's own file out
                assert everything.relative(each) == path
        counted = {str(root / each) for each in files if each.endswith(".py")}
        own = {each for each in counted if everything.relative(each) is not None}
        assert own <= set(shipped)


def test_what_was_loaded_below_the_root_and_is_out_of_scope_is_known(tmp_path: Path) -> None:
    package({"lib-1.0.dist-info/RECORD": "lib.py,,\n", "lib.py": "", "app.py": ""}, tmp_path)
    scope = Scope(str(tmp_path))
    assert scope.loaded(str(tmp_path / "app.py")) == "app.py"
    assert scope.loaded(str(tmp_path / "lib.py")) is None
    assert scope.loaded("/usr/lib/python/json.py") is None
    assert scope.loaded_elsewhere == {str(tmp_path / "lib.py")}


NAMES = st.text(st.sampled_from("ab_.,- é"), min_size=1, max_size=6).filter(str.strip)


@given(
    st.lists(st.lists(NAMES, min_size=1, max_size=4), max_size=12),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_record_is_read_as_the_csv_file_that_it_is(paths: list[list[str]], end: str) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=end)
    for parts in paths:
        writer.writerow(["/".join(parts), "sha256=a-b_c", "12"])
    expected = {(parts[0], parts[1] if len(parts) > 1 else "") for parts in paths}
    assert _top_two(text.getvalue().encode()) == expected
