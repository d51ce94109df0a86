"""Source text with its tokens, packed so that a page opens it only when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType

from lambda_usage.evidence.model import StatementEvidence
from lambda_usage.reports.html._packing import deflated, significant

PLAIN = 0
_CLASSES: dict[_TokenType, int] = {
    Comment: 1,
    String: 2,
    String.Doc: 1,
    String.Interpol: 3,
    String.Escape: 3,
    Number: 4,
    Keyword: 5,
    Keyword.Constant: 4,
    Operator.Word: 5,
    Name.Function: 6,
    Name.Class: 7,
    Name.Decorator: 8,
    Name.Builtin: 9,
    Name.Builtin.Pseudo: 9,
    Name.Exception: 7,
}
"""Numbers of the classes ``.t1`` to ``.t9`` in ``styles/source.css``."""


def packed_source(text: str, letters: str, statements: Iterable[StatementEvidence]) -> str:
    """One file for the page: text, tokens, one letter a line, and how often its lines run."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    ran = (each for each in statements if each.invocations > 0)
    hits = [n for s in ran for n in (s.first, s.last, significant(s.invocations, 4))]
    return deflated({"text": text, "tokens": list(tokens(text)), "lines": letters, "hits": hits})


def tokens(text: str) -> Iterator[int]:
    """Pairs of a length, in UTF-16 code units as JavaScript counts them, and a class."""
    length, current = 0, PLAIN
    for _, kind, value in PythonLexer().get_tokens_unprocessed(text):
        # White space looks the same in every class: runs stay longer so.
        found = current if value.isspace() else _class(kind)
        if found != current and length:
            yield length
            yield current
            length = 0
        current = found
        length += len(value) if value.isascii() else len(value.encode("utf-16-le")) // 2
    if length:
        yield length
        yield current


def _class(kind: _TokenType) -> int:
    while kind not in _CLASSES:
        if kind.parent is None:
            return PLAIN
        kind = kind.parent
    return _CLASSES[kind]
