"""``export``, and the forms of reports: which file comes of which option, and what errors say."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from coverage import CoverageData

Cli = Callable[..., Any]


def only_line(result: Any) -> str:
    assert len(result.lines) == 1, result.err
    line: str = result.lines[0]
    return line.removeprefix("lambda-usage: ")


def test_coverage_is_what_an_export_is_made_for_unless_told_otherwise(
    cli: Cli, store: Path, source: Path, tmp_path: Path
) -> None:
    target = tmp_path / "new" / "use.coverage"
    result = cli("export", store, "--source", source, "--output", target)
    assert result.code == 0
    assert only_line(result) == f"wrote {target}"
    data = CoverageData(str(target))
    data.read()
    assert sorted(data.lines(str(source.resolve() / "app.py")) or ()) == [1, 2, 4, 7, 8, 11]
    assert data.measured_contexts() == {"init", "invoke"}


def test_without_source_an_export_has_the_paths_of_the_package(
    cli: Cli, store: Path, tmp_path: Path
) -> None:
    assert cli("export", store, "--output", tmp_path / "use.coverage").code == 0
    data = CoverageData(str(tmp_path / "use.coverage"))
    data.read()
    assert data.measured_files() == {"/var/task/app.py"}


def test_lcov_names_files_as_the_source_was_named(
    cli: Cli, store: Path, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(source.parent)
    common = ("--format", "lcov", "--source", source.name)
    assert cli("export", store, *common, "--output", tmp_path / "use.lcov").code == 0
    text = (tmp_path / "use.lcov").read_text()
    assert f"SF:{source.name}/app.py\n" in text
    assert "FNDA:2000,price\n" in text
    assert "FNDA:0,legacy\n" in text
    assert "DA:8,2000\n" in text


def test_cobertura_names_the_source_by_its_absolute_path(
    cli: Cli, store: Path, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(source.parent)
    common = ("--format", "cobertura", "--source", source.name)
    assert cli("export", store, *common, "--output", tmp_path / "use.xml").code == 0
    document = ElementTree.parse(tmp_path / "use.xml")
    assert document.findtext("sources/source") == str(source.resolve())
    assert document.find("packages/package/classes/class[@filename='app.py']") is not None


def test_speedscope_needs_no_source(cli: Cli, store: Path, tmp_path: Path) -> None:
    result = cli("export", store, "--format", "speedscope", "--output", tmp_path / "paths.json")
    assert result.code == 0
    document = json.loads((tmp_path / "paths.json").read_text())
    ends = [profile["endValue"] for profile in document["profiles"]]
    assert ends == pytest.approx([2000, 24])
    assert document["shared"]["frames"][0] == {"name": "orders"}


def test_what_is_left_out_is_told_once_the_file_is_written(
    cli: Cli, store: Path, source: Path, tmp_path: Path
) -> None:
    (source / "tool.py").write_text("x = 1\n")
    for form in ("coverage", "lcov", "cobertura"):
        common = ("--source", source, "--format", form, "--output", tmp_path / form)
        result = cli("export", store, *common)
        assert result.code == 0
        assert result.lines[1:] == [
            "lambda-usage: left out 1 file of which no deployed version is known to be this "
            "source: tool.py"
        ]


def test_the_folder_that_one_stands_in_adds_nothing_to_paths(
    cli: Cli, store: Path, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(source)
    common = ("--format", "lcov", "--source", ".")
    assert cli("export", store, *common, "--output", tmp_path / "use.lcov").code == 0
    assert "SF:app.py\n" in (tmp_path / "use.lcov").read_text()


@pytest.mark.parametrize("form", ["lcov", "cobertura"])
def test_lines_without_source_are_5_and_say_what_to_give(
    cli: Cli, store: Path, tmp_path: Path, form: str
) -> None:
    result = cli("export", store, "--format", form, "--output", tmp_path / "out")
    assert result.code == 5
    assert "--source DIR" in only_line(result)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", ["lcov", "cobertura", "speedscope"])
def test_branches_go_into_a_coverage_file_only(
    cli: Cli, store: Path, source: Path, tmp_path: Path, form: str
) -> None:
    common = ("--format", form, "--source", source, "--output", tmp_path / "out")
    result = cli("export", store, *common, "--branch")
    assert result.code == 2
    assert only_line(result) == f"--branch goes with --format coverage only: {form} knows none"


def test_branches_that_were_not_recorded_are_2(
    cli: Cli, store: Path, source: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    result = cli("export", store, "--source", source, "--branch", "--output", target)
    assert result.code == 2
    assert "no branches were recorded, leave out --branch" in only_line(result)
    assert not target.exists()


@pytest.mark.parametrize(
    "options", [("--format", "pdf", "--output", "x"), (), ("--output",)], ids=str
)
def test_wrong_usage_of_export_is_2(cli: Cli, store: Path, options: tuple[str, ...]) -> None:
    result = cli("export", store, *options)
    assert result.code == 2
    assert "Traceback" not in result.err


def test_an_export_of_nothing_is_4(cli: Cli, source: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for form in ("coverage", "lcov", "cobertura", "speedscope"):
        common = ("--source", source, "--format", form, "--output", tmp_path / "out")
        result = cli("export", tmp_path / "empty", *common)
        assert result.code == 4
        assert "no bundles in" in only_line(result)
        assert not (tmp_path / "out").exists()


def test_an_export_beside_a_broken_bundle_is_done_and_6(
    cli: Cli, store: Path, source: Path, tmp_path: Path
) -> None:
    (store / "x.coverage").write_bytes(b"junk")
    result = cli("export", store, "--source", source, "--output", tmp_path / "out")
    assert result.code == 6
    assert (tmp_path / "out").exists()


def test_an_export_that_cannot_be_written_is_3(
    cli: Cli, store: Path, source: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    for form in ("coverage", "lcov"):
        common = ("--source", source, "--format", form, "--output", tmp_path / "file" / "out")
        result = cli("export", store, *common)
        assert result.code == 3
        assert "cannot write" in only_line(result)


def test_help_of_export_fits_80_columns_and_shows_examples(cli: Cli) -> None:
    text = cli("export", "--help").out
    assert max(map(len, text.splitlines())) <= 80
    assert "lambda-usage export" in text.partition("Examples")[2]


def test_a_report_for_a_pull_request(cli: Cli, store: Path, source: Path) -> None:
    result = cli("report", "dead-code", store, "--source", source, "--format", "markdown")
    assert result.code == 0
    assert result.out.startswith("## Dead code in production\n")
    assert "| `app.py` `legacy` | 11-13 |" in result.out
    result = cli("report", "hot-paths", store, "--format", "markdown")
    assert result.out.startswith("## Hot paths in production\n")


def test_a_report_for_a_spreadsheet(cli: Cli, store: Path, source: Path, tmp_path: Path) -> None:
    target = tmp_path / "dead.csv"
    common = ("--source", source, "--format", "csv")
    printed = cli("report", "dead-code", store, *common)
    assert cli("report", "dead-code", store, *common, "--output", target).code == 0
    assert target.read_text() == printed.out
    assert target.read_bytes().count(b"\r\n") == 5
    rows = csv.DictReader(io.StringIO(printed.out, newline=""))
    assert {row["name"]: row["verdict"] for row in rows}["legacy"] == "dead"


@pytest.mark.parametrize("report", ["dead-code", "hot-paths"])
def test_both_reports_are_one_page(
    cli: Cli, store: Path, source: Path, tmp_path: Path, report: str
) -> None:
    target = tmp_path / "report.html"
    common = ("--source", source, "--format", "html", "--output", target)
    assert cli("report", report, store, *common).code == 0
    assert target.read_text("utf-8").startswith("<!doctype html>")


def test_a_page_of_hot_paths_needs_no_source(cli: Cli, store: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    assert cli("report", "hot-paths", store, "--format", "html", "--output", target).code == 0
    assert target.stat().st_size > 1000
