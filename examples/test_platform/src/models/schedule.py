"""When tests run by themselves."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from pydantic import AwareDatetime, Field

from models.base import Identifier, Item
from models.requests import Request


class ScheduleRequest(Request):
    """A wish to run a test every day."""

    test_id: Identifier
    at: time
    environment: str = "integration"
    days: int = Field(default=1, ge=1, le=31)


class Schedule(Item):
    """A test that runs every so many days."""

    test_id: Identifier
    environment: str
    every_days: int
    next_run: AwareDatetime

    def after(self, moment: datetime) -> Schedule:
        """The same, with its next run after a time."""
        behind = (moment - self.next_run) // timedelta(days=self.every_days) + 1
        step = timedelta(days=self.every_days * max(behind, 0))
        return self.model_copy(update={"next_run": self.next_run + step})


def first_run(at: time, moment: datetime) -> datetime:
    """The next time of day ``at`` (UTC) after a time."""
    today = datetime.combine(moment.date(), at, tzinfo=UTC)
    return today if today > moment else today + timedelta(days=1)
