"""Which lines the ``# lambda-usage: keep`` comments of a file keep.

By its tokens, so that text in a string is no comment, and by the lines of the language: a
statement with its line breaks in brackets is one *logical line*, and what is indented below it is
its block.

- On a function or class (on any line of its header or decorators, at its docstring, or alone
  above): all of it.
- On any other statement (at its end, or alone above): the statement with all its blocks.
- On ``elif``, ``else``, ``except``, ``finally`` or ``case``: that part with its block.
- ``keep-file``, wherever it stands, and ``keep`` above a module's docstring: the file.

Alone means alone on its line; further comments and empty lines may follow before the code. Where
it is doubtful what is meant, the wider reading holds and the doubt becomes a problem.
"""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import decode_source
from typing import NamedTuple

from lambda_usage.evidence._keep_words import KeepWords, keep_words
from lambda_usage.evidence.scopes import KeepSpan

_MENTIONED = re.compile(rb"lambda[-_]usage", re.IGNORECASE)
_PARTS = frozenset({"elif", "else", "except", "finally"})
_DEFINITIONS = frozenset({"def", "class"})
_IGNORED = frozenset({tokenize.NL, tokenize.COMMENT, tokenize.ENCODING})


class KeepMistake(NamedTuple):
    """A mistake in a comment, which holds nevertheless."""

    line: int
    reason: str


def read_keeps(content: bytes, lines: int) -> tuple[tuple[KeepSpan, ...], list[KeepMistake]]:
    """Find what the comments of a file keep.

    Args:
        content: The file, which must be valid Python.
        lines: How many lines its module has.

    Raises:
        ValueError: It cannot be read.
    """
    if not _MENTIONED.search(content):
        return (), []
    text = decode_source(content)
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except tokenize.TokenError as error:
        raise ValueError(f"its comments cannot be read: {error.args[0]}") from error
    reader = _Reader(text.split("\n"), tokens, lines)
    spans = []
    for comment in (token for token in tokens if token.type == tokenize.COMMENT):
        words = keep_words(comment.string)
        if words:
            spans.append(reader.span(comment, words))
    return tuple(spans), reader.mistakes


@dataclass(frozen=True, slots=True)
class _Line:
    """A logical line."""

    first: int
    last: int
    depth: int
    column: int
    starts_with: str
    defines: bool
    """A ``def`` or ``class``."""
    is_string: bool
    """Nothing but a string: a docstring, if it stands where one would."""


class _Reader:
    def __init__(
        self, rows: list[str], tokens: Iterable[tokenize.TokenInfo], module_lines: int
    ) -> None:
        self.mistakes: list[KeepMistake] = []
        self._rows = rows
        self._lines = list(_logical_lines(rows, tokens))
        self._firsts = [each.first for each in self._lines]
        self._whole = (1, max(module_lines, len(rows)))

    def span(self, comment: tokenize.TokenInfo, words: KeepWords) -> KeepSpan:
        """What a comment keeps."""
        row = comment.start[0]
        if words.problem:
            self.mistakes.append(KeepMistake(row, words.problem))
        first, last = self._whole if words.whole_file else self._around(comment)
        around = () if (first, last) == self._whole else tuple(self._headers(first))
        return KeepSpan(first, last, row, words.reason, words.until, around)

    def _headers(self, row: int) -> Iterator[tuple[int, int]]:
        """Rows of the headers that a statement stands under, with decorators."""
        index = bisect_right(self._firsts, row) - 1
        depth, is_part = self._lines[index].depth, self._lines[index].starts_with in _PARTS
        while index > 0:
            index -= 1
            line = self._lines[index]
            # what an "else" belongs to stands as far in as it does
            if line.depth > depth or (line.depth == depth and not is_part):
                continue
            first = index
            while first and self._lines[first - 1].starts_with == "@":
                first -= 1
            yield self._lines[first].first, line.last
            depth, is_part = line.depth, line.starts_with in _PARTS

    def _around(self, comment: tokenize.TokenInfo) -> tuple[int, int]:
        row = comment.start[0]
        index = bisect_right(self._firsts, row) - 1
        if index >= 0 and row <= self._lines[index].last:
            return self._unit(index)
        column = _column(self._rows[row - 1], comment.start[1])
        below = index + 1
        if below < len(self._lines) and column <= self._lines[below].column:
            return self._below(row, below)
        return self._misplaced(row, column, index)

    def _below(self, row: int, index: int) -> tuple[int, int]:
        """What is kept by a comment that stands alone above a line."""
        gap = any(not each.strip() for each in self._rows[row : self._firsts[index] - 1])
        at_top = index == (1 if self._is_docstring(0) else 0)
        if gap and at_top:
            self._doubt(
                row,
                "it keeps the whole file: write keep-file for that, or put it directly above "
                "the statement that it shall keep",
            )
            return self._whole
        return self._unit(index)

    def _misplaced(self, row: int, column: int, index: int) -> tuple[int, int]:
        """What is kept by a comment that stands below all of its block: what the block is of."""
        while index >= 0 and self._lines[index].column >= column:
            index -= 1
        where = (
            f"what begins in line {self._lines[index].first}" if index >= 0 else "the whole file"
        )
        self._doubt(
            row,
            f"no statement of its block follows, so it keeps {where}: put it at the end of the "
            "line, or directly above the statement, that it shall keep",
        )
        return self._unit(index) if index >= 0 else self._whole

    def _doubt(self, row: int, problem: str) -> None:
        if not any(each.line == row for each in self.mistakes):
            self.mistakes.append(KeepMistake(row, problem))

    def _unit(self, index: int) -> tuple[int, int]:
        """First and last row of the statement, or part of one, that a logical line begins."""
        if self._is_docstring(index):
            if index == 0:
                return self._whole
            index -= 1
        first = last = index
        while self._lines[first - 1 : first] and self._lines[first - 1].starts_with == "@":
            first -= 1
        while self._lines[last].starts_with == "@":
            last += 1
        depth, is_part = self._lines[last].depth, self._lines[last].starts_with in _PARTS
        last += 1
        while last < len(self._lines) and self._belongs(last, depth, is_part):
            last += 1
        return self._lines[first].first, self._lines[last - 1].last

    def _belongs(self, index: int, depth: int, is_part: bool) -> bool:
        line = self._lines[index]
        return line.depth > depth or (
            line.depth == depth and not is_part and line.starts_with in _PARTS
        )

    def _is_docstring(self, index: int) -> bool:
        if not self._lines[index : index + 1] or not self._lines[index].is_string:
            return False
        above = self._lines[index - 1] if index else None
        return above is None or (above.defines and above.depth < self._lines[index].depth)


def _logical_lines(rows: list[str], tokens: Iterable[tokenize.TokenInfo]) -> Iterator[_Line]:
    depth = 0
    members: list[tokenize.TokenInfo] = []
    for token in tokens:
        if token.type in (tokenize.INDENT, tokenize.DEDENT):
            depth += 1 if token.type == tokenize.INDENT else -1
        elif token.type == tokenize.NEWLINE and members:
            yield _line(rows, members, token.start[0], depth)
            members = []
        elif token.type not in _IGNORED:
            members.append(token)


def _line(rows: list[str], members: list[tokenize.TokenInfo], last: int, depth: int) -> _Line:
    row, column = members[0].start
    starts = [each.string for each in members[:2]]
    return _Line(
        row,
        last,
        depth,
        _column(rows[row - 1], column),
        starts[0],
        defines=starts[1 if starts[0] == "async" else 0] in _DEFINITIONS,
        is_string=all(each.type == tokenize.STRING for each in members),
    )


def _column(row: str, offset: int) -> int:
    """How far a row is indented up to an offset, as Python counts tabs and form feeds."""
    return len(row[:offset].rpartition("\f")[2].expandtabs(8))
