"""The coverage.py file: what is in it, and what is left out and told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from types import CodeType

import pytest
from coverage import CoverageData

from lambda_usage.bundle.model import (
    Bundle,
    BundleId,
    BundleInfo,
    Code,
    CodeKey,
    Exposure,
    Origin,
    OriginUsage,
    SourceFile,
)
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.scopes import Inventory
from lambda_usage.recording.package import content_hash
from lambda_usage.reports.coverage_data import NoBranchesError, write_coverage

SOURCE = """\
def one(): return 1


def choose(flag):
    if flag:
        return one()
    return 2
"""
ORIGIN = Origin(
    "orders", runtime="python3.14", recorder="monitoring", package="p1", root="/var/task"
)
Read = Callable[..., tuple[CoverageData, tuple[str, ...]]]


def codes(path: str, text: str) -> dict[CodeKey, Code]:
    found: dict[CodeKey, Code] = {}

    def add(code: CodeType, name: str) -> None:
        key = CodeKey(path, name, code.co_firstlineno)
        lines = frozenset(line for *_, line in code.co_lines() if line)
        body = lines if name in ("<module>", "one") else lines - {code.co_firstlineno}
        found[key] = Code(key, "", body)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                add(constant, constant.co_name)

    add(compile(text, path, "exec"), "<module>")
    return found


def usage(path: str, text: str, *, loaded: bool = True) -> OriginUsage:
    content = text.encode()
    return OriginUsage(
        exposures={"2026-11-01": Exposure(inits=1, invocations=10)},
        files={path: SourceFile(path, content_hash(content), len(content), loaded)},
        codes=codes(path, text) if loaded else {},
    )


def saw(
    found: OriginUsage,
    name: str,
    init: Iterable[int] = (),
    invoke: Iterable[int] = (),
    arcs: Iterable[tuple[int, int]] = (),
) -> None:
    (key,) = (each for each in found.codes if each.qualname == name)
    found.codes[key] = replace(
        found.codes[key],
        init_lines=frozenset(init),
        invoke_lines=frozenset(invoke),
        arcs=frozenset(arcs),
    )


def bundle(*origins: tuple[Origin, OriginUsage]) -> Bundle:
    infos = {}
    for number, (origin, _) in enumerate(origins):
        name = BundleId("a", number)
        infos[name] = BundleInfo(name, origin, True, 1.0, 2.0, lists_package=True)
    return Bundle(infos, dict(origins))


@pytest.fixture
def ran() -> OriginUsage:
    """``choose(True)`` ran, ``one`` with it."""
    found = usage("app.py", SOURCE)
    saw(found, "<module>", init=[1, 4])
    saw(found, "choose", invoke=[5, 6], arcs=[(5, 6)])
    saw(found, "one", invoke=[1])
    return found


@pytest.fixture
def source(tmp_path: Path) -> Inventory:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(SOURCE)
    return read_inventory(tmp_path / "src")


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(
        found: Bundle, inventory: Inventory | None, *, branches: bool = False
    ) -> tuple[CoverageData, tuple[str, ...]]:
        path = tmp_path / "use.coverage"
        notes = write_coverage(found, inventory, path, branches=branches)
        data = CoverageData(str(path))
        data.read()
        return data, notes

    return read


def test_lines_stand_under_the_phase_in_which_they_ran(
    read: Read, ran: OriginUsage, source: Inventory, tmp_path: Path
) -> None:
    data, notes = read(bundle((ORIGIN, ran)), source)
    name = str(tmp_path / "src" / "app.py")
    assert data.measured_files() == {name}
    assert {line: sorted(found) for line, found in data.contexts_by_lineno(name).items()} == {
        1: ["init", "invoke"], 4: ["init"], 5: ["invoke"], 6: ["invoke"],
    }  # fmt: skip
    assert not data.has_arcs()
    assert notes == ()


def test_a_file_that_was_never_loaded_is_there_without_lines(
    read: Read, source: Inventory, tmp_path: Path
) -> None:
    data, _ = read(bundle((ORIGIN, usage("app.py", SOURCE, loaded=False))), source)
    assert data.measured_files() == {str(tmp_path / "src" / "app.py")}
    assert data.lines(str(tmp_path / "src" / "app.py")) == []


def test_what_ran_from_another_version_does_not_count(
    read: Read, ran: OriginUsage, source: Inventory, tmp_path: Path
) -> None:
    other = usage("app.py", f"{SOURCE}\n")
    saw(other, "choose", invoke=[5, 7])
    old = replace(ORIGIN, package="p2", version="1")
    data, notes = read(bundle((ORIGIN, ran), (old, other)), source)
    assert sorted(data.lines(str(tmp_path / "src" / "app.py")) or ()) == [1, 4, 5, 6]
    assert notes == ()
    data, notes = read(bundle((old, other)), source)
    assert data.measured_files() == set()
    assert notes == (
        "left out 1 file of which no deployed version is known to be this source: app.py",
    )


def test_a_file_that_is_in_no_package_is_left_out_and_told(
    read: Read, ran: OriginUsage, source: Inventory, tmp_path: Path
) -> None:
    (tmp_path / "src" / "tool.py").write_text("x = 1\n")
    data, notes = read(bundle((ORIGIN, ran)), read_inventory(tmp_path / "src"))
    assert data.measured_files() == {str(tmp_path / "src" / "app.py")}
    assert notes == ("left out 1 file that no deployment package ships: tool.py",)


def test_without_source_paths_are_those_of_the_package(read: Read, ran: OriginUsage) -> None:
    data, notes = read(bundle((ORIGIN, ran)), None)
    assert data.measured_files() == {"/var/task/app.py"}
    assert notes == ()


def test_without_source_several_versions_are_put_together_and_told(
    read: Read, ran: OriginUsage
) -> None:
    other = usage("app.py", f"{SOURCE}\n")
    saw(other, "choose", invoke=[7])
    data, notes = read(bundle((ORIGIN, ran), (replace(ORIGIN, package="p2"), other)), None)
    assert sorted(data.lines("/var/task/app.py") or ()) == [1, 4, 5, 6, 7]
    assert notes == (
        "lines of several versions are put together in /var/task/app.py: give --source DIR",
    )


def test_an_uploaded_inventory_tells_versions_apart_without_a_directory(
    read: Read, ran: OriginUsage, source: Inventory
) -> None:
    data, notes = read(bundle((ORIGIN, ran)), replace(source, root=None))
    assert data.measured_files() == {"/var/task/app.py"}
    assert notes == ()


def test_branches_are_arcs_and_lines_lead_to_themselves(
    read: Read, ran: OriginUsage, source: Inventory, tmp_path: Path
) -> None:
    data, _ = read(bundle((ORIGIN, ran)), source, branches=True)
    name = str(tmp_path / "src" / "app.py")
    assert data.has_arcs()
    # line 1 is two code objects: the module goes on to line 4, the function leaves
    assert set(data.arcs(name) or ()) == {(1, 1), (4, 4), (5, 5), (6, 6), (5, 6), (1, 4), (1, -1)}
    assert data.contexts_by_lineno(name)[5] == ["invoke"]
    data.set_query_context("init")
    assert set(data.arcs(name) or ()) == {(1, 1), (4, 4), (1, 4)}


def test_a_one_line_function_that_never_ran_was_never_left(
    read: Read, ran: OriginUsage, source: Inventory, tmp_path: Path
) -> None:
    saw(ran, "one")
    data, _ = read(bundle((ORIGIN, ran)), source, branches=True)
    assert (1, -1) not in (data.arcs(str(tmp_path / "src" / "app.py")) or ())


def test_a_branch_that_was_taken_in_neither_phase_alone_is_not_lost(
    read: Read, ran: OriginUsage, tmp_path: Path
) -> None:
    saw(ran, "choose", init=[5], invoke=[6], arcs=[(5, 6)])
    data, _ = read(bundle((ORIGIN, ran)), None, branches=True)
    assert (5, 6) in (data.arcs("/var/task/app.py") or ())


def test_a_file_that_ran_where_no_branches_are_recorded_is_left_out_and_told(
    read: Read, ran: OriginUsage
) -> None:
    silent = usage("app.py", SOURCE)
    silent.files |= usage("b.py", SOURCE).files
    ran.files |= usage("c.py", SOURCE, loaded=False).files
    saw(silent, "choose", invoke=[5, 7])
    old = replace(ORIGIN, runtime="python3.13", function_name="billing")
    data, notes = read(bundle((ORIGIN, ran), (old, silent)), None, branches=True)
    assert data.measured_files() == {"/var/task/b.py", "/var/task/c.py"}
    assert notes == (
        "left out 1 file that ran where no branches are recorded (Python 3.12 and 3.13, or "
        "switched off): app.py",
    )


def test_where_nothing_tells_of_branches_there_is_no_file(
    read: Read, ran: OriginUsage, tmp_path: Path
) -> None:
    saw(ran, "choose", invoke=[5, 6])
    with pytest.raises(NoBranchesError):
        read(bundle((ORIGIN, ran)), None, branches=True)
    assert not (tmp_path / "use.coverage").exists()


@pytest.mark.parametrize("path", ["../../home/me/secret.py", "/home/me/secret.py"])
def test_a_file_outside_of_its_package_is_left_out(read: Read, ran: OriginUsage, path: str) -> None:
    outside = usage(path, SOURCE)
    found = replace(ran, files=ran.files | outside.files, codes=ran.codes | outside.codes)
    data, notes = read(bundle((ORIGIN, found)), None)
    assert data.measured_files() == {"/var/task/app.py"}
    assert notes == (f"left out 1 file that would lie outside of the deployment package: {path}",)
