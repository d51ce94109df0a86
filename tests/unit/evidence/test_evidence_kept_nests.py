"""Whatever somebody marked to keep is dead in no form, nor is anything that it stands in."""

from __future__ import annotations

import ast
import csv
import io
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from evidence_world import Counts, World, even, exposure, origin, over_days
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_usage.evidence.hot_paths import hot_paths_report
from lambda_usage.evidence.model import DeadCodeReport, FunctionEvidence
from lambda_usage.reports import renderer_for
from lambda_usage.reports._explanation import explain
from lambda_usage.reports._findings import Standing, dead_units, ranges_apart, ranges_inside
from lambda_usage.reports._lines import letters
from lambda_usage.reports._places import Place
from lambda_usage.reports.html._numbering import numbering
from lambda_usage.reports.html._payload import for_later

MONTH = over_days(15, exposure(invocations=200, inits=100, windows=200))
MARK = "  # lambda-usage: keep"
DEPTH = 3
HANDLER = ["def handler(event):", "    return 1", ""]

_SIMPLE = (
    "x = 1",
    "y = lambda: 2",
    "global z",
    "raise ValueError",
    "'text'",
    "w = [n for n in ()]",
)
_COMPOUND = ("if x:", "for n in ():", "with x:", "def f{}():", "class C{}:", "try:", "@p\ndef f():")


@dataclass
class Nest:
    """A module of statements in one another."""

    rows: list[str]

    def block(self, draw: st.DrawFn, depth: int) -> None:
        for _ in range(draw(st.integers(1, 3))):
            indent = "    " * depth
            if depth >= DEPTH or draw(st.booleans()):
                self.rows.append(indent + draw(st.sampled_from(_SIMPLE)))
                continue
            header = draw(st.sampled_from(_COMPOUND)).format(len(self.rows))
            self.rows += [indent + row for row in header.split("\n")]
            self.block(draw, depth + 1)
            if header == "try:":
                self.rows.append(f"{indent}except ValueError:")
                self.block(draw, depth + 1)


@dataclass(frozen=True)
class Kept:
    """A module with one statement that is to be kept."""

    text: str
    rows: frozenset[int]
    around: frozenset[int]
    """First rows of the headers that the statement stands under."""


@st.composite
def nests(draw: st.DrawFn) -> Kept:
    nest = Nest(list(HANDLER))
    nest.block(draw, 0)
    text = "\n".join(nest.rows) + "\n"
    found = [each for each in _statements(ast.parse(text), ()) if each[0].lineno > len(HANDLER)]
    node, around = draw(st.sampled_from(found))
    rows = list(nest.rows)
    rows[node.lineno - 1] += MARK
    return Kept("\n".join(rows) + "\n", _rows(node), frozenset(each.lineno for each in around))


def _statements(
    parent: ast.AST, around: tuple[ast.stmt, ...]
) -> Iterator[tuple[ast.stmt, tuple[ast.stmt, ...]]]:
    for child in ast.iter_child_nodes(parent):
        if isinstance(child, ast.stmt):
            yield child, around
            yield from _statements(child, (*around, child))
        elif isinstance(child, ast.ExceptHandler):
            yield from _statements(child, around)


def _rows(node: ast.stmt) -> frozenset[int]:
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    return frozenset(range(first, (node.end_lineno or 0) + 1))


def judged(kept: Kept, loaded: bool, used: int) -> tuple[World, DeadCodeReport]:
    """A fleet that ships the module, perhaps imports it, and perhaps runs one function of it."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        world.source(kept.text)
        usage = world.ship(origin(), MONTH, loaded=loaded, body=False)
        if loaded:
            world.saw(origin(), "<module>", range(1, 60, 2), init=True)
            world.saw(origin(), "handler")
            names = sorted({key.qualname for key in usage.codes} - {"<module>"})
            name = names[used % len(names)]
            world.saw(origin(), name, range(1, 60, 2))
            world.window(origin(), ["handler", name], Counts(3000, 3000.0, even(3000.0)))
        with chdir(folder):  # away from this project's own settings
            return world, world.report()


@settings(deadline=None, max_examples=150)
@given(nests(), st.booleans(), st.integers(0, 9))
def test_what_is_to_be_kept_is_dead_in_no_form(kept: Kept, loaded: bool, used: int) -> None:
    world, report = judged(kept, loaded, used)
    for unit in dead_units(report):
        assert kept.rows.isdisjoint(range(unit.first, unit.last + 1))
    for found in (*ranges_inside(report), *ranges_apart(report)):
        named = range(found.first, found.last + 1)
        assert kept.rows.isdisjoint(named)
        assert kept.around.isdisjoint(named)
    assert "d" not in {letters(report)["app.py"][row - 1] for row in kept.rows}
    _csv(report, kept)
    _page(world, report, kept)


@settings(deadline=None, max_examples=100)
@given(nests(), st.booleans(), st.integers(0, 9))
def test_what_is_to_be_kept_never_gets_a_yes(kept: Kept, loaded: bool, used: int) -> None:
    _, report = judged(kept, loaded, used)
    for function in filter(lambda each: _touches(each, kept), report.functions):
        explanation = explain(report, Place(function))
        assert explanation.standing is not Standing.DEAD
        parts = {part.heading: part.entries for part in explanation.parts}
        assert not any(" yes" in entry.words for entry in parts["May I delete it?"])
        for entry in parts.get("In each Lambda function", ()):
            assert entry.standing is not Standing.DEAD
    (file,) = report.files
    for row in kept.rows:
        around = [each for each in report.functions if each.line <= row <= each.last_line]
        innermost = min(around, key=lambda each: each.last_line - each.line)
        parts = {p.heading: p.entries for p in explain(report, Place(innermost, row)).parts}
        for entry in parts.get(f"Line {row}", ()):
            assert entry.standing is not Standing.DEAD
    assert file.dead_lines or not any(each.dead_lines for each in report.functions)


def _csv(report: DeadCodeReport, kept: Kept) -> None:
    out = io.StringIO()
    renderer_for("csv").dead_code(report, out)
    for row in csv.DictReader(io.StringIO(out.getvalue(), newline="")):
        lines = range(int(row["line"]), int(row["last_line"] or row["line"]) + 1)
        if not kept.rows.isdisjoint(lines):
            assert row["standing"] != "dead"
            assert row["dead_in"] == ""
        for part in filter(None, row["dead_lines"].split(";")):
            first, _, last = part.replace("L", "").partition("-")
            assert kept.rows.isdisjoint(range(int(first), int(last or first) + 1))


def _page(world: World, report: DeadCodeReport, kept: Kept) -> None:
    numbers = numbering(report, hot_paths_report(world.bundle, None, ()))
    later = for_later(report, numbers)
    for (function, state), row in zip(numbers.functions, later["functions"], strict=True):
        if _touches(function, kept):
            assert state != "dead"
            assert not any(" yes" in later["words"][each] for each in row[3])
        for first, last, how in row[1]:
            assert how != "dead" or kept.rows.isdisjoint(range(first, last + 1))


def _touches(function: FunctionEvidence, kept: Kept) -> bool:
    return not kept.rows.isdisjoint(range(function.line, function.last_line + 1))
