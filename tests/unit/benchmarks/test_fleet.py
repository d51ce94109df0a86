from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks import fleet
from benchmarks.fleet import Effort, Seen, dead_after, error, first_seen, fleet_of, hits, seen
from benchmarks.fleet_traffic import IDLE_S, LIFE_S, Process, arrivals, serve
from lambda_usage.evidence.model import Thresholds

EFFORT = Effort({}, replications=40)


class Sends:
    """A process that sends a bundle after every third invocation, and draws each second one."""

    def __init__(self) -> None:
        self.count = 0

    def invoke(self, now: float) -> tuple[float, bool, bool]:
        self.count += 1
        return 0.5, self.count % 2 == 0, self.count % 3 == 0


def sends(now: float) -> Process:
    return Sends()


def random() -> np.random.Generator:
    return np.random.default_rng(1)


def test_traffic_has_the_rate_that_was_asked_for() -> None:
    assert len(arrivals(5, 20_000, random())) == pytest.approx(100_000, rel=0.02)


def test_every_invocation_is_told_of_after_it_ended() -> None:
    traffic = serve(2, 3000, sends, random())
    assert np.all(traffic.known >= traffic.time + 0.1 - 1e-9)
    assert np.all(np.isfinite(traffic.known))


def test_bundles_are_those_that_were_due_and_one_for_each_end() -> None:
    traffic = serve(0.5, 10_000, sends, random())
    least = (len(traffic.time) - 2 * traffic.environments) / 3 + traffic.environments
    assert least <= traffic.puts <= len(traffic.time) / 3 + traffic.environments


def test_there_are_as_many_environments_as_requests_at_a_time_need() -> None:
    assert serve(0.001, 3_000_000, sends, random()).environments > 1000, "each is idle too long"
    assert serve(1, 3000, sends, random()).environments < 10
    assert serve(200, 60, sends, random()).environments > 20


def test_an_environment_ends_with_its_life() -> None:
    traffic = serve(1, 4 * LIFE_S, sends, random())
    assert traffic.environments >= 4
    assert traffic.known.max() <= 4 * LIFE_S + 2 * IDLE_S + LIFE_S


@pytest.mark.parametrize("frequency", [0.5, 0.01])
def test_code_is_hit_as_often_as_it_is_used(frequency: float) -> None:
    found = hits(1_000_000, frequency, random())
    assert len(found) == pytest.approx(1_000_000 * frequency, rel=0.05)
    assert len(set(found.tolist())) == len(found)


def view(count: int, share: float) -> Seen:
    known = np.arange(count, dtype=np.float64)
    chosen = random().random(count) < share
    return Seen(np.where(chosen, known, np.inf), chosen / share, float(chosen.sum()))


def test_the_error_is_that_of_simple_random_sampling() -> None:
    count, share, frequency = 200_000, 0.01, 0.1
    theory = math.sqrt((1 - frequency) / frequency / (count * share) * (1 - share))
    found = error(view(count, share), frequency, Effort({}, replications=300), random())
    assert found == pytest.approx(theory, rel=0.15)


def test_a_recording_of_everything_has_no_error() -> None:
    assert error(view(10_000, 1.0), 0.01, EFFORT, random()) == pytest.approx(0, abs=1e-12)


def test_rare_code_is_seen_later() -> None:
    times = [first_seen(view(100_000, 1.0), f, EFFORT, random()) for f in (0.1, 0.01, 0.001)]
    assert times == sorted(times)
    assert times[1] == pytest.approx(69, rel=0.6), "the median of a geometric distribution"


def test_code_that_no_window_ran_is_never_seen() -> None:
    assert first_seen(Seen(np.full(9, np.inf), np.zeros(9), 0), 0.5, EFFORT, random()) == math.inf


def test_dead_needs_the_products_own_days_and_exposure() -> None:
    wanted = Thresholds()
    busy = dead_after(view(wanted.min_exposure * 2, 1.0), wanted)
    assert busy == wanted.min_days
    slow = Seen(np.arange(100) * 86400.0, np.ones(100), 100)
    assert dead_after(slow, wanted) == pytest.approx(99 * wanted.min_exposure / 100)


def test_ours_sees_every_invocation_and_a_share_only_its_windows() -> None:
    traffic = serve(1, 3000, sends, random())
    ours, fixed = (seen(traffic, each, random()) for each in ("ours", "fixed"))
    assert np.isfinite(ours.known).all()
    assert ours.weight.sum() == pytest.approx(len(traffic.time), rel=0.05)
    assert np.isfinite(fixed.known).sum() == fixed.puts


def test_a_fleet_of_one_is_its_busiest_function() -> None:
    found = fleet.simulate_all(Effort({10: 0.1, 1000: 0.002}, (0.1,), replications=2))
    (alone,) = (each for each in found["functions"] if each["rate"] == 1000)
    fleet_one = fleet_of(1, found["functions"])
    expected = alone["ours"]["puts_per_hour"] / 3.6
    assert fleet_one["ours"]["puts_per_million"] == pytest.approx(expected)
