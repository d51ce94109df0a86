from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.estimates import Estimate, added, estimate, ratio
from tests.unit.benchmarks.runs import rounds

COSTS = st.floats(0.001, 1e6)
ROUNDS = st.lists(st.lists(COSTS, min_size=1, max_size=5), min_size=1, max_size=4)


def test_the_median_process_counts_not_the_slowest() -> None:
    assert estimate([[1.0, 1.0, 90.0], [2.0, 2.0, 2.0], [300.0, 300.0, 300.0]]).value == 2.0


@given(ROUNDS)
def test_an_interval_contains_its_estimate_and_lies_within_what_was_measured(
    measured: list[list[float]],
) -> None:
    found = estimate(measured, draws=50)
    assert min(map(min, measured)) <= found.low <= found.value <= found.high
    assert found.high <= max(map(max, measured))


@given(ROUNDS, st.sampled_from([0.5, 2.0, 1024.0]))
def test_a_unit_changes_no_ratio(measured: list[list[float]], unit: float) -> None:
    scaled = [[each * unit for each in process] for process in measured]
    assert (
        ratio(
            scaled,
            measured,
        ).value
        == unit
    )


def test_what_slows_both_for_a_moment_changes_nothing() -> None:
    bare = [[10.0, 10.0, 40.0], [10.0, 20.0, 10.0]]
    own = [[11.0, 11.0, 44.0], [11.0, 22.0, 11.0]]
    assert ratio(own, bare) == Estimate(1.1, 1.1, 1.1)


def test_a_difference_is_in_the_unit_of_the_cost() -> None:
    assert added([[7.0, 8.0]], [[5.0, 6.0]]) == Estimate(2.0, 2.0, 2.0)


def test_the_interval_contains_the_truth_as_often_as_it_says() -> None:
    held = 0
    for seed in range(200):
        random = Random(seed)
        bare = [[random.gauss(100, 3) for _ in range(12)] for _ in range(7)]
        processes = [random.gauss(1.05, 0.01) for _ in range(7)]
        own = [
            [each * process * random.gauss(1, 0.01) for each in one]
            for one, process in zip(bare, processes, strict=True)
        ]
        found = ratio(own, bare)
        held += found.low <= 1.05 <= found.high
    assert held >= 0.88 * 200


def test_more_rounds_make_an_interval_narrower() -> None:
    few, many = ([process[:4] for process in rounds(100, Random(3))], rounds(100, Random(3)))
    widths = [found.high - found.low for found in map(estimate, (few, many))]
    assert widths[1] < widths[0]


@pytest.mark.parametrize("nothing", [[], [[]], [[1.0], []]])
def test_nothing_measured_is_no_estimate(nothing: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        estimate(nothing)


def test_runs_that_do_not_pair_up_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratio([[1.0, 2.0]], [[1.0]])
