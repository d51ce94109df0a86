"""A store that keeps failing is left alone for longer and longer, and never for ever."""

from __future__ import annotations

import pytest

from lambda_usage.delivery import pauses
from lambda_usage.delivery.breaker import Breaker


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


def opened(clock: Clock) -> Breaker:
    breaker = Breaker()
    breaker.failed(lasting=True)
    return breaker


def test_it_opens_after_three_failures_in_a_row(clock: Clock) -> None:
    breaker = Breaker()
    for _ in range(2):
        breaker.failed(lasting=False)
    breaker.succeeded()
    for _ in range(2):
        breaker.failed(lasting=False)
        assert breaker.allows()
    breaker.failed(lasting=False)
    assert not breaker.allows()


def test_a_failure_that_lasts_opens_it_at_once(clock: Clock) -> None:
    assert not opened(clock).allows()


def test_pauses_double_up_to_an_hour_and_vary(clock: Clock) -> None:
    breaker = opened(clock)
    longest = 60.0
    for _ in range(30):
        assert longest / 2 <= breaker._pause <= longest
        clock.now += longest
        assert breaker.allows()
        assert not breaker.closed
        breaker.failed(lasting=False)
        assert not breaker.allows()
        longest = min(2 * longest, 3600)
    assert len({opened(clock)._pause for _ in range(30)}) == 30


def test_one_success_closes_it(clock: Clock) -> None:
    breaker = opened(clock)
    clock.now += 60
    breaker.succeeded()
    assert breaker.closed
    breaker.failed(lasting=False)
    assert breaker.allows()


def test_a_clock_that_jumps_back_does_not_keep_it_open(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    awake = [0.0]
    monkeypatch.setattr(Clock, "monotonic", lambda _self: awake[0])
    breaker = opened(clock)
    clock.now -= 86400
    awake[0] += 61
    assert breaker.allows()
