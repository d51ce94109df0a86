"""Cobertura XML, held against its DTD."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from coverage import Coverage, CoverageData
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from lambda_usage.evidence.model import DeadCodeReport, FileEvidence, FileState
from lambda_usage.reports.cobertura import write_cobertura
from tests.forms import made

DTD = etree.DTD(str(Path(__file__).parent / "schemas/coverage-04.dtd"))

anything = st.sampled_from(made.HOSTILE) | made.names


def checked(text: str) -> etree._Element:
    document = etree.fromstring(text.encode())
    assert DTD.validate(document), DTD.error_log
    return document


def cobertura(report: DeadCodeReport, root: str = "/src") -> etree._Element:
    out = io.StringIO()
    write_cobertura(report, root, out)
    return checked(out.getvalue())


def test_the_document_obeys_the_grammar_and_names_it() -> None:
    out = io.StringIO()
    notes = write_cobertura(made.shop(), "/src", out)
    checked(out.getvalue())
    assert "http://cobertura.sourceforge.net/xml/coverage-04.dtd" in out.getvalue()
    assert len(notes) == 3


def test_lines_are_by_file_with_their_hits() -> None:
    (found,) = cobertura(made.shop()).xpath("//class[@filename='shop/app.py']/lines")
    assert {int(each.get("number")): int(each.get("hits")) for each in found} == {
        1: 1, 3: 1, 4: 120, 5: 0, 6: 120, 8: 1, 9: 0, 11: 1, 13: 7, 14: 1,
    }  # fmt: skip


def test_rates_are_shares_of_lines() -> None:
    document = cobertura(made.shop())
    assert (document.get("lines-covered"), document.get("lines-valid")) == ("8", "12")
    assert float(document.get("line-rate")) == pytest.approx(8 / 12, abs=1e-6)
    (package,) = document.xpath("//package")
    assert (package.get("name"), package.get("branch-rate")) == ("shop", "0")
    rates = {each.get("filename"): float(each.get("line-rate")) for each in package.iter("class")}
    assert rates == {"shop/app.py": pytest.approx(0.8), "shop/v1.py": 0.0}


def test_methods_have_their_lines_and_a_rate_of_their_own() -> None:
    methods = {each.get("name"): each for each in cobertura(made.shop()).iter("method")}
    assert [int(each.get("hits")) for each in methods["price"].iter("line")] == [120, 0, 120]
    assert float(methods["price"].get("line-rate")) == pytest.approx(2 / 3, abs=1e-6)
    # its line ran, for the definition stands on it, but the function never did
    assert methods["C.total:14"].get("line-rate") == "0"
    assert methods["C.total:13"].get("line-rate") == "1"


def test_the_source_directory_is_named() -> None:
    assert [each.text for each in cobertura(made.shop(), "/home/src").iter("source")] == [
        "/home/src"
    ]


def test_equal_reports_give_equal_documents() -> None:
    first, second = io.StringIO(), io.StringIO()
    write_cobertura(made.shop(), "/src", first)
    write_cobertura(made.shop(), "/src", second)
    assert first.getvalue() == second.getvalue()


@settings(max_examples=80)
@given(anything, anything)
def test_any_names_make_a_document(file: str, name: str) -> None:
    function = replace(made.function(file, name), first_seen="2026-11-01T00:00:12Z")
    report = replace(
        made.dead_code([function]),
        files=(FileEvidence(file, FileState.LOADED, (), 5, (), (made.statement(4, name),)),),
    )
    document = cobertura(report, root=file)
    assert document.get("lines-valid") == "1"
    assert len(document.xpath("//method")) == (name != "<module>")


def test_a_report_of_nothing_is_a_document() -> None:
    assert cobertura(made.dead_code([])).get("lines-valid") == "0"


def test_the_grammar_is_the_one_that_coverage_py_writes(tmp_path: Path) -> None:
    source = tmp_path / "a.py"
    source.write_text("def f():\n    return 1\n")
    data = CoverageData(str(tmp_path / "data"))
    data.add_lines({str(source): {1}})
    data.write()
    data.close()
    measured = Coverage(data_file=str(tmp_path / "data"), config_file=False, messages=False)
    measured.load()
    measured.xml_report(outfile=str(tmp_path / "out.xml"))
    measured.get_data().close()
    checked((tmp_path / "out.xml").read_text())
