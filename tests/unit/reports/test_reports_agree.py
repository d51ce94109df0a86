"""Forms that speak of the same thing say the same number."""

from __future__ import annotations

import io
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from lambda_usage.evidence.model import (
    DeadCodeReport,
    DeadRange,
    FileEvidence,
    FileState,
    FunctionEvidence,
    HotPathsReport,
    RangeKind,
    Verdict,
)
from lambda_usage.evidence.scopes import Inventory
from lambda_usage.reports import renderer_for
from lambda_usage.reports._findings import MODULE, dead_units, different_lines, ranges_inside
from lambda_usage.reports._lines import DEAD, letters
from lambda_usage.reports.html import write_html
from tests.forms import made

LINES = 30
spans = st.tuples(st.integers(1, LINES), st.integers(1, LINES)).map(sorted)


@st.composite
def judged(draw: st.DrawFn, number: int) -> FunctionEvidence:
    """A function anywhere in the file, lying in whatever others."""
    first, last = draw(spans)
    name = MODULE if number == 0 else draw(st.sampled_from(["C", "C.m", "f", "g"])) + "x" * number
    kind = draw(st.sampled_from(RangeKind))
    dead = tuple(DeadRange(*draw(spans), kind) for _ in range(draw(st.integers(0, 2))))
    found = made.function("a.py", name, draw(st.sampled_from(Verdict)), first)
    return replace(found, last_line=last, dead_lines=dead)


@st.composite
def reports(draw: st.DrawFn) -> DeadCodeReport:
    functions = [draw(judged(number)) for number in range(draw(st.integers(1, 6)))]
    state = draw(st.sampled_from([FileState.LOADED, FileState.SHIPPED]))
    file = FileEvidence("a.py", state, (), LINES, ("orders",))
    return replace(made.dead_code(functions), files=(file,))


def text_of(form: str, report: DeadCodeReport) -> str:
    out = io.StringIO()
    renderer_for(form).dead_code(report, out)
    return " ".join(out.getvalue().split())


def headline(report: DeadCodeReport) -> str:
    out = io.StringIO()
    hot_paths = HotPathsReport(report.evidence, (), (), ())
    write_html(report, hot_paths, Inventory(None, {}), out)
    page = html.document_fromstring(out.getvalue())
    return str(page.get_element_by_id("headline").text_content())


def number(pattern: str, text: str) -> int | None:
    found = re.search(pattern, text)
    return int(found[1]) if found else None


@given(reports())
def test_text_and_markdown_count_the_lines_of_dead_pieces_alike(report: DeadCodeReport) -> None:
    units = dead_units(report)
    expected = different_lines(units) if units else None
    assert number(r"Dead: \d+ pieces? of code, (\d+) lines?", text_of("text", report)) == expected
    pattern = r"\d+ pieces? of code, (\d+) lines?, never ran"
    assert number(pattern, text_of("markdown", report)) == expected


@given(reports())
def test_text_and_markdown_count_the_lines_in_code_that_runs_alike(report: DeadCodeReport) -> None:
    inside = ranges_inside(report)
    expected = different_lines(inside) if inside else None
    pattern = r"Dead inside functions that ran: \d+ places?, (\d+) lines?"
    assert number(pattern, text_of("text", report)) == expected
    assert number(pattern, text_of("markdown", report)) == expected


@given(reports())
def test_the_pages_headline_counts_each_dead_line_of_either_kind_once(
    report: DeadCodeReport,
) -> None:
    dead = different_lines([*dead_units(report), *ranges_inside(report)])
    assert number(r"^(\d+) of \d+ lines? (?:is|are) dead", headline(report)) == (dead or None)
    assert letters(report)["a.py"].count(DEAD) == dead
