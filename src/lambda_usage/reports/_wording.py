"""Numbers as people read them."""

from __future__ import annotations

import math
from collections.abc import Sequence

CONFIDENCE = "95 %"

UNBOUNDED = 0.99
"""An upper bound from here on, rounded up, would bound nothing."""


def count(number: float, singular: str, plural: str = "") -> str:
    """``1 file``, ``1,200 files``."""
    rounded = round(number)
    return f"{rounded:,} {singular if rounded == 1 else plural or singular + 's'}"


def percent(share: float, digits: int = 2) -> str:
    """A share in significant digits. Only 0 reads ``0 %``, and only 1 reads ``100 %``."""
    if share <= 0:
        return "0 %"
    if share >= 1:
        return "100 %"
    if share > 0.99:
        return f"{min(share * 100, 99.9):.1f} %"
    if share < 1e-6:
        return "<0.0001 %"
    return f"{_digits(share * 100, digits)} %"


def percent_above(share: float) -> str:
    """A share rounded up, so that "less than" stays true of it."""
    if share <= 0:
        return "0 %"
    if share >= UNBOUNDED:
        return "100 %"
    return f"{_digits(share * 100, 2, up=True)} %"


def percent_between(low: float, high: float) -> str:
    """``35.2-38.9 %``."""
    first, last = percent(low, digits=3), percent(high, digits=3)
    return last if first == last else f"{first.removesuffix(' %')}-{last}"


def bound(share: float, unit: str = "invocations") -> str:
    """``used in less than 0.15 % of invocations``, of a share below :data:`UNBOUNDED`."""
    return f"used in less than {percent_above(share)} of {unit}"


def duration(seconds: float) -> str:
    """A time span with two or three significant digits."""
    for unit, scale in (("µs", 1e-6), ("ms", 1e-3)):
        if seconds < 999.5 * scale:
            return f"{_short(seconds / scale)} {unit}"
    return f"{_short(seconds)} s"


def moment(time: str) -> str:
    """``2026-11-28 12:03:04``, of a time in ISO 8601 and UTC."""
    return time[:19].replace("T", " ")


def line_range(first: int, last: int) -> str:
    """``12`` or ``12-25``."""
    return str(first) if first == last else f"{first}-{last}"


def named(names: Sequence[str], most: int) -> str:
    """``a, b and 3 more``."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"


def bar(share: float, width: int) -> str:
    """A bar of block characters; anything above 0 shows."""
    eighths = round(min(max(share, 0), 1) * width * 8)
    if share > 0:
        eighths = max(eighths, 1)
    full, rest = divmod(eighths, 8)
    return "█" * full + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[rest]


def _digits(value: float, digits: int, *, up: bool = False) -> str:
    """So many significant digits, without an exponent."""
    decimals = max(0, digits - 1 - math.floor(math.log10(value)))
    scaled = value * 10**decimals
    # A hair above an integer is floating point's noise, not a reason to round up.
    whole = math.ceil(scaled - 1e-9) if up else round(scaled)
    text = f"{whole / 10**decimals:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"
