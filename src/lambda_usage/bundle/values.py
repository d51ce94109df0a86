"""What a value in a bundle may be. SQLite's columns take anything, whatever type they state.

Each check returns the value, or raises a ``ValueError`` that names what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from math import isfinite, nextafter
from typing import Any

from lambda_usage.bundle.traces import is_trace_id

MAX_LINE = 1_000_000
"""Of a source file."""
MAX_BLOB = MAX_LINE // 8 + 1
"""Bytes of a bit set of lines."""
_MAX_TEXT = 4096
_MAX_COUNT = 2**53
_MAX_AMOUNT = 1e18
"""Sums of them over a fleet stay finite."""
_MIN_WEIGHT = 1e-9
_LAST_MOMENT = nextafter(253_402_300_800.0, 0.0)
"""Before the year 10000, which no date is in."""

Check = Callable[[Any], Any]


def text(value: Any) -> str:
    """A name of any kind. It may hold whatever a file name can: reports escape it."""
    if not isinstance(value, str) or len(value) > _MAX_TEXT or "\0" in value:
        raise ValueError(f"{_shown(value)} is no name")
    return value


def trace_id(value: Any) -> str:
    """The id of a trace, as OpenTelemetry or X-Ray writes it."""
    if not is_trace_id(text(value)):
        raise ValueError(f"{_shown(value)} is no id of a trace")
    return str(value)


def path(value: Any) -> str:
    """A path below the root, or an absolute one; never one that climbs out of a folder."""
    if not text(value) or ".." in value.split("/"):
        raise ValueError(f"{_shown(value)} is no path of a source file")
    return str(value)


def count(value: Any) -> int:
    """How many."""
    return _integer(value, 0, _MAX_COUNT)


def identifier(value: Any) -> int:
    """Refers to a row."""
    return _integer(value, 0, 2**63 - 1)


def optional_identifier(value: Any) -> int | None:
    """As :func:`identifier`, or nothing."""
    return None if value is None else identifier(value)


def ordinal(value: Any) -> int:
    """Which of several; -1 where that is unknown."""
    return _integer(value, -1, MAX_LINE)


def line(value: Any) -> int:
    """The number of a line, 0 for what has none."""
    return _integer(value, 0, MAX_LINE)


def arc_end(value: Any) -> int:
    """A line, or negative at an entry or an exit."""
    return _integer(value, -MAX_LINE, MAX_LINE)


def flag(value: Any) -> bool:
    """Yes or no."""
    return bool(_integer(value, 0, 1))


def weight(value: Any) -> float:
    """Nothing, or some of 1/p, each at least 1; things are divided by it."""
    return _real(value, _MIN_WEIGHT if value else 0.0, _MAX_AMOUNT)


def amount(value: Any) -> float:
    """Something of which other things have been taken away."""
    return _real(value, -_MAX_AMOUNT, _MAX_AMOUNT)


def seconds(value: Any) -> float:
    """How long something took."""
    return _real(value, 0.0, _MAX_AMOUNT)


def moment(value: Any) -> float:
    """Seconds since the epoch."""
    return _real(value, 0.0, _LAST_MOMENT)


def day(value: Any) -> str:
    """``YYYY-MM-DD``."""
    if len(text(value)) != 10 or date.fromisoformat(value).isoformat() != value:
        raise ValueError(f"{_shown(value)} is no day")
    return str(value)


def blob(value: Any) -> bytes:
    """A bit set of lines, or a vector of weights."""
    if not isinstance(value, bytes) or len(value) > MAX_BLOB:
        raise ValueError(f"{_shown(value)} is no set of lines")
    return value


def _integer(value: Any, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{_shown(value)} is no number between {least} and {most}")
    return value


def _real(value: Any, least: float, most: float) -> float:
    if not isinstance(value, int | float) or not isfinite(value) or not least <= value <= most:
        raise ValueError(f"{_shown(value)} is no number between {least:g} and {most:g}")
    return value


def _shown(value: object) -> str:
    words = repr(value[:60] if isinstance(value, str | bytes) else value)
    return ascii(words)[1:-1] if not words.isprintable() else words
