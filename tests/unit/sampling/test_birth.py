"""Fixed costs are shared across the fleet: each process draws whether it pays them."""

from __future__ import annotations

import pytest

from lambda_usage.sampling.birth import Birth


@pytest.mark.parametrize(
    ("rate", "budget", "probability"),
    [
        (1.0, 1.0, 1.0),
        (0.3, 1.0, 0.3),
        (1.0, 0.01, 1.0),
        (1.0, 0.002, 0.48),
        (0.3, 0.002, 0.3),
        (1.0, 0.0001, 0.024),
    ],
)
def test_a_process_pays_as_often_as_the_rate_and_the_budget_allow(
    rate: float, budget: float, probability: float
) -> None:
    assert Birth(rate, budget, 0.5).probability == pytest.approx(probability)


def test_the_share_of_processes_that_pay_is_the_stated_probability() -> None:
    births = [Birth(1.0, 0.002, n / 1000) for n in range(1000)]
    assert sum(each.pays for each in births) == 480


@pytest.mark.parametrize("others", [0.01, 0.48, 0.9])
def test_one_number_decides_on_init_and_first_invocation(others: float) -> None:
    births = [Birth(1.0, 0.002, n / 1000) for n in range(1000)]
    drawn = [each.draw(others) for each in births]
    expected = max(others, 0.48)
    assert [probability for probability, _ in drawn] == pytest.approx([expected] * 1000)
    assert sum(chosen for _, chosen in drawn) == round(1000 * expected)
    assert all(chosen for each, (_, chosen) in zip(births, drawn, strict=True) if each.pays)
