"""Dates and times, always in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta


def utc_now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


def to_iso(moment: datetime) -> str:
    """A form that sorts as text, as sort keys must."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def days_ago(days: int) -> datetime:
    """The same time of day, some days before now."""
    return utc_now() - timedelta(days=days)


def working_days(first: date, last: date) -> Iterator[date]:
    """Mondays to Fridays between two days, both included."""
    day = first
    while day <= last:
        if day.isoweekday() <= 5:
            yield day
        day += timedelta(days=1)


def humanize(span: timedelta) -> str:
    """A span in the largest unit that fits: ``3 h``, say."""
    seconds = int(span.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
