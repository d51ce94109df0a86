"""GitHub-flavoured Markdown that says what it is given, whatever that is, and stays short enough.

Names come from source code: a pipe must not end a table's cell, nor ``@name`` notify anybody, nor
``#12`` refer to an issue. GitHub links nothing within code, so names and whatever is doubtful in
prose become code. A code span holds all but pipes, backticks and backslashes, on whose escaping
parsers of tables disagree; names with one of these are written as entities in ``<code>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lambda_usage.visible import visible

LIMIT = 65_000
"""Bytes in UTF-8. GitHub takes comments of 65,536 characters; posting one may add a few."""

_IN_SPAN = re.compile(r"(?! )[^|`\\]+(?<! )")
_PUNCTUATION = re.compile(r"[ -/:-@\[-`{-~]")
_PLAIN = re.compile(r"[\w.,:;/'\"()=+%?×µ–-]+")
_LINKED = re.compile(r":[\w+-]+:|://|^www\.|^GH-\d|^[0-9a-f]{7,40}$|_|^[-+=.]", re.IGNORECASE)
_ORDINAL = re.compile(r"\d+[.)]")
_EDGES = re.compile(r"(\(?)(.*?)([),.;]*)", re.DOTALL)


def code(name: str) -> str:
    """A name in code, on one line: control characters become visible escapes."""
    name = visible(name)
    if _IN_SPAN.fullmatch(name):
        return f"`{name}`"
    return f"<code>{_PUNCTUATION.sub(_entity, name)}</code>"


def prose(text: str) -> str:
    """Words as they are, and whatever Markdown or GitHub would make something of as code."""
    words = text.split()
    return " ".join(_word(word, is_first=not place) for place, word in enumerate(words))


def row(*cells: str) -> str:
    """A row of a table, of cells that are Markdown."""
    return f"| {' | '.join(cells)} |\n"


def table_head(*names: str) -> str:
    """A table's first two lines; a name that ends in ``:`` is that of a column of numbers."""
    rule = "|".join(" ---: " if name.endswith(":") else " --- " for name in names)
    return row(*(name.rstrip(":") for name in names)) + f"|{rule}|\n"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a document that can be cut between its rows."""

    head: str
    rows: tuple[str, ...] = ()
    foot: str = ""


def folded(summary: str, head: str, rows: Iterable[str]) -> Part:
    """A part that opens when it is clicked. ``summary`` is plain text of ours."""
    start = f"<details>\n<summary>{summary}</summary>\n\n"
    return Part(start + head, tuple(rows), "\n</details>\n\n")


def fitted(parts: Sequence[Part], first: Sequence[Part], limit: int = LIMIT) -> str:
    """The document, cut where it must be, each cut with a statement of what is missing.

    Args:
        parts: In the order of the document.
        first: Those of them that are filled before the others.
        limit: Bytes in UTF-8 that it stays within.
    """
    whole = [_text(part, len(part.rows)) for part in parts]
    if sum(map(_size, whole)) <= limit:
        return "".join(whole)
    room = limit - sum(_size(_text(part, 0)) for part in parts)
    kept: dict[int, int] = {}
    for part in (*first, *(each for each in parts if each not in first)):
        number, size = 0, 0
        for each in part.rows:
            if size + _size(each) > room:
                break
            number, size = number + 1, size + _size(each)
        room -= size
        kept[id(part)] = number
    return "".join(_text(part, kept[id(part)]) for part in parts)


def _text(part: Part, rows: int) -> str:
    missing = len(part.rows) - rows
    shown = part.head + "".join(part.rows[:rows])
    if not missing:
        return shown + part.foot
    what = "row is" if missing == 1 else "rows are"
    cut = f"\n**{missing:,} more {what} left out: GitHub takes no longer comment.**\n"
    return shown + cut + part.foot


def _word(word: str, *, is_first: bool) -> str:
    found = _EDGES.fullmatch(word)
    before, core, after = found.groups() if found else ("", word, "")
    plain = not core or (_PLAIN.fullmatch(core) and not _LINKED.search(core))
    if is_first and (_ORDINAL.fullmatch(word) or not core):
        return code(word)
    return word if plain else f"{before}{code(core)}{after}"


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def _size(text: str) -> int:
    return len(text.encode())
