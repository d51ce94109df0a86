"""Which trace ids a bundle may hold, and how many.

Ids come with requests, so whoever calls a function may have chosen them: hexadecimal digits of the
right number are all that is let in.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeVar

    Seen = TypeVar("Seen", bound=tuple[float, str, *tuple[object, ...]])

KEPT_TRACES = 5
"""Of one path, the latest."""

_DIGITS = frozenset("0123456789abcdef")
_MANY = 32


def is_trace_id(text: str) -> bool:
    """Whether this is an id as OpenTelemetry writes it (W3C), or as X-Ray does.

    ``5759e988bd862e3fe1be46a994272793``, or ``1-5759e988-bd862e3fe1be46a994272793``.
    """
    digits = text
    if text[:2] == "1-" and text[10:11] == "-":
        digits = text[2:10] + text[11:]
    return len(digits) == _MANY and _DIGITS.issuperset(digits) and digits.strip("0") != ""


def latest(seen: Iterable[Seen]) -> tuple[Seen, ...]:
    """The latest window of each trace, newest first, and no more than :data:`KEPT_TRACES`.

    What this leaves of several parts is what it leaves of all together, in whatever order and
    however often a part is there.

    Args:
        seen: When the window began, the id of its trace, and whatever is known besides.
    """
    by_id = {each[1]: each for each in sorted(seen)}
    return tuple(sorted(by_id.values(), reverse=True)[:KEPT_TRACES])
