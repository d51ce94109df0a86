"""What is let in, and what is stored."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from models.requests import ResultsQuery, Run, RunRequest, View
from models.test_case import TestCase
from models.test_result import TestResult
from utils.decimals import from_dynamo, to_dynamo


@pytest.mark.parametrize("good", ["a", "login-1", "A1-b2-C3"])
def test_identifiers_are_letters_and_digits_in_groups(good: str, make_run: Any) -> None:
    assert make_run(test_id=good).test_id == good


@pytest.mark.parametrize("bad", ["", "-", "a--b", "a-", "a b", "a/b", "ä", "a" * 101, "a-;drop"])
def test_a_hyphen_does_not_make_anything_an_identifier(bad: str, make_run: Any) -> None:
    with pytest.raises(ValidationError):
        make_run(test_id=bad)


def test_times_without_a_zone_are_refused(make_run: Callable[..., Run]) -> None:
    with pytest.raises(ValidationError):
        make_run(started_at="2026-05-01T12:00:00")


@pytest.mark.parametrize(("given", "meant"), [("Staging", "staging"), ("prod", "production")])
def test_environments_have_short_names(
    given: str, meant: str, make_run: Callable[..., Run]
) -> None:
    assert RunRequest(environment=given, runs=(make_run(),)).environment == meant


def test_unknown_environments_are_refused(make_run: Callable[..., Run]) -> None:
    with pytest.raises(ValidationError, match="one of integration, production, staging"):
        RunRequest(environment="moon", runs=(make_run(),))


def test_unknown_fields_are_refused_rather_than_ignored() -> None:
    with pytest.raises(ValidationError):
        ResultsQuery.model_validate({"test_id": "login-1", "limt": "5"})


def test_queries_come_as_text() -> None:
    query = ResultsQuery.model_validate(
        {"view": "overview", "test_ids": "login-1,login-2", "limit": "5"}
    )

    assert query.test_ids == ("login-1", "login-2")
    assert query.limit == 5


@pytest.mark.parametrize("view", [View.LIST, View.OVERVIEW, View.SUMMARY, View.EXPORT])
def test_most_views_need_a_test(view: View) -> None:
    with pytest.raises(ValidationError, match="needs"):
        ResultsQuery(view=view)


def test_a_result_comes_back_from_the_table_as_it_went(
    make_result: Callable[..., TestResult],
) -> None:
    result = make_result(duration_ms=0.1)

    item = result.to_item()

    assert item["duration_ms"] == Decimal("0.1")
    assert TestResult.from_item(item) == result


def test_a_test_case_comes_back_from_the_table_as_it_went(
    make_test: Callable[..., TestCase],
) -> None:
    test = make_test(tags={"slow"}, priority=3).tagged("shop")

    assert TestCase.from_item(test.to_item()) == test
    assert test.tags == {"slow", "shop"}


def test_results_know_what_failed(make_result: Callable[..., TestResult]) -> None:
    checks = ({"name": "a", "passed": True}, {"name": "b", "passed": False})
    result = make_result(outcome="failed", checks=checks)

    assert [each.name for each in result.failures] == ["b"]
    assert not result.has_passed


def test_floats_become_decimals_and_back() -> None:
    value = {"a": [1, 0.1, {"b": (2.5, "x")}]}

    stored = to_dynamo(value)

    assert stored == {"a": [1, Decimal("0.1"), {"b": [Decimal("2.5"), "x"]}]}
    assert from_dynamo({"c": Decimal("0.5"), "d": "x"}) == {"c": 0.5, "d": "x"}
