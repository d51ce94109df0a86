"""Each period is seen to once in an invocation, and none stands in the way of another."""

from __future__ import annotations

import pytest

from usage_combiner.events import Due
from usage_combiner.periods import ALL_TIME, Period
from usage_combiner.results import Outcome, bring_up_to_date
from usage_combiner.work import Work, WorkError

from .conftest import World

DAYS = tuple(Period(f"2025/11/{day}/") for day in range(22, 26))
NOVEMBER = Period("2025/11/")


class Recorded:
    """Combines nothing; refuses some."""

    def __init__(self, *refused: Period) -> None:
        self.asked: list[Period] = []
        self._refused = refused

    def __call__(self, period: Period) -> Outcome:
        self.asked.append(period)
        if period in self._refused:
            raise OSError("no")
        return Outcome(period, "success", {})


def test_what_is_due_again_in_one_invocation_has_been_seen_to(world: World) -> None:
    combine = Recorded(DAYS[1])
    work = Work(world.place(), combine)
    for _ in range(3):
        work.do(Due(days=DAYS[:1]))
        with pytest.raises(WorkError):
            work.do(Due(days=DAYS[1:2]))
    assert combine.asked == [*DAYS[:2]]


def test_a_day_that_fails_keeps_no_other_from_being_done(world: World) -> None:
    combine = Recorded(DAYS[0], DAYS[2])
    with pytest.raises(WorkError, match="2025-11-22: OSError: no; 2025-11-24: OSError: no"):
        Work(world.place(), combine).do(Due(days=DAYS))
    assert combine.asked == [*DAYS]


def test_a_prefix_brings_all_of_its_days_up_to_date_first(world: World) -> None:
    world.add(range(8), days=4)
    combine = Recorded()
    Work(world.place(), combine).do(Due(whole=(NOVEMBER,)))
    assert combine.asked == [*DAYS, NOVEMBER]


def test_a_schedule_looks_at_the_last_days_and_at_those_that_never_were_combined(
    world: World,
) -> None:
    world.add(range(8), days=4)
    bring_up_to_date(world.place(), DAYS[0])
    bring_up_to_date(world.place(), DAYS[3])
    combine = Recorded()
    outcomes = Work(world.place(), combine).do(Due(days=DAYS[3:], longer=(NOVEMBER, ALL_TIME)))
    assert combine.asked == [DAYS[3], DAYS[1], DAYS[2], NOVEMBER, ALL_TIME]
    assert [each.period for each in outcomes] == combine.asked
