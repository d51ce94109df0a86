"""Running tests by the clock."""

from __future__ import annotations

from models.schedule import Schedule, ScheduleRequest, first_run
from repositories.schedule_repository import ScheduleRepository
from repositories.test_repository import TestRepository
from utils.date_utils import utc_now
from utils.errors import ConcurrentUpdateError


class ScheduleService:
    """Keeps one schedule for each test."""

    def __init__(self, tests: TestRepository, schedules: ScheduleRepository) -> None:
        self._tests = tests
        self._schedules = schedules

    def schedule(self, request: ScheduleRequest) -> Schedule:
        """Run a test every so many days from now on."""
        self._tests.get(request.test_id)
        schedule = Schedule(
            test_id=request.test_id,
            environment=request.environment,
            every_days=request.days,
            next_run=first_run(request.at, utc_now()),
        )
        if not self._schedules.add(schedule):
            raise ConcurrentUpdateError(f"test {request.test_id} has a schedule already")
        return schedule
