"""Comparing what was observed with what must hold."""

from __future__ import annotations

import pytest

from models.test_case import Check, Observation, Operator
from services.checks import evaluate


def check(operator: str, expected: object) -> Check:
    return Check.model_validate(
        {"name": "a check", "target": "value", "operator": operator, "expected": expected}
    )


@pytest.mark.parametrize(
    ("operator", "expected", "holds", "fails"),
    [
        ("equals", 200, 200, 500),
        ("differs", "error", "fine", "error"),
        ("contains", "total", '{"total": 3}', "{}"),
        ("at_most", 800, 800, 800.5),
        ("between", (1, 3), 1, 3.5),
        ("matches", r"[a-z]+-\d", "shop-1", "a shop-1"),
    ],
)
def test_each_operator_tells_what_holds_from_what_does_not(
    operator: str, expected: object, holds: Observation, fails: Observation
) -> None:
    assert evaluate(check(operator, expected), {"value": holds}).passed
    assert not evaluate(check(operator, expected), {"value": fails}).passed


def test_a_failed_check_says_what_was_found_and_what_was_wanted() -> None:
    result = evaluate(check("at_most", 800), {"value": 950})

    assert result.message == "value is 950: not at most 800"


def test_a_long_value_is_cut_in_the_message() -> None:
    result = evaluate(check("equals", "short"), {"value": "x" * 500})

    assert len(result.message) < 200


def test_what_was_not_observed_does_not_hold() -> None:
    result = evaluate(check("equals", 200), {})

    assert (result.passed, result.message) == (False, "was not observed")


def test_values_that_cannot_be_compared_do_not_hold() -> None:
    result = evaluate(check("at_most", 800), {"value": "fast"})

    assert (result.passed, result.message) == (False, "str cannot be compared")


def test_baselines_are_not_written_yet() -> None:
    with pytest.raises(NotImplementedError):
        evaluate(check("near_baseline", 0.1), {"value": 3})


@pytest.mark.parametrize(("operator", "expected"), [("between", 3), ("equals", (1, 2))])
def test_bounds_are_for_between_and_for_nothing_else(operator: str, expected: object) -> None:
    with pytest.raises(ValueError, match="two bounds"):
        check(Operator(operator), expected)
