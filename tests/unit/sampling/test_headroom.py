"""A window never makes an invocation time out, as far as earlier ones tell."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from lambda_usage.sampling.headroom import Headroom, remaining_time


def test_at_first_there_is_room() -> None:
    assert Headroom().fits(0.001)


def test_a_window_must_fit_beside_the_longest_invocation() -> None:
    headroom = Headroom()
    headroom.ran(2.0)
    headroom.ran(0.1)
    headroom.window(0.3)
    assert not headroom.fits(2.4)
    assert headroom.fits(2.7)


def test_what_was_long_ago_is_forgotten() -> None:
    headroom = Headroom()
    headroom.ran(100.0)
    headroom.window(10.0)
    for _ in range(1000):
        headroom.ran(0.1)
        headroom.window(0.001)
    assert headroom.fits(0.2)


def test_the_time_that_is_left_is_what_the_context_says() -> None:
    assert remaining_time(SimpleNamespace(get_remaining_time_in_millis=lambda: 2500)) == 2.5


class Broken:
    def get_remaining_time_in_millis(self) -> int:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    "context",
    [
        None,
        object(),
        Broken(),
        SimpleNamespace(get_remaining_time_in_millis=lambda: "soon"),
        SimpleNamespace(get_remaining_time_in_millis=7),
    ],
)
def test_a_context_that_does_not_say_limits_nothing(context: object) -> None:
    assert remaining_time(context) is None
