"""Repositories on tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest

from models.test_case import CaseStatus, TestCase
from models.test_result import Outcome, TestResult
from repositories.result_repository import ResultRepository
from repositories.test_repository import TestRepository
from utils.errors import ConcurrentUpdateError, DuplicateRunError, TestNotFoundError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
Make = Callable[..., TestCase]
MakeResult = Callable[..., TestResult]


@pytest.fixture
def tests(test_cases: Table) -> TestRepository:
    return TestRepository(test_cases)


@pytest.fixture
def results(test_results: Table) -> ResultRepository:
    return ResultRepository(test_results)


def test_what_was_created_is_found(tests: TestRepository, make_test: Make) -> None:
    tests.create(make_test())

    assert tests.get("login-1") == make_test()


def test_what_is_not_there_is_not_found(tests: TestRepository) -> None:
    assert tests.find_by_id("login-9") is None
    with pytest.raises(TestNotFoundError, match="login-9"):
        tests.get("login-9")


def test_a_test_case_is_never_created_over_another(tests: TestRepository, make_test: Make) -> None:
    tests.create(make_test())

    with pytest.raises(ConcurrentUpdateError):
        tests.create(make_test(name="Another"))

    assert tests.get("login-1").name == "Login"


def test_the_index_finds_test_cases_by_status(tests: TestRepository, make_test: Make) -> None:
    tests.create(make_test())
    tests.create(make_test(test_id="login-2", status="failing"))

    [found] = tests.find_by_status(CaseStatus.FAILING)

    assert found.test_id == "login-2"


def test_an_update_counts_the_version_up(tests: TestRepository, make_test: Make) -> None:
    tests.create(make_test())

    changed = tests.update(make_test(), {"status": CaseStatus.FAILING, "name": "Log in"})

    assert (changed.status, changed.name, changed.version) == (CaseStatus.FAILING, "Log in", 2)
    assert tests.get("login-1") == changed


def test_of_two_updates_at_once_one_is_refused(tests: TestRepository, make_test: Make) -> None:
    tests.create(make_test())
    read = tests.get("login-1")
    tests.update(read, {"name": "First"})

    with pytest.raises(ConcurrentUpdateError):
        tests.update(read, {"name": "Second"})

    assert tests.get("login-1").name == "First"


def test_an_update_never_makes_a_test_case(tests: TestRepository, make_test: Make) -> None:
    with pytest.raises(ConcurrentUpdateError):
        tests.update(make_test(), {"name": "Nobody"})

    assert tests.find_by_id("login-1") is None


def test_what_was_deleted_is_gone(tests: TestRepository, make_test: Make) -> None:
    tests.create(make_test())

    tests.delete("login-1")

    assert tests.find_by_id("login-1") is None


def test_more_than_a_hundred_test_cases_are_read(tests: TestRepository, make_test: Make) -> None:
    names = [f"t-{number}" for number in range(120)]
    for name in names:
        tests.create(make_test(test_id=name))

    found = tests.get_many([*names, "t-0", "t-999"])

    assert sorted(found) == sorted(names)


def test_keys_that_were_left_unprocessed_are_asked_for_again(
    tests: TestRepository, make_test: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("t-1", "t-2"):
        tests.create(make_test(test_id=name))
    real = tests._client.batch_get_item
    left: list[dict[str, Any]] = [{"test_id": "t-2"}]

    def busy(RequestItems: Any) -> Any:
        if not left:
            return real(RequestItems=RequestItems)
        [table] = RequestItems
        answer: Any = real(RequestItems={table: {"Keys": [{"test_id": "t-1"}]}})
        return {**answer, "UnprocessedKeys": {table: {"Keys": [left.pop()]}}}

    monkeypatch.setattr("repositories.test_repository.time.sleep", lambda _: None)
    monkeypatch.setattr(tests._client, "batch_get_item", Mock(side_effect=busy))

    assert sorted(tests.get_many(["t-1", "t-2"])) == ["t-1", "t-2"]


def test_a_result_is_stored_once(results: ResultRepository, make_result: MakeResult) -> None:
    results.save(make_result())

    with pytest.raises(DuplicateRunError):
        results.save(make_result(outcome="failed"))

    assert results.latest("login-1") == make_result()


def test_runs_of_the_same_moment_are_different(
    results: ResultRepository, make_result: MakeResult
) -> None:
    results.save(make_result(run_id="ci-1"))
    results.save(make_result(run_id="ci-2"))

    assert len(results.page("login-1", 10).results) == 2


def test_pages_follow_each_other_from_new_to_old(
    results: ResultRepository, make_result: MakeResult
) -> None:
    stored = [
        make_result(run_id=f"ci-{hour}", started_at=NOON + timedelta(hours=hour))
        for hour in range(5)
    ]
    results.save_all(stored)

    first = results.page("login-1", 3)
    second = results.page("login-1", 3, start=first.last_key)

    assert [*first.results, *second.results] == stored[::-1]
    assert second.last_key is None


def test_results_are_filtered_by_outcome(
    results: ResultRepository, make_result: MakeResult
) -> None:
    results.save_all([make_result(), make_result(run_id="ci-2", outcome="failed")])

    [found] = results.page("login-1", 10, Outcome.FAILED).results

    assert found.run_id == "ci-2"


def test_history_begins_with_its_first_day(
    results: ResultRepository, make_result: MakeResult
) -> None:
    days = [NOON + timedelta(days=day) for day in range(4)]
    results.save_all(make_result(run_id=f"ci-{day.day}", started_at=day) for day in days)

    found = results.since("login-1", days[2])

    assert [each.started_at for each in found] == days[2:]


def test_old_results_are_deleted_and_new_ones_kept(
    results: ResultRepository, make_result: MakeResult
) -> None:
    days = [NOON + timedelta(days=day) for day in range(4)]
    results.save_all(make_result(run_id=f"ci-{day.day}", started_at=day) for day in days)

    assert results.delete_before("login-1", days[3]) == 3
    assert [each.started_at for each in results.since("login-1", NOON)] == days[3:]
