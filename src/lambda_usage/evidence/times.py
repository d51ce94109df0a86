"""Times as reports write them."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(time: float | None) -> str | None:
    """ISO 8601 in UTC, to the second.

    Args:
        time: Seconds since the Unix epoch; ``None`` or 0 where there is none.
    """
    if not time:
        return None
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
