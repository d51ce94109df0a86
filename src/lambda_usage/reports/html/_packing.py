"""Compact forms for data in the page: each value once, and what is large compressed."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value", bound=Hashable)
_SURROGATES = re.compile("[\ud800-\udfff]")


class Interned(Generic[Value]):
    """Gives each different value one small number, in order of first use."""

    def __init__(self) -> None:
        self._numbers: dict[Value, int] = {}

    def __call__(self, value: Value) -> int:
        """The number of a value."""
        return self._numbers.setdefault(value, len(self._numbers))

    def get(self, value: Value, default: int) -> int:
        """The number of a value, if it has one."""
        return self._numbers.get(value, default)

    @property
    def values(self) -> list[Value]:
        """All values, each at its number."""
        return list(self._numbers)


def as_json(content: object) -> str:
    """JSON that can stand in a ``<script>`` element: nothing in it can end the element."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return encodable(escaped)


def encodable(text: str) -> str:
    """Text without lone surrogates: file names may hold them, UTF-8 may not."""
    return _SURROGATES.sub("?", text)  # encoding to find them would copy a large page twice


def deflated(content: object) -> str:
    """JSON, compressed with zlib, as base64: for what the page may never need."""
    return base64.b64encode(zlib.compress(as_json(content).encode("utf-8"), 6)).decode("ascii")


def significant(value: float, digits: int = 6) -> float | int:
    """A number rounded to so many significant digits, without a needless fraction."""
    rounded = float(f"{value:.{digits}g}")
    return int(rounded) if rounded.is_integer() else rounded
