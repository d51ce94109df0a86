"""Showing results, with repositories that only remember."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock, create_autospec

import pytest

from models.requests import ResultsQuery
from models.test_case import TestCase
from models.test_result import TestResult
from repositories.result_repository import Page, ResultRepository
from repositories.test_repository import TestRepository
from services.export import rows
from services.result_service import ResultService
from utils.errors import DataValidationError, TestNotFoundError
from utils.pagination import encode_cursor

KEY = "a signing key"
Make = Callable[..., TestResult]


@pytest.fixture
def tests() -> Any:
    return create_autospec(TestRepository, instance=True)


@pytest.fixture
def results() -> Any:
    return create_autospec(ResultRepository, instance=True)


@pytest.fixture
def service(tests: Mock, results: Mock) -> ResultService:
    return ResultService(tests, results)


def test_a_page_says_where_the_next_one_begins(
    service: ResultService, results: Mock, make_result: Make
) -> None:
    key = {"test_id": "login-1", "sort_key": "2026"}
    results.page.return_value = Page((make_result(),), key)
    first = service.page(ResultsQuery(test_id="login-1"), KEY)

    service.page(ResultsQuery(test_id="login-1", cursor=first["cursor"]), KEY)

    assert first["cursor"] == encode_cursor(key, KEY)
    assert results.page.call_args.args == ("login-1", 3, None, key)


def test_the_last_page_has_no_cursor(
    service: ResultService, results: Mock, make_result: Make
) -> None:
    results.page.return_value = Page((make_result(),), None)

    assert service.page(ResultsQuery(test_id="login-1"), KEY)["cursor"] is None


def test_a_cursor_is_good_for_its_own_test_only(service: ResultService) -> None:
    cursor = encode_cursor({"test_id": "login-2", "sort_key": "2026"}, KEY)

    with pytest.raises(DataValidationError, match="another test"):
        service.page(ResultsQuery(test_id="login-1", cursor=cursor), KEY)


def test_no_results_of_a_test_that_is_not_there_are_an_error(
    service: ResultService, tests: Mock, results: Mock
) -> None:
    results.page.return_value = Page((), None)
    tests.get.side_effect = TestNotFoundError("there is no test login-9")

    with pytest.raises(TestNotFoundError):
        service.page(ResultsQuery(test_id="login-9"), KEY)


def test_an_overview_has_the_newest_result_of_each_test(
    service: ResultService, results: Mock, make_result: Make
) -> None:
    newest = {"login-1": make_result(run_id="ci-9"), "login-2": None}
    results.latest.side_effect = newest.get

    found = service.overview(newest)

    assert found["login-1"]["run_id"] == "ci-9"
    assert found["login-2"] is None


def test_a_summary_is_of_all_results_of_its_days(
    service: ResultService, results: Mock, make_result: Make
) -> None:
    results.since.return_value = iter(
        [make_result(), make_result(outcome="failed", duration_ms=300)]
    )

    summary = service.summary("login-1", days=7)

    assert summary == {"runs": 2, "pass_rate": 0.5, "flakiness": 1.0, "duration_p95_ms": 300}


def test_days_without_results_have_no_summary(service: ResultService, results: Mock) -> None:
    results.since.return_value = iter([])

    with pytest.raises(TestNotFoundError):
        service.summary("login-1", days=7)


def test_a_year_is_reported_for_tests_that_pass_and_for_those_that_fail(
    service: ResultService,
    tests: Mock,
    results: Mock,
    make_test: Callable[..., TestCase],
    make_result: Make,
) -> None:
    tests.find_by_status.side_effect = [[make_test()], [make_test(test_id="login-2")]]
    results.since.side_effect = [iter([make_result()]), iter([])]

    assert service.annual() == {
        "login-1": {"runs": 1, "pass_rate": 1.0},
        "login-2": {"runs": 0, "pass_rate": 0.0},
    }


def test_an_export_has_a_header_and_one_line_for_each_result(make_result: Make) -> None:
    lines = list(rows([make_result(), make_result(run_id="ci-2", environment='a "b", c')]))

    assert lines == [
        "run_id,started_at,environment,outcome,duration_ms\r\n",
        "ci-1,2026-05-01T12:00:00Z,staging,passed,80.5\r\n",
        'ci-2,2026-05-01T12:00:00Z,"a ""b"", c",passed,80.5\r\n',
    ]
