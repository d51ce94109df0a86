"""What unit and integration tests share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from models.requests import Run
from models.test_case import CaseStatus, Check, Operator, TestCase
from models.test_result import CheckResult, Outcome, TestResult

ENVIRONMENT = {
    "STAGE": "prod",
    "TABLE_PREFIX": "test-",
    "SECRET_NAME": "test/signing",
    "ALLOWED_ORIGINS": "https://tests.example.com",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "POWERTOOLS_TRACE_DISABLED": "true",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a deployment sets. No test can reach AWS by mistake."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@dataclass
class Context:
    """As much of Lambda's context as Powertools and the handlers read."""

    function_name: str = "function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:function"
    aws_request_id: str = "request-1"


@pytest.fixture
def context() -> Context:
    return Context()


@pytest.fixture
def make_test() -> Callable[..., TestCase]:
    """Test cases that can be run, with what a test says otherwise."""

    def make(**values: Any) -> TestCase:
        check = Check(name="answers", target="status", operator=Operator.EQUALS, expected=200)
        usual = {"test_id": "login-1", "name": "Login", "status": CaseStatus.PASSING}
        return TestCase.model_validate({**usual, "owner": "ann", "checks": (check,), **values})

    return make


@pytest.fixture
def make_run() -> Callable[..., Run]:
    """Runs whose checks hold."""

    def make(**values: Any) -> Run:
        usual = {
            "test_id": "login-1",
            "run_id": "ci-1",
            "started_at": datetime(2026, 5, 1, 12, tzinfo=UTC),
            "observations": {"status": 200},
            "duration_ms": 80.5,
        }
        return Run.model_validate({**usual, **values})

    return make


@pytest.fixture
def make_result() -> Callable[..., TestResult]:
    """Results of runs that passed."""

    def make(**values: Any) -> TestResult:
        usual = {
            "test_id": "login-1",
            "run_id": "ci-1",
            "outcome": Outcome.PASSED,
            "environment": "staging",
            "started_at": datetime(2026, 5, 1, 12, tzinfo=UTC),
            "duration_ms": 80.5,
            "checks": (CheckResult(name="answers", passed=True),),
        }
        return TestResult.model_validate({**usual, **values})

    return make


@pytest.fixture
def make_event() -> Callable[..., dict[str, Any]]:
    """Requests as API Gateway sends them."""

    def make(scopes: str = "", body: str | None = None, **query: str) -> dict[str, Any]:
        return {
            "headers": {"origin": "https://tests.example.com"},
            "queryStringParameters": query or None,
            "pathParameters": None,
            "requestContext": {"authorizer": {"user_id": "ann", "scopes": scopes}},
            "body": body,
            "isBase64Encoded": False,
        }

    return make
