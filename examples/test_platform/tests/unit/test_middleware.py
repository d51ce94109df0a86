"""What stands between API Gateway and a handler."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from middleware.auth import Caller, requires
from middleware.cors import cors_headers, preflight
from middleware.error_handler import handle_errors
from middleware.responses import success
from middleware.validation import parse_body, parse_parameters
from models.requests import ResultsQuery, RunRequest
from utils.errors import (
    DataValidationError,
    ForbiddenError,
    TestNotFoundError,
    UnauthenticatedError,
)

MakeEvent = Callable[..., dict[str, Any]]


def failing(error: Exception) -> Callable[..., Any]:
    @handle_errors
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        raise error

    return handler


def client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "secret-table is busy"}}, "Query")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (TestNotFoundError("there is no test x"), 404, "test_not_found"),
        (DataValidationError("limit: too large"), 400, "invalid_request"),
        (client_error("ThrottlingException"), 503, "unavailable"),
        (client_error("ResourceNotFoundException"), 500, "internal_error"),
        (EndpointConnectionError(endpoint_url="http://inside"), 500, "internal_error"),
        (KeyError("inside"), 500, "internal_error"),
    ],
)
def test_errors_become_answers(
    make_event: MakeEvent, context: Any, error: Exception, status: int, code: str
) -> None:
    answer = failing(error)(make_event(), context)

    assert answer["statusCode"] == status
    assert json.loads(answer["body"])["error"]["code"] == code


@pytest.mark.parametrize("error", [client_error("Boom"), KeyError("inside")])
def test_callers_learn_nothing_of_what_is_inside(
    make_event: MakeEvent, context: Any, error: Exception
) -> None:
    body = failing(error)(make_event(), context)["body"]

    assert "secret-table" not in body
    assert "inside" not in body


def test_an_answer_names_its_request(make_event: MakeEvent, context: Any) -> None:
    answer = success(make_event(), context, {"x": 1})

    assert json.loads(answer["body"])["meta"]["request_id"] == "request-1"


@requires("runs:write")
def guarded(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"statusCode": 200}


def test_callers_with_the_permission_are_let_in(make_event: MakeEvent, context: Any) -> None:
    assert guarded(make_event("results:read runs:write"), context) == {"statusCode": 200}


def test_callers_without_the_permission_are_not(make_event: MakeEvent, context: Any) -> None:
    with pytest.raises(ForbiddenError, match="runs:write"):
        guarded(make_event("results:read"), context)


def test_nobody_is_not_let_in(make_event: MakeEvent, context: Any) -> None:
    event = make_event()
    event["requestContext"] = {}

    with pytest.raises(UnauthenticatedError):
        guarded(event, context)


def test_build_servers_are_told_from_people() -> None:
    assert Caller("ci-7", frozenset()).is_robot
    assert not Caller("ann", frozenset()).is_robot


def test_only_our_own_pages_may_read_answers(make_event: MakeEvent) -> None:
    event = make_event()
    assert cors_headers(event)["Access-Control-Allow-Origin"] == "https://tests.example.com"

    for headers in ({"origin": "https://evil.example"}, {}, None):
        event["headers"] = headers
        assert "Access-Control-Allow-Origin" not in cors_headers(event)


def test_a_preflight_is_answered(make_event: MakeEvent) -> None:
    answer = preflight(make_event())

    assert answer["statusCode"] == 204
    assert answer["headers"]["Access-Control-Allow-Methods"] == "GET,POST"


def test_a_body_may_come_in_base64(make_event: MakeEvent, make_run: Any) -> None:
    text = json.dumps({"environment": "int", "runs": [make_run().model_dump(mode="json")]})
    event = make_event(body=base64.b64encode(text.encode()).decode())
    event["isBase64Encoded"] = True

    assert parse_body(event, RunRequest).environment == "integration"


@pytest.mark.parametrize("body", ["{", "[]", "null", None])
def test_a_body_that_makes_no_sense_is_refused(make_event: MakeEvent, body: str | None) -> None:
    with pytest.raises(DataValidationError):
        parse_body(make_event(body=body), RunRequest)


def test_a_refusal_says_where_and_why_but_not_what(make_event: MakeEvent) -> None:
    with pytest.raises(DataValidationError) as refused:
        parse_parameters(make_event(test_id="my password!", limit="0"), ResultsQuery)

    assert "test_id: " in str(refused.value)
    assert "limit: " in str(refused.value)
    assert "password" not in str(refused.value)
