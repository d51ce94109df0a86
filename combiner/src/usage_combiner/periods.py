"""Days, months, years and all time, as the folders of a store have them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_PREFIX = re.compile(r"(?:[0-9]{4}/(?:[0-9]{2}/(?:[0-9]{2}/)?)?)?")
_IN_A_DAY = re.compile(r"([0-9]{4}/[0-9]{2}/[0-9]{2}/)[^/]+")


class PeriodError(ValueError):
    """What was asked for is no day and no prefix that is made of one."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The bundles of some days, by what their names in the store begin with."""

    prefix: str
    """``2026/11/22/``, ``2026/11/``, ``2026/``, or nothing for all."""

    @property
    def is_day(self) -> bool:
        """Whether it is a single day, and so made of bundles rather than of days."""
        return self.prefix.count("/") == 3

    def __str__(self) -> str:
        return self.prefix.rstrip("/").replace("/", "-") or "all time"


ALL_TIME = Period("")


def period(prefix: str) -> Period:
    """The period of a prefix.

    Raises:
        PeriodError: It is none.
    """
    if not _PREFIX.fullmatch(prefix) or not _exists(prefix):
        raise PeriodError(
            f"{prefix!r} is no prefix of days: write 2026/11/22/, 2026/11/, 2026/ or nothing"
        )
    return Period(prefix)


def day(moment: date) -> Period:
    """The period of a day (UTC)."""
    return Period(f"{moment:%Y/%m/%d}/")


def month(of_day: Period) -> Period:
    """The month that a day is in."""
    return Period(of_day.prefix[:8])


def day_of(name: str) -> Period | None:
    """The day in whose folder a bundle lies; ``None`` where it lies elsewhere."""
    found = _IN_A_DAY.fullmatch(name)
    return Period(found[1]) if found and _exists(found[1]) else None


def _exists(prefix: str) -> bool:
    year, month_, day_ = (*map(int, prefix.split("/")[:-1]), 1, 1, 1)[:3]
    try:
        date(year, month_, day_)
    except ValueError:
        return False
    return True
