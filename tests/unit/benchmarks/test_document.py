from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from benchmarks import tables
from benchmarks.document import main, page
from benchmarks.estimates import Estimate
from benchmarks.results import Results, write
from benchmarks.targets import NOT_MEASURED, Target, targets
from tests.unit.benchmarks.runs import recorded, with_part

CPU = recorded(metric="cpu_us")


def verdicts(results: Results) -> dict[str, Target]:
    return {target.promise: target for target in targets(results)}


def test_a_target_is_met_or_missed_by_all_of_the_interval() -> None:
    met = verdicts(recorded(lambda _: 100, metric="cpu_us"))
    missed = verdicts(recorded(lambda cost: cost + 50_000, metric="cpu_us"))
    promise = "no window, hot loop: ≤ bare + 10 µs of CPU"
    assert met[promise].verdict == "met"
    assert missed[promise].verdict == "missed"


def test_a_verdict_that_the_interval_does_not_bear_out_is_none() -> None:
    rows = tuple(
        replace(row, added=Estimate(9.0, 8.0, 11.0))
        if (row.contender, row.workload) == ("ours-no-window", "hot_loop")
        else row
        for row in CPU.rows
    )
    found = verdicts(with_part(CPU, rows=rows))["no window, hot loop: ≤ bare + 10 µs of CPU"]
    assert found.verdict == "cannot be told"


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    assert {each.verdict for each in targets(Results())} == {NOT_MEASURED}


def test_every_table_of_the_document_names_its_command() -> None:
    text = page(CPU)
    tables_of_figures = re.findall(r"^\*\*.*$", text, re.MULTILINE)
    assert tables_of_figures
    assert all(re.search(r"\(`python -m benchmarks\.\w+.*`\)$", each) for each in tables_of_figures)


def test_the_document_shows_what_was_measured_and_what_was_not() -> None:
    text = page(with_part(CPU, notes=("a thing was left out",)))
    assert "| bare, µs | 100" in text
    assert re.search(r"\| ours: no window \| 1\.0[4-8] \[1\.0", text)
    assert "- a thing was left out" in text
    assert "images/performance-invocation.svg" in text
    assert "performance-fleet.svg" not in text


def test_the_document_is_checked_against_the_results(tmp_path: Path) -> None:
    write(CPU, tmp_path / "results.json")
    (tmp_path / "performance.md").write_text("something else")
    arguments = ["--results", f"{tmp_path}/results.json", "--out", str(tmp_path), "--check"]
    assert main(arguments) == 1


def test_the_page_in_docs_is_what_the_accepted_results_give() -> None:
    assert main(["--check"]) == 0, "python -m benchmarks.document writes it anew"


def test_columns_of_a_table_line_up() -> None:
    table = tables.Table("t", "c", ("", "a"), (("long name", "1"), ("b", "22")))
    assert tables.text(table).split("\n")[1:] == ["            a", "long name   1", "b          22"]
