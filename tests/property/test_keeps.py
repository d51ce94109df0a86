"""Whatever a suppression says and wherever it stands, it is read as it was meant."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from functools import cache
from importlib.util import decode_source
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_usage.evidence._keep_comments import read_keeps
from lambda_usage.evidence._keep_words import KeepWords, keep_words

MARK = "# lambda-usage: keep"
LIBRARY = Path(inspect.__file__).parent
FILES = [
    "_weakrefset.py",
    "asyncio/base_events.py",
    "asyncio/taskgroups.py",
    "contextlib.py",
    "dataclasses.py",
    "email/message.py",
    "functools.py",
    "inspect.py",
    "json/decoder.py",
    "typing.py",
    "zipfile.py" if (LIBRARY / "zipfile.py").exists() else "zipfile/__init__.py",
]
days = st.dates().map(lambda day: day.isoformat())
line_breaks = "\n\r"
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=line_breaks + "\0"))
words = st.text(st.characters(categories=["L", "N", "P"], exclude_characters="#=\"'"), min_size=1)


def quoted(reason: str) -> str:
    return '"' + reason.replace("\\", "\\\\").replace('"', '\\"') + '"'


@settings(deadline=None)
@given(texts, st.none() | days, st.booleans())
def test_any_reason_survives_between_quotation_marks(
    reason: str, until: str | None, term_first: bool
) -> None:
    parts = [f"reason={quoted(reason)}", *([f"until={until}"] if until else [])]
    comment = " ".join([MARK, *(reversed(parts) if term_first else parts)])
    assert keep_words(comment) == KeepWords(reason=reason, until=until)


@settings(deadline=None)
@given(st.lists(words, min_size=1), st.none() | days)
def test_plain_words_need_no_quotation_marks(reason: list[str], until: str | None) -> None:
    term = f" until={until}" if until else ""
    comment = f"{MARK}{term} reason={' '.join(reason)}"
    assert keep_words(comment) == KeepWords(reason=" ".join(reason), until=until)


@settings(deadline=None)
@given(texts)
def test_whatever_follows_the_marker_keeps_or_is_named_as_a_mistake(text: str) -> None:
    found = keep_words(f"{MARK}{text}")
    assert found is not None
    assert found.problem == " ".join(found.problem.split("\n"))


@settings(deadline=None)
@given(texts)
def test_a_reason_survives_in_a_file(reason: str) -> None:
    content = f"x = 1\ndef f():  {MARK} reason={quoted(reason)}\n    pass\n".encode()
    (keep,), mistakes = read_keeps(content, 4)
    assert (keep.first, keep.last, keep.line) == (2, 3, 2)
    assert (keep.reason, mistakes) == (reason, [])


@st.composite
def statements(draw: st.DrawFn) -> tuple[str, tuple[int, int], tuple[int, int], int]:
    """A library's source, and one of its statements: outer rows, header's rows, column."""
    text, found = parsed(draw(st.sampled_from(FILES)))
    return (text, *draw(st.sampled_from(found)))


@settings(deadline=None)
@given(statements())
def test_a_comment_above_a_statement_keeps_what_its_syntax_tree_says(
    case: tuple[str, tuple[int, int], tuple[int, int], int],
) -> None:
    text, (first, last), _, column = case
    rows = text.split("\n")
    rows.insert(first - 1, " " * column + MARK)
    assert kept("\n".join(rows)) == [(first + 1, last + 1)]


@settings(deadline=None)
@given(statements())
def test_a_comment_at_the_end_of_a_statement_keeps_what_its_syntax_tree_says(
    case: tuple[str, tuple[int, int], tuple[int, int], int],
) -> None:
    text, span, (_, header_last), _ = case
    rows = text.split("\n")
    rows[header_last - 1] += f"  {MARK}"
    assert kept("\n".join(rows)) == [span]


@settings(deadline=None)
@given(statements(), st.sampled_from(["\r\n", "\r"]))
def test_the_ends_of_rows_change_nothing(
    case: tuple[str, tuple[int, int], tuple[int, int], int], end: str
) -> None:
    text, span, (_, header_last), _ = case
    rows = text.split("\n")
    rows[header_last - 1] += f"  {MARK}"
    assert kept(end.join(rows)) == [span]


def kept(text: str) -> list[tuple[int, int]]:
    keeps, mistakes = read_keeps(text.encode(), text.count("\n") + 1)
    assert mistakes == []
    return [(each.first, each.last) for each in keeps]


Found = tuple[tuple[int, int], tuple[int, int], int]


@cache
def parsed(name: str) -> tuple[str, list[Found]]:
    text = decode_source((LIBRARY / name).read_bytes())
    tree = ast.parse(text)
    return text, list(_statements(tree))


def _statements(parent: ast.AST) -> Iterator[Found]:
    """Statements that begin on a row of their own, docstrings aside."""
    for block in _blocks(parent):
        is_documented = isinstance(
            parent, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        )
        for index, node in enumerate(block):
            is_docstring = is_documented and index == 0 and _is_text(node)
            if not is_docstring and _is_alone(node, block, parent):
                decorators = getattr(node, "decorator_list", [])
                first = min([node.lineno, *(each.lineno for each in decorators)])
                yield (first, node.end_lineno or 0), (first, _header_last(node)), node.col_offset
            yield from _statements(node)
    for part in [*getattr(parent, "handlers", ()), *getattr(parent, "cases", ())]:
        yield from _statements(part)


def _blocks(node: ast.AST) -> list[list[ast.stmt]]:
    found = [getattr(node, name, None) for name in ("body", "orelse", "finalbody")]
    return [each for each in found if isinstance(each, list)]


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_alone(node: ast.stmt, block: list[ast.stmt], parent: ast.AST) -> bool:
    rows = range(node.lineno, (node.end_lineno or 0) + 1)
    shared = any(
        each is not node and (each.lineno in rows or each.end_lineno in rows) for each in block
    )
    is_elif = isinstance(parent, ast.If) and block is parent.orelse and isinstance(node, ast.If)
    on_header = getattr(parent, "lineno", 0) == node.lineno
    return not shared and not is_elif and not on_header


def _header_last(node: ast.stmt) -> int:
    """The last row of a statement's header: that of its last token before its block."""
    if isinstance(node, ast.Match):
        return node.subject.end_lineno or node.lineno
    blocks = _blocks(node)
    if not blocks:
        return node.end_lineno or node.lineno
    inner = [
        each.end_lineno or 0
        for child in ast.iter_child_nodes(node)
        if not isinstance(child, (ast.stmt, ast.ExceptHandler))
        for each in ast.walk(child)
        if isinstance(each, (ast.expr, ast.arg))
    ]
    return max([node.lineno, *inner])


def test_the_statements_of_the_library_are_many() -> None:
    assert sum(len(parsed(name)[1]) for name in FILES) > 3_000


def test_an_example_of_the_oracle() -> None:
    text = textwrap.dedent(
        """\
        @a
        def f(
            x,
        ):
            '''Doc.'''
            if x: return 1
            return 2
        """
    )
    assert list(_statements(ast.parse(text))) == [
        ((1, 7), (1, 3), 0),
        ((6, 6), (6, 6), 4),
        ((7, 7), (7, 7), 4),
    ]
