"""Running tests, with repositories that only remember."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock, create_autospec

import pytest

from models.requests import Run, RunRequest
from models.test_case import CaseStatus, TestCase
from models.test_result import Outcome, TestResult
from repositories.result_repository import ResultRepository
from repositories.test_repository import TestRepository
from services.notification_service import Notifier
from services.test_service import TestService
from utils.errors import TestExecutionError, TestNotFoundError

Make = Callable[..., TestCase]
MakeRun = Callable[..., Run]


@pytest.fixture
def tests() -> Any:
    return create_autospec(TestRepository, instance=True)


@pytest.fixture
def results() -> Any:
    return create_autospec(ResultRepository, instance=True)


@pytest.fixture
def notifier() -> Any:
    return create_autospec(Notifier, instance=True)


@pytest.fixture
def service(tests: Mock, results: Mock, notifier: Mock) -> TestService:
    return TestService(tests, results, notifier)


def request(*runs: Run) -> RunRequest:
    return RunRequest(environment="staging", runs=runs)


def test_a_run_is_judged_and_stored(
    service: TestService, tests: Mock, results: Mock, make_test: Make, make_run: MakeRun
) -> None:
    tests.get.return_value = make_test()

    [result] = service.run(request(make_run()))

    assert result.outcome is Outcome.PASSED
    results.save.assert_called_once_with(result)


def test_a_test_that_breaks_is_noted_and_its_owner_told(
    service: TestService, tests: Mock, notifier: Mock, make_test: Make, make_run: MakeRun
) -> None:
    tests.get.return_value = test = make_test()

    [result] = service.run(request(make_run(observations={"status": 500})))

    assert result.outcome is Outcome.FAILED
    tests.update.assert_called_once_with(test, {"status": CaseStatus.FAILING})
    notifier.test_broke.assert_called_once_with(test, result)


def test_a_test_that_recovers_is_noted_and_nobody_told(
    service: TestService, tests: Mock, notifier: Mock, make_test: Make, make_run: MakeRun
) -> None:
    tests.get.return_value = test = make_test(status="failing")

    service.run(request(make_run()))

    tests.update.assert_called_once_with(test, {"status": CaseStatus.PASSING})
    notifier.test_broke.assert_not_called()


def test_nothing_is_noted_while_nothing_changes(
    service: TestService, tests: Mock, make_test: Make, make_run: MakeRun
) -> None:
    tests.get.return_value = make_test()

    service.run(request(make_run()))

    tests.update.assert_not_called()


def test_a_suite_is_stored_in_one_batch(
    service: TestService, tests: Mock, results: Mock, make_test: Make, make_run: MakeRun
) -> None:
    names = ("login-1", "login-2")
    tests.get_many.return_value = {name: make_test(test_id=name) for name in names}

    found = service.run(request(*(make_run(test_id=name) for name in names)))

    assert [each.test_id for each in found] == list(names)
    results.save_all.assert_called_once_with(found)


def test_of_a_suite_with_an_unknown_test_nothing_is_stored(
    service: TestService, tests: Mock, results: Mock, make_test: Make, make_run: MakeRun
) -> None:
    tests.get_many.return_value = {"login-1": make_test()}

    with pytest.raises(TestNotFoundError, match="login-9"):
        service.run(request(make_run(), make_run(test_id="login-9")))

    results.save_all.assert_not_called()


def test_a_rehearsal_stores_nothing(
    service: TestService, tests: Mock, results: Mock, make_test: Make, make_run: MakeRun
) -> None:
    tests.get_many.return_value = {"login-1": make_test()}

    [result] = service.rehearse(request(make_run(observations={"status": 500})))

    assert result.outcome is Outcome.FAILED
    results.save.assert_not_called()
    results.save_all.assert_not_called()
    tests.update.assert_not_called()


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_drafts_and_retired_tests_are_not_run(
    service: TestService, tests: Mock, make_test: Make, make_run: MakeRun, status: str
) -> None:
    tests.get.return_value = make_test(status=status)

    with pytest.raises(TestExecutionError, match=status):
        service.run(request(make_run()))


def test_a_test_without_checks_cannot_pass(
    service: TestService, tests: Mock, make_test: Make, make_run: MakeRun
) -> None:
    tests.get.return_value = make_test(checks=())

    with pytest.raises(TestExecutionError, match="no checks"):
        service.run(request(make_run()))


def test_a_run_is_repeated_where_it_was(
    service: TestService,
    tests: Mock,
    make_test: Make,
    make_run: MakeRun,
    make_result: Callable[..., TestResult],
) -> None:
    tests.get.return_value = make_test()

    again = service.repeat(make_result(environment="production"), make_run(run_id="ci-2"))

    assert again.environment == "production"
