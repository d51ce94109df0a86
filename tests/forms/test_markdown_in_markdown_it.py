"""Markdown, read by markdown-it: what is said is what was meant, whatever code is called."""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from lambda_usage.evidence.model import DeadCodeReport, HotPathsReport, PathTrace, Verdict
from lambda_usage.reports import renderer_for
from lambda_usage.reports._markdown import LIMIT, code, prose, row, table_head
from tests.forms import made

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
LINKED = re.compile(r"@|#\d|GH-\d|://|www\.|\b[0-9a-f]{7,40}\b|:\w+:", re.IGNORECASE)
"""What GitHub makes a link, a notification or a picture of, outside code."""

anything = st.sampled_from(made.HOSTILE) | made.names


def dead_code_markdown(report: DeadCodeReport) -> str:
    out = io.StringIO()
    renderer_for("markdown").dead_code(report, out)
    return out.getvalue()


def hot_paths_markdown(report: HotPathsReport) -> str:
    out = io.StringIO()
    renderer_for("markdown").hot_paths(report, out)
    return out.getvalue()


def visible(name: str) -> str:
    """A name as it can be shown in one line."""
    return "".join(_escaped(each) if _is_unseen(each) else each for each in name)


def _is_unseen(letter: str) -> bool:
    controls = unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"}
    turns = letter in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    return controls or turns or letter == "\ufeff" or 0xE0000 <= ord(letter) < 0xE0080


def _escaped(letter: str) -> str:
    # as Python writes it, but for line ends, which have names of their own there
    return f"\\x{ord(letter):02x}" if ord(letter) < 256 else ascii(letter)[1:-1]


def said(tokens: list[Token] | None) -> tuple[str, str]:
    """What a reader sees of inline tokens: all of it, and what of it is not in code."""
    whole, open_text, in_code = "", "", False
    for token in tokens or []:
        if token.type == "html_inline":
            assert token.content in ("<code>", "</code>"), token.content
            in_code = token.content == "<code>"
            continue
        assert token.type in ("text", "code_inline"), token
        whole += token.content
        if token.type == "text" and not in_code:
            open_text += token.content
    return whole, open_text


def tables(text: str) -> list[list[list[str]]]:
    """Tables as rows of cells, headings included."""
    found: list[list[list[str]]] = []
    tokens = PARSER.parse(text)
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in ("td_open", "th_open") and after:
            found[-1][-1].append(said(after.children)[0])
    return found


@given(anything)
def test_any_name_survives_in_a_table(name: str) -> None:
    ((_, (first, second)),) = tables(table_head("A", "B") + row(code(name), "x"))
    assert (first, second) == (visible(name), "x")


@pytest.mark.parametrize("name", made.HOSTILE)
def test_names_that_mean_something_to_github_survive_in_a_table(name: str) -> None:
    ((_, (first, _)),) = tables(table_head("A", "B") + row(code(name), "x"))
    assert first == visible(name)


@given(st.lists(anything, max_size=6).map(" ".join))
def test_any_words_survive_as_an_item_and_as_a_cell(words: str) -> None:
    shown = visible(" ".join(words.split()))
    ((_, (cell, _)),) = tables(table_head("A", "B") + row(prose(words), "x"))
    assert cell == shown
    inline = [token for token in PARSER.parse(f"- {prose(words)}\n") if token.type == "inline"]
    assert "".join(said(token.children)[0] for token in inline) == shown
    assert len(inline) == bool(shown)


@given(st.lists(anything, max_size=6).map(" ".join))
def test_no_words_of_others_notify_or_link(words: str) -> None:
    for token in PARSER.parse(f"x {prose(words)}\n"):
        if token.type == "inline":
            assert not LINKED.search(said(token.children)[1])


def test_ordinary_words_stay_as_they_are() -> None:
    words = "orders-nightly has 3 days of 14 (since 2026-11-01): 0.15 %, on too few windows."
    assert prose(words) == words
    assert code("orders/pricing.py") == "`orders/pricing.py`"


@settings(max_examples=60)
@given(anything)
def test_a_report_with_any_names_has_tables_of_even_width(text: str) -> None:
    document = dead_code_markdown(made.everywhere(text))
    found = tables(document)
    assert len(found) == 6
    for table in found:
        assert {len(each) for each in table} == {len(table[0])}
    lines = document.splitlines()
    assert lines.count("<details>") == lines.count("</details>") == 6
    assert f"{visible(text)} {visible(text)}" in [line[0] for table in found for line in table]


def test_dead_code_stands_open_and_all_else_folds() -> None:
    functions = [made.function("a.py", f"f{n:02}", line=n * 10) for n in range(23)]
    thin = made.function("b.py", "thin", Verdict.UNPROVEN, reason="b has 3 days of 14")
    document = dead_code_markdown(made.dead_code([*functions, thin], ["It cannot see threads."]))
    start, _, rest = document.partition("<details>")
    assert "**23 pieces of code, 69 lines, never ran** in 20,000 invocations" in start
    assert "0.015 % of invocations (95 %)" in start
    ((_, *open_rows),) = tables(start)
    assert [line[0] for line in open_rows] == [f"a.py f{n:02}" for n in range(20)]
    more, unproven = tables(rest)
    assert [line[0] for line in more[1:]] == ["a.py f20", "a.py f21", "a.py f22"]
    assert unproven[1:] == [["b.py thin", "3", "b has 3 days of 14"]]
    assert document.endswith("### What this report cannot see\n\n- It cannot see threads.\n")


def test_nothing_dead_is_said_and_not_left_to_guess() -> None:
    used = made.function("a.py", "f", Verdict.USED)
    assert "**Nothing is dead**" in dead_code_markdown(made.dead_code([used]))


def test_a_long_report_is_cut_and_says_so() -> None:
    functions = [made.function("a.py", f"f{n}" + "x" * 150, line=n) for n in range(3_000)]
    thin = [
        made.function("b.py", f"g{n}", Verdict.UNPROVEN, line=n, reason="thin") for n in range(50)
    ]
    spots = [f"Blind spot {n} is told." for n in range(40)]
    document = dead_code_markdown(made.dead_code([*functions, *thin], spots))
    assert LIMIT - 500 < len(document.encode()) <= LIMIT < 65_536
    more, unproven = tables(document)[1:]
    told = re.findall(r"\*\*([\d,]+) more rows are left out", document)
    missing = [3_000 - 20 - len(more[1:]), 50 - len(unproven[1:])]
    assert [int(each.replace(",", "")) for each in told] == missing
    assert document.count("<details>") == document.count("</details>") == 2
    assert all(words in document for words in spots)


def test_one_name_beyond_all_measure_is_counted_and_not_cut_in_two() -> None:
    functions = [made.function("a.py", "x" * 70_000), made.function("b.py", "g")]
    document = dead_code_markdown(made.dead_code(functions))
    assert len(document.encode()) <= LIMIT
    assert "**2 more rows are left out" in document


def test_a_path_has_its_figures_and_its_functions() -> None:
    paths = [made.path("0bd41e9c52f0", ["a.py:f", "a|b.py:g"]), made.path("77", ["a.py:f"])]
    document = hot_paths_markdown(made.hot_paths(paths, ["It cannot see threads."]))
    figures, along, by_use = tables(document)
    assert figures[1] == ["0bd41e9c", "50 %", "40-60 %", "200 ms", "none", "orders"]
    assert along[1:] == [
        ["every path", "a.py:f"], ["0bd41e9c", "a|b.py:g"], ["77", "nothing besides"],
    ]  # fmt: skip
    assert by_use[1][0] == "a.py f"
    assert document.endswith("- It cannot see threads.\n")


def test_the_latest_traces_of_the_paths_are_a_table_of_their_own() -> None:
    trace = PathTrace("4bf92f3577b34da6a3ce929d0e0e4736", "2026-11-16T09:41:07Z", 0.0512, "a|b")
    older = replace(trace, id="1-5759e988-bd862e3fe1be46a994272793", duration_s=None)
    path = replace(made.path("0bd41e9c52f0", ["a.py:f"]), traces=(trace, older))
    document = hot_paths_markdown(made.hot_paths([path, made.path("77", ["a.py:f"])]))
    assert tables(document)[2][1:] == [
        ["0bd41e9c", trace.id, "2026-11-16 09:41:07 UTC", "51 ms", "a|b"],
        ["0bd41e9c", older.id, "2026-11-16 09:41:07 UTC", "–", "a|b"],
    ]


def test_no_path_is_said_and_not_left_to_guess() -> None:
    assert "**No path was recorded**" in hot_paths_markdown(made.hot_paths([]))


@settings(max_examples=60)
@given(anything, st.integers(1, 40))
def test_paths_with_any_names_have_tables_of_even_width(text: str, number: int) -> None:
    paths = [made.path(f"{n:012x}", [f"{text}:{text}"], 1.0, None, [text]) for n in range(number)]
    for table in tables(hot_paths_markdown(made.hot_paths(paths))):
        assert {len(each) for each in table} == {len(table[0])}
