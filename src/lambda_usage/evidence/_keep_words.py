"""What a ``# lambda-usage: keep`` comment says.

    # lambda-usage: keep until=2027-03-01 reason=year-end job
    # lambda-usage: keep-file reason="the job's source, see ticket # 12"

A comment with a mistake in it keeps its code all the same, and without a term if it is the term
that cannot be read: to keep too much costs a line in a report, to keep too little costs an outage.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_MARKER = re.compile(r"#\s*lambda[-_]usage(?:\s*:|(?=\s+keep\b))\s*(?P<words>.*)", re.IGNORECASE)
_FIELD = re.compile(r"\s*(?P<key>[\w-]+)\s*=\s*")
_QUOTED = re.compile(r"""(["'])(?P<text>(?:\\.|(?!\1)[^\\])*)\1(?=\s|$)""")
_ESCAPED = re.compile(r"""\\(["'\\])""")
_REASON = re.compile(r".*?(?=\s+until\s*=|\s+#\s|\s*$)")
_WORD = re.compile(r"\S*")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COMMENT = re.compile(r"\s*#")

_FORM = "write # lambda-usage: keep until=YYYY-MM-DD reason=WORDS"


@dataclass(frozen=True, slots=True)
class KeepWords:
    """What one comment asks for."""

    whole_file: bool = False
    reason: str = ""
    until: str | None = None
    problem: str = ""
    """The first mistake in it and what to write, in one line."""


def keep_words(comment: str) -> KeepWords | None:
    """Read a comment, or return ``None`` where it is none of ours."""
    marked = _MARKER.search(comment)
    if not marked:
        return None
    words = marked["words"]
    asked = _WORD.match(words)
    directive = asked[0].lower() if asked else ""
    fields = _Fields(words, len(directive))
    if directive not in ("keep", "keep-file"):
        what = f"{directive!r} is not known" if directive else "it does not say what to do"
        fields.problems.insert(0, f"{what}: {_FORM}, or keep-file for a whole file")
    return KeepWords(
        directive == "keep-file",
        fields.reason or "",
        fields.until,
        next(iter(fields.problems), ""),
    )


def is_day(text: str) -> bool:
    """Whether a text is a day, as ``2027-03-01``."""
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


class _Fields:
    """The ``key=value`` pairs after the first word."""

    def __init__(self, text: str, position: int) -> None:
        self.reason: str | None = None
        self.until: str | None = None
        self.problems: list[str] = []
        self._seen: set[str] = set()
        self._text = text
        self._position = position
        while self._rest().strip() and not _COMMENT.match(self._rest()):
            self._field()

    def _rest(self) -> str:
        return self._text[self._position :]

    def _field(self) -> None:
        field = _FIELD.match(self._text, self._position)
        if not field:
            self.problems.append(f"{self._rest().strip()!r} is not understood: {_FORM}")
            self._position = len(self._text)
            return
        self._position = field.end()
        key = field["key"].lower()
        if key in self._seen:
            self.problems.append(f"{key}= stands twice: {_FORM}")
        self._seen.add(key)
        value = self._value(_REASON if key == "reason" else _WORD)
        if key == "reason":
            self.reason = value
        elif key != "until":
            self.problems.append(f"there is no {key}=: {_FORM}")
        elif is_day(value):
            self.until = value
        else:
            self.problems.append(f"until={value} is no day: write until=YYYY-MM-DD")

    def _value(self, unquoted: re.Pattern[str]) -> str:
        quoted = _QUOTED.match(self._text, self._position)
        if quoted:
            self._position = quoted.end()
            return _ESCAPED.sub(r"\1", quoted["text"])
        if self._rest()[:1] in ('"', "'"):
            self.problems.append(f"the quotation mark before {self._rest()[1:]!r} is not closed")
        plain = unquoted.match(self._text, self._position)
        self._position = plain.end() if plain else len(self._text)
        return plain[0] if plain else ""
