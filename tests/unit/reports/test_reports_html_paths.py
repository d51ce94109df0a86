"""What the HTML page holds on single paths: whose they are, and the lines that they run."""

from __future__ import annotations

import base64
import io
import json
import zlib
from dataclasses import replace
from typing import Any

import pytest
from lxml import html

from lambda_usage.evidence.model import (
    FileEvidence,
    FileState,
    PathEvidence,
    PathLines,
    PathShare,
    PathTrace,
    Verdict,
)
from lambda_usage.evidence.scopes import Inventory
from lambda_usage.reports.html import write_html
from tests.forms import made

TEXT = '''"""A module."""

def f(x):
    y = [
        x,
        # why two
        x or 1,
    ]

    return g(
        y)
def never():
    pass
'''
STATEMENTS = (
    made.statement(3),
    made.statement(4, "f", 9.0, last=8),
    made.statement(10, "f", 9.0, last=11),
    made.statement(12),
    made.statement(13, "never", verdict=Verdict.DEAD),
)
FILE = FileEvidence("a.py", FileState.LOADED, (), 13, ("orders",), STATEMENTS)


def path(*lines: tuple[int, int], name: str = "1") -> PathEvidence:
    return replace(made.path(name, ["a.py:f"]), files=(PathLines("a.py", lines),))


def packed(*paths: PathEvidence, file: FileEvidence = FILE, text: str | None = TEXT) -> Any:
    """What the page unpacks when a view of traffic is opened."""
    dead_code = replace(made.dead_code([made.function("a.py", "f", Verdict.USED)]), files=(file,))
    texts = {} if text is None else {"a.py": text}
    out = io.StringIO()
    write_html(dead_code, made.hot_paths(paths), Inventory(None, {}, texts=texts), out)
    content = html.document_fromstring(out.getvalue()).get_element_by_id("paths").text
    return json.loads(zlib.decompress(base64.b64decode(content)))


def test_a_statement_on_several_lines_is_run_as_a_whole() -> None:
    (piece,) = packed(path((4, 5), (10, 10)))["pieces"]
    assert piece == [0, [4, 5, 10, 10], [4, 8, 10, 11], True]


def test_lines_that_are_whole_statements_are_there_once() -> None:
    (piece,) = packed(path((10, 11)))["pieces"]
    assert piece == [0, [10, 11], [], True]


def test_what_two_paths_run_alike_is_there_once() -> None:
    found = packed(path((4, 5)), path((4, 5), name="2"))
    assert len(found["pieces"]) == 1
    assert [own for _, own in found["paths"]] == [[0], [0]]


@pytest.mark.parametrize("line", [9, 13, 14, 99])
def test_an_empty_line_or_one_that_never_ran_is_of_another_version(line: int) -> None:
    assert packed(path((4, 5), (line, line)))["pieces"] == [[0, [4, 5, line, line], [], False]]


def test_the_docstring_of_a_module_is_of_this_source() -> None:
    (piece,) = packed(path((1, 1), (3, 3)))["pieces"]
    assert piece == [0, [1, 1, 3, 3], [], True]


def test_no_line_is_of_a_source_that_differs_from_all_versions() -> None:
    found = packed(path((4, 5)), file=replace(FILE, state=FileState.DIFFERS))
    assert found["pieces"] == [[0, [4, 5], [], False]]


def test_lines_of_files_that_the_report_does_not_judge_are_there_too() -> None:
    lines = PathLines("b.py", ((2, 3),))
    found = packed(replace(path(), files=(lines,)), text=None)
    assert (found["files"], found["pieces"]) == (["b.py"], [[0, [2, 3], [], False]])
    assert found["gaps"] == [[]]


def test_blank_lines_and_comments_part_no_ranges() -> None:
    assert packed(path((4, 5)))["gaps"] == [[1, 2, 9, 9]]


def test_a_lambda_functions_share_is_in_words_and_numbers() -> None:
    share = PathShare("orders", 0.4146, 0.38, 0.442, 539.0)
    (shares, _), = packed(replace(path((4, 5)), lambda_functions=(share,)))["paths"]  # fmt: skip
    assert shares == [[0, "41 %", "38–44.2 %", 0.4146, 0.38, 0.442, 539]]


def test_a_path_has_its_traces_and_where_they_are_looked_up() -> None:
    trace = PathTrace("4bf92f3577b34da6a3ce929d0e0e4736", "2026-11-16T09:41:07Z", 0.0512, "orders")
    unknown = replace(trace, id="1-5759e988-bd862e3fe1be46a994272793", duration_s=None)
    found = packed(replace(path((4, 5)), traces=(trace, unknown)), path((4, 5), name="2"))
    assert found["traces"] == [
        [
            [trace.id, "2026-11-16 09:41:07", "51 ms", "orders"],
            [unknown.id, "2026-11-16 09:41:07", "", "orders"],
        ],
        [],
    ]
    assert found["trace_url"] == ""
