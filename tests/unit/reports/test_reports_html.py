"""The HTML page, as a file: what is in it, and what cannot be."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import zlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from lambda_usage.evidence.model import (
    BlindSpot,
    DeadCodeReport,
    DeadRange,
    Evidence,
    FileEvidence,
    FileState,
    FunctionEvidence,
    HotPathsReport,
    Keep,
    PathEvidence,
    PathLines,
    PathShare,
    RangeKind,
    StatementEvidence,
    Thresholds,
    Verdict,
)
from lambda_usage.evidence.scopes import Inventory
from lambda_usage.reports._findings import dead_units, ranges_inside
from lambda_usage.reports.html import write_html
from lambda_usage.reports.html._source import tokens

HOSTILE = "<script>alert('run')</script><img src=x onerror=alert(1)>\"'&--></script><!--"
NOTHING = Evidence(0, 0, 0.0, 0, 0, 0, 0, 0, None, None, ())
NO_SOURCE = Inventory(None, {})
SOURCE = Inventory(
    None, {}, texts={"orders/v1.py": '"""Old."""\n\ndef convert(order):\n    return order\n'}
)


def rendered(
    dead_code: DeadCodeReport, hot_paths: HotPathsReport, inventory: Inventory = NO_SOURCE
) -> str:
    out = io.StringIO()
    write_html(dead_code, hot_paths, inventory, out)
    return out.getvalue()


class Page:
    """A page, taken apart as a browser takes it apart."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = html.document_fromstring(text)

    @property
    def data(self) -> Any:
        return json.loads(self.script("data"))

    @property
    def later(self) -> Any:
        return self.unpacked("later")

    def unpacked(self, name: str) -> Any:
        return json.loads(zlib.decompress(base64.b64decode(self.script(name))))

    def script(self, name: str) -> str:
        return str(self.tree.get_element_by_id(name).text)

    @property
    def words(self) -> str:
        body = html.document_fromstring(self.text).body
        for each in body.xpath("//script|//style"):
            each.drop_tree()
        return " ".join(body.text_content().split())


@pytest.fixture
def page(dead_code: DeadCodeReport, hot_paths: HotPathsReport) -> Page:
    return Page(rendered(dead_code, hot_paths, SOURCE))


def test_every_function_of_the_report_is_in_the_pages_data(
    page: Page, dead_code: DeadCodeReport
) -> None:
    files = [row[0] for row in page.data["files"]]
    shown = {(files[row[0]], row[1], row[2]) for row in page.data["functions"]}
    assert shown == {(each.file, each.name, each.line) for each in dead_code.functions}


def test_every_file_and_path_is_in_the_pages_data(
    page: Page, dead_code: DeadCodeReport, hot_paths: HotPathsReport
) -> None:
    assert [row[0] for row in page.data["files"]] == [each.file for each in dead_code.files]
    assert [row[0] for row in page.data["paths"]] == [each.id for each in hot_paths.paths]


def test_dead_code_is_what_the_other_forms_call_dead(page: Page, dead_code: DeadCodeReport) -> None:
    assert [tuple(row[2:4]) for row in page.data["dead"]] == [
        (each.first, each.last) for each in dead_units(dead_code)
    ]
    assert [tuple(row[2:4]) for row in page.data["inside"]] == [
        (each.range.first, each.range.last) for each in ranges_inside(dead_code)
    ]


def test_the_headline_counts_the_lines_that_the_findings_name(
    page: Page, dead_code: DeadCodeReport
) -> None:
    lines = {(u.file, n) for u in dead_units(dead_code) for n in range(u.first, u.last + 1)}
    lines |= {
        (each.function.file, n)
        for each in ranges_inside(dead_code)
        for n in range(each.range.first, each.range.last + 1)
    }
    headline = page.tree.get_element_by_id("headline").text_content()
    assert headline.startswith(f"{len(lines)} of ")
    assert headline.endswith("lines are dead on this evidence")


def test_the_summary_says_what_the_report_cannot_see(page: Page, dead_code: DeadCodeReport) -> None:
    for spot in dead_code.blind_spots:
        assert spot.message in page.words


def test_a_report_of_nothing_is_a_page_that_says_so() -> None:
    page = Page(
        rendered(
            DeadCodeReport(NOTHING, (), Thresholds(), (), ()), HotPathsReport(NOTHING, (), (), ())
        )
    )
    assert "Nothing was recorded, so nothing can be said" in page.words
    assert page.data["functions"] == []


def test_a_report_without_source_code_says_that_it_has_no_verdicts(
    dead_code: DeadCodeReport, hot_paths: HotPathsReport
) -> None:
    page = Page(rendered(replace(dead_code, files=(), functions=()), hot_paths))
    assert "Without source code, there is no verdict on it" in page.words
    assert len(page.data["paths"]) == len(hot_paths.paths)


def test_equal_reports_give_equal_bytes(
    dead_code: DeadCodeReport, hot_paths: HotPathsReport
) -> None:
    assert rendered(dead_code, hot_paths, SOURCE) == rendered(dead_code, hot_paths, SOURCE)


def test_the_page_loads_nothing_from_anywhere(page: Page) -> None:
    for each in page.tree.iter():
        for name, value in each.items():
            if name in ("src", "action", "data", "poster", "srcset", "background"):
                pytest.fail(f"<{each.tag} {name}={value!r}>")
            if name in ("href", "xlink:href"):
                assert value.startswith(("#", "data:image/svg+xml,")), value
    assert "@import" not in page.text
    assert not re.search(r"url\(", page.text)


def test_the_policy_admits_the_pages_own_scripts_and_styles_and_nothing_else(page: Page) -> None:
    (policy,) = page.tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    rules = dict(each.strip().split(" ", 1) for each in policy.split(";"))
    scripts = [
        each.text for each in page.tree.xpath("//script") if each.get("type") in (None, "module")
    ]
    assert rules.pop("default-src") == "'none'"
    assert rules.pop("script-src").split() == [_hash(each) for each in scripts]
    assert rules.pop("style-src").split() == [_hash(page.tree.xpath("//style")[0].text)]
    assert rules.pop("img-src") == "data:"
    assert rules == {
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
    }


def test_markup_in_names_reasons_and_source_is_text_and_no_markup() -> None:
    text = f"x = 1  # {HOSTILE}\n"
    dead_code, hot_paths = hostile(HOSTILE)
    page = Page(rendered(dead_code, hot_paths, Inventory(None, {}, texts={HOSTILE: text})))
    kinds = [each.get("type") for each in page.tree.xpath("//script")]
    # the scheme, the data, what is compressed of functions and of paths, a source, and the module
    assert kinds == [None, "application/json", *["text/plain"] * 3, "module"]
    assert page.tree.xpath("//img") == []
    assert page.tree.xpath("//*[@onerror]") == []
    assert page.data["files"][0][0] == HOSTILE
    assert page.data["functions"][0][1] == HOSTILE
    assert page.unpacked("source-0")["text"] == text
    assert HOSTILE in page.tree.body.text_content()


def test_names_that_are_no_utf_8_can_be_written() -> None:
    dead_code, hot_paths = hostile("broken-\udcff.py")
    out = io.StringIO()
    write_html(dead_code, hot_paths, NO_SOURCE, out)
    out.getvalue().encode("utf-8")


def test_source_text_is_there_for_files_whose_source_is_at_hand_only(page: Page) -> None:
    with_source = {row[0] for row in page.data["files"] if row[5] >= 0}
    assert with_source == {"orders/v1.py"}
    assert "def convert" in page.unpacked("source-0")["text"]


def test_a_kept_function_is_not_among_the_dead(
    dead_code: DeadCodeReport, hot_paths: HotPathsReport
) -> None:
    keep = Keep("orders/pricing.py:40", "asked for in January", "2027-01-31", False)
    functions = tuple(
        replace(each, keep=keep) if each.name == "legacy_discount" else each
        for each in dead_code.functions
    )
    page = Page(rendered(replace(dead_code, functions=functions), hot_paths))
    data = page.data
    row = next(row for row in data["functions"] if row[1] == "legacy_discount")
    assert list(data["states"])[row[4]] == "kept"
    names = [data["functions"][each[1]][1] for each in data["dead"]]
    assert "legacy_discount" not in names
    assert [data["functions"][each[1]][1] for each in data["kept"]] == ["legacy_discount"]


def test_what_holds_something_kept_is_not_said_to_be_free_to_go(
    dead_code: DeadCodeReport, hot_paths: HotPathsReport
) -> None:
    keep = Keep("orders/pricing.py:66", "", None, False)
    functions = tuple(
        replace(each, keep=keep) if each.name.endswith("key") else each
        for each in dead_code.functions
    )
    page = Page(rendered(replace(dead_code, functions=functions), hot_paths))
    number = next(n for n, row in enumerate(page.data["functions"]) if row[1] == "Coupons.redeem")
    later = page.later
    answer = [later["words"][each] for each in later["functions"][number][3]]
    assert answer[0] == "Not as a whole: something in it is kept on purpose."
    assert " yes" not in " ".join(answer)


def test_each_line_stands_as_its_statement_does() -> None:
    statements = (
        StatementEvidence(1, 1, "f", Verdict.USED, RangeKind.CODE, 5.0),
        StatementEvidence(2, 4, "f", Verdict.STARTUP, RangeKind.CODE, 0.0),
        StatementEvidence(3, 3, "f", Verdict.UNPROVEN, RangeKind.CODE, 0.0),
        StatementEvidence(6, 6, "f", Verdict.DEAD, RangeKind.ERROR_HANDLING, 0.0),
        StatementEvidence(8, 8, "f", Verdict.DEAD, RangeKind.CODE, 0.0),
    )
    ranges = (
        DeadRange(6, 6, RangeKind.ERROR_HANDLING),
        DeadRange(8, 9, RangeKind.CODE),
    )
    function = replace(_function("f", Verdict.USED, 10), dead_lines=ranges)
    file = FileEvidence("a.py", FileState.LOADED, ranges, 10, (), statements)
    dead_code = DeadCodeReport(NOTHING, (), Thresholds(), (file,), (function,))
    source = Inventory(None, {}, texts={"a.py": "\n" * 10})
    page = Page(rendered(dead_code, HotPathsReport(NOTHING, (), (), ()), source))
    packed = page.unpacked("source-0")
    assert packed["lines"] == "usps.e.dd."
    assert packed["hits"] == [1, 1, 5]


def test_what_a_lambda_function_alone_says_is_told_in_its_own_words(
    dead_code: DeadCodeReport, hot_paths: HotPathsReport
) -> None:
    later = Page(rendered(dead_code, hot_paths)).later
    answers = [" ".join(later["words"][each] for each in row[3]) for row in later["functions"]]
    assert any(answer.startswith("On this evidence, yes") for answer in answers)
    assert any(answer.startswith("Not on this evidence") for answer in answers)


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_tokens_cover_the_text_in_utf_16_units(text: str) -> None:
    # Python's source has no other newlines once it is read
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = list(tokens(text))
    assert sum(found[::2]) == len(text.encode("utf-16-le")) // 2
    assert all(length > 0 for length in found[::2])
    assert all(0 <= kind <= 9 for kind in found[1::2])


def hostile(text: str) -> tuple[DeadCodeReport, HotPathsReport]:
    """Reports whose every text is the same."""
    function = replace(_function(text, Verdict.DEAD, 1), file=text, reason=text)
    path = PathEvidence(
        text,
        1.0,
        1.0,
        1.0,
        1,
        None,
        0.0,
        (f"{text}:{text}",),
        1.0,
        (PathShare(text, 1.0, 1.0, 1.0, 1.0),),
        (PathLines(text, ((1, 2),)),),
    )
    spots = (BlindSpot("losses", text),)
    file = FileEvidence(text, FileState.LOADED, (), 1, (text,))
    return (
        DeadCodeReport(NOTHING, spots, Thresholds(), (file,), (function,)),
        HotPathsReport(NOTHING, spots, (path,), ()),
    )


def _function(name: str, verdict: Verdict, last: int) -> FunctionEvidence:
    return FunctionEvidence(
        "a.py", name, 1, verdict, 2000.0, None, None, None, None, (), "", "invocations", last
    )


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
