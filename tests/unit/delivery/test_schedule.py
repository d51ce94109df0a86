"""Bundles are due early at first, then by an interval with jitter, that grows in quiet times."""

from __future__ import annotations

import os

import pytest

from lambda_usage.delivery import pauses
from lambda_usage.delivery.schedule import Schedule


class Clock:
    now = 1000.0

    def time(self) -> float:
        return self.now

    monotonic = time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(pauses, "time", found)
    return found


@pytest.fixture
def middle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jitter that always falls into the middle."""
    monkeypatch.setattr(os, "urandom", lambda n: b"\x80" + b"\0" * (n - 1))


def test_the_first_bundle_is_due_early_and_the_others_after_the_interval(
    clock: Clock, middle: None
) -> None:
    schedule = Schedule(300.0)
    clock.now += 9.9
    assert not schedule.due()
    clock.now += 0.2
    assert schedule.due()
    schedule.sent()
    clock.now += 299
    assert not schedule.due()
    clock.now += 2
    assert schedule.due()
    assert not schedule.overdue
    clock.now += 300
    assert schedule.overdue


def test_a_fleet_that_starts_at_once_does_not_send_at_once() -> None:
    pauses_found = {Schedule(300.0)._pause for _ in range(50)}
    assert all(5.0 <= each <= 15.0 for each in pauses_found)
    assert len(pauses_found) > 25


@pytest.mark.parametrize("interval", [0.0, 1.0])
def test_a_short_interval_holds_for_the_first_bundle_too(interval: float, clock: Clock) -> None:
    schedule = Schedule(interval)
    clock.now += interval
    assert schedule.due()


def test_the_interval_grows_while_nothing_new_is_seen_up_to_four_times(
    clock: Clock, middle: None
) -> None:
    schedule = Schedule(100.0)
    lengths = []
    for new in (True, False, False, False, False, False, True):
        schedule.learned(new=new)
        schedule.sent()
        lengths.append(schedule._pause)
    assert lengths == pytest.approx([100, 150, 225, 337.5, 400, 400, 100])


def test_a_bundle_that_has_filled_up_is_due_after_a_tenth_of_the_interval(
    clock: Clock, middle: None
) -> None:
    schedule = Schedule(300.0)
    schedule.sent()
    clock.now += 29
    assert not schedule.due(paths=1000)
    clock.now += 2
    assert schedule.due(paths=256)
    assert not schedule.due(paths=255)


def test_a_monotonic_clock_that_stood_still_in_a_freeze_does_not_put_off_a_bundle(
    clock: Clock, middle: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Clock, "monotonic", lambda _self: 5.0)
    schedule = Schedule(300.0)
    schedule.sent()
    clock.now += 7200
    assert schedule.due()


def test_a_wall_clock_that_is_set_back_does_not_put_off_a_bundle(
    clock: Clock, middle: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    awake = [0.0]
    monkeypatch.setattr(Clock, "monotonic", lambda _self: awake[0])
    schedule = Schedule(300.0)
    schedule.sent()
    clock.now -= 86400
    assert not schedule.due()
    awake[0] += 301
    assert schedule.due()
