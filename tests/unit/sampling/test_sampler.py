"""Windows are drawn with the probability that is stated, by a generator that is nobody else's."""

from __future__ import annotations

import random

import pytest

from lambda_usage.sampling import sampler as module
from lambda_usage.sampling.sampler import Sampler
from lambda_usage.sampling.trace import current_trace

TRACE = "_X_AMZN_TRACE_ID"


def test_the_users_random_numbers_stay_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TRACE, raising=False)
    random.seed(1)
    expected = [random.random() for _ in range(20)]
    random.seed(1)
    found = []
    sampler = Sampler(0.5)
    for _ in range(20):
        sampler.draw()
        current_trace()
        found.append(random.random())
    assert found == expected


def test_a_users_seed_does_not_fix_the_draws() -> None:
    sampler = Sampler(0.5)
    runs = []
    for _ in range(2):
        random.seed(1)
        runs.append([sampler.draw().chosen for _ in range(200)])
    assert runs[0] != runs[1]  # equal by chance once in 2**200


@pytest.mark.parametrize("rate", [0.5, 0.1, 0.9])
def test_the_share_of_windows_is_the_stated_probability(rate: float) -> None:
    n = 20_000
    sampler = Sampler(rate)
    draws = [sampler.draw() for _ in range(n)]
    assert {each.probability for each in draws} == {rate}
    chosen = sum(each.chosen for each in draws)
    # six standard deviations: a right sampler fails once in 500 million runs
    assert abs(chosen - n * rate) < 6 * (n * rate * (1 - rate)) ** 0.5


def test_a_rate_of_one_chooses_always_and_asks_for_no_randomness(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "uniform", lambda: pytest.fail("randomness was drawn"))
    sampler = Sampler(1.0)
    assert all(sampler.draw().chosen for _ in range(100))


@pytest.mark.parametrize(("random_bytes", "chosen"), [(b"\0" * 7, True), (b"\xff" * 7, False)])
def test_the_limits_of_the_uniform_number(
    random_bytes: bytes, chosen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.os, "urandom", lambda _: random_bytes)
    assert 0 <= module.uniform() < 1
    assert Sampler(1 - 2**-53).draw().chosen is chosen


def test_the_uniform_number_fills_its_range() -> None:
    numbers = [module.uniform() for _ in range(4000)]
    assert {int(each * 16) for each in numbers} == set(range(16))


class Alternating:
    """A limit that moves with all that was drawn so far."""

    allowed = 0.5

    def probability(self) -> float:
        return self.allowed


def test_each_invocation_has_its_own_probability_however_it_moves() -> None:
    n = 40_000
    limit = Alternating()
    sampler = Sampler(1.0, (limit,))
    estimate = variance = 0.0
    after_window = [0, 0]
    chosen = False
    for _ in range(n):
        limit.allowed = 0.02 if chosen else min(1.0, limit.allowed * 1.5)  # from the past only
        sampler.refresh()
        before, draw = chosen, sampler.draw()
        chosen = draw.chosen
        estimate += chosen / draw.probability
        variance += 1 / draw.probability - 1
        if before:
            after_window[chosen] += 1
    # six standard deviations, as above
    assert abs(estimate - n) < 6 * variance**0.5
    trials = sum(after_window)
    assert abs(after_window[1] - 0.02 * trials) < 6 * (0.02 * 0.98 * trials) ** 0.5


def test_processes_from_one_snapshot_draw_independently() -> None:
    runs = [[each.draw().chosen for _ in range(200)] for each in (Sampler(0.5), Sampler(0.5))]
    assert runs[0] != runs[1]  # equal by chance once in 2**200
