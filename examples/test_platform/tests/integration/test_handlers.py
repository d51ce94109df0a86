"""Handlers with all that is behind them, up to the tables."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from models.requests import Run
from models.test_case import TestCase
from models.test_result import TestResult
from repositories.result_repository import ResultRepository
from repositories.test_repository import TestRepository
from utils.signing import sign

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBServiceResource
    from mypy_boto3_dynamodb.service_resource import Table

MakeEvent = Callable[..., dict[str, Any]]
Make = Callable[..., TestCase]
MakeResult = Callable[..., TestResult]
Invoke = Callable[[str, dict[str, Any]], tuple[int, Any]]


@pytest.fixture
def invoke(dynamodb: DynamoDBServiceResource, context: Any) -> Invoke:
    """Calls a handler, imported once the tables are there, as at INIT."""

    def call(module: str, event: dict[str, Any]) -> tuple[int, Any]:
        handler = importlib.import_module(f"handlers.{module}").lambda_handler
        answer = handler(event, context)
        is_json = answer["headers"]["Content-Type"] == "application/json"
        return answer["statusCode"], json.loads(answer["body"]) if is_json else answer["body"]

    return call


def runs(*each: Run, **more: object) -> str:
    listed = [run.model_dump(mode="json") for run in each]
    return json.dumps({"environment": "staging", "runs": listed, **more})


def test_a_run_is_judged_stored_and_signed(
    invoke: Invoke,
    make_event: MakeEvent,
    make_run: Callable[..., Run],
    make_test: Make,
    test_cases: Table,
    test_results: Table,
) -> None:
    TestRepository(test_cases).create(make_test())

    status, body = invoke(
        "test_execution.execute_test", make_event("runs:write", body=runs(make_run()))
    )

    assert status == 201
    [result] = body["data"]
    assert result["outcome"] == "passed"
    assert result["signature"] == sign("login-1:ci-1:passed", "a signing key")
    assert ResultRepository(test_results).latest("login-1") is not None


def test_a_run_that_is_sent_twice_is_stored_once(
    invoke: Invoke,
    make_event: MakeEvent,
    make_run: Callable[..., Run],
    make_test: Make,
    test_cases: Table,
) -> None:
    TestRepository(test_cases).create(make_test())
    event = make_event("runs:write", body=runs(make_run()))
    invoke("test_execution.execute_test", event)

    status, body = invoke("test_execution.execute_test", event)

    assert (status, body["error"]["code"]) == (409, "duplicate_run")


def test_the_owner_of_a_broken_test_finds_a_message_in_the_outbox(
    invoke: Invoke,
    make_event: MakeEvent,
    make_run: Callable[..., Run],
    make_test: Make,
    test_cases: Table,
    dynamodb: DynamoDBServiceResource,
) -> None:
    TestRepository(test_cases).create(make_test())
    broken = make_run(observations={"status": 500})

    invoke("test_execution.execute_test", make_event("runs:write", body=runs(broken)))

    [message] = dynamodb.Table("test-notifications").scan()["Items"]
    assert (message["recipient"], message["subject"]) == ("ann", "Login fails in staging")
    assert TestRepository(test_cases).get("login-1").status == "failing"


def test_a_rehearsal_leaves_no_trace(
    invoke: Invoke,
    make_event: MakeEvent,
    make_run: Callable[..., Run],
    make_test: Make,
    test_cases: Table,
    test_results: Table,
) -> None:
    TestRepository(test_cases).create(make_test())
    body = runs(make_run(), rehearsal=True)

    status, _ = invoke("test_execution.execute_test", make_event("runs:write", body=body))

    assert status == 200
    assert test_results.scan()["Count"] == 0


def test_readers_may_not_run(
    invoke: Invoke, make_event: MakeEvent, make_run: Callable[..., Run]
) -> None:
    event = make_event("results:read", body=runs(make_run()))

    assert invoke("test_execution.execute_test", event)[0] == 403


@pytest.fixture
def history(
    test_cases: Table, test_results: Table, make_test: Make, make_result: MakeResult
) -> None:
    """A test with a result of each of the last five days, the newest one failed."""
    TestRepository(test_cases).create(make_test(status="failing"))
    now = datetime.now(UTC) - timedelta(hours=1)
    ResultRepository(test_results).save_all(
        make_result(
            run_id=f"ci-{day}",
            started_at=now - timedelta(days=day),
            outcome="passed" if day else "failed",
        )
        for day in range(5)
    )


def results(invoke: Invoke, event: dict[str, Any]) -> Any:
    status, body = invoke("test_execution.get_test_results", event)
    assert status == 200, body
    return body if isinstance(body, str) else body["data"]


@pytest.mark.usefixtures("history")
def test_results_are_shown_page_by_page(invoke: Invoke, make_event: MakeEvent) -> None:
    first = results(invoke, make_event("results:read", test_id="login-1"))
    second = results(invoke, make_event("results:read", test_id="login-1", cursor=first["cursor"]))

    shown = [each["run_id"] for each in first["results"] + second["results"]]
    assert shown == ["ci-0", "ci-1", "ci-2", "ci-3", "ci-4"]
    assert second["cursor"] is None


@pytest.mark.usefixtures("history")
def test_each_view_shows_what_it_is_for(invoke: Invoke, make_event: MakeEvent) -> None:
    def view(name: str, **query: str) -> Any:
        return results(invoke, make_event("results:read", view=name, **query))

    overview = view("overview", test_ids="login-1,login-9")
    assert overview["login-1"]["run_id"] == "ci-0"
    assert overview["login-9"] is None
    assert list(view("broken")) == ["login-1"]
    assert view("summary", test_id="login-1", days="3")["runs"] == 3
    assert len(view("export", test_id="login-1", days="3").splitlines()) == 4
    assert view("annual")["login-1"] == {"runs": 5, "pass_rate": 0.8}


def test_results_of_an_unknown_test_are_not_found(invoke: Invoke, make_event: MakeEvent) -> None:
    status, body = invoke(
        "test_execution.get_test_results", make_event("results:read", test_id="login-9")
    )

    assert (status, body["error"]["code"]) == (404, "test_not_found")


def test_a_test_is_scheduled_once(
    invoke: Invoke, make_event: MakeEvent, make_test: Make, test_cases: Table
) -> None:
    TestRepository(test_cases).create(make_test())
    event = make_event("schedules:write", body='{"test_id": "login-1", "at": "03:00"}')

    assert [invoke("test_execution.schedule_test", event)[0] for _ in range(2)] == [201, 409]


def test_data_is_generated_and_stored(
    invoke: Invoke, make_event: MakeEvent, dynamodb: DynamoDBServiceResource
) -> None:
    body = {"dataset_id": "people", "count": 60, "fields": [{"name": "age", "kind": "integer"}]}

    status, answer = invoke(
        "test_data.generate_data", make_event("datasets:write", body=json.dumps(body))
    )

    assert (status, answer["data"]["records"]) == (201, 60)
    assert dynamodb.Table("test-datasets").scan()["Count"] == 60


@pytest.mark.usefixtures("history")
def test_failures_are_foretold(invoke: Invoke, make_event: MakeEvent) -> None:
    event = make_event("analyses:read", body='{"test_ids": ["login-1"]}')

    status, body = invoke("ai_analysis.analyze_results", event)

    assert (status, body["data"][0]["risk"]) == (200, "medium")


def test_the_authorizer_lets_users_in_and_nobody_else(
    dynamodb: DynamoDBServiceResource, context: Any
) -> None:
    from handlers.auth.authorize import lambda_handler

    dynamodb.Table("test-users").put_item(
        Item={"user_id": "ann", "scopes": {"runs:write"}, "active": True}
    )
    arn = "arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/results"
    token = f"ann.9999999999.{sign('ann.9999999999', 'a signing key')}"

    answer = lambda_handler({"authorizationToken": f"Bearer {token}", "methodArn": arn}, context)

    assert answer["context"] == {"user_id": "ann", "scopes": "runs:write"}
    [statement] = answer["policyDocument"]["Statement"]
    assert statement["Resource"] == "arn:aws:execute-api:us-east-1:123456789012:abc/prod/*"
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        lambda_handler({"authorizationToken": f"Bearer {token}0", "methodArn": arn}, context)
