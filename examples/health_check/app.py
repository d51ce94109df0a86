"""An API for meeting rooms, behind API Gateway: REST (version 1) and HTTP APIs (version 2)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from lambda_usage import coverage_handler, health_check_handler

Response = dict[str, Any]

ROOMS = {"oak": 8, "elm": 4, "ash": 20}


@dataclass(frozen=True, slots=True)
class Request:
    """What both versions of the event tell."""

    method: str
    path: str
    body: str

    @classmethod
    def of(cls, event: dict[str, Any]) -> Request:
        body = event.get("body") or ""
        if event.get("isBase64Encoded"):
            body = base64.b64decode(body).decode()
        if event.get("version") == "2.0":
            return cls(event["requestContext"]["http"]["method"], event["rawPath"], body)
        return cls(event["httpMethod"], event["path"], body)


@coverage_handler
def handler(event: dict[str, Any], context: object) -> Response:
    request = Request.of(event)
    if request.path == "/health":
        return health_check_handler(event, context)
    match request.method, request.path.strip("/").split("/"):
        case "GET", ["rooms"]:
            return answer(200, ROOMS)
        case "GET", ["rooms", name]:
            return room(name)
        case "POST", ["bookings"]:
            return book(request.body)
        case "DELETE", ["bookings", number]:
            return cancel(number)
    return problem(404, f"no {request.method} {request.path}")


def room(name: str) -> Response:
    if name not in ROOMS:
        return problem(404, f"no room {name}")
    return answer(200, {"name": name, "seats": ROOMS[name]})


def book(body: str) -> Response:
    try:
        wanted = json.loads(body)
        people = int(wanted["people"])
    except (KeyError, TypeError, ValueError):
        return problem(400, "people must be a number")
    fitting = sorted((seats, name) for name, seats in ROOMS.items() if seats >= people)
    if not fitting:
        return problem(409, f"no room for {people}")
    return answer(201, {"room": fitting[0][1]})


def cancel(number: str) -> Response:
    """The calendar cancels by itself; the application that asked for this is gone."""
    return answer(200, {"cancelled": number})


def answer(status: int, content: object) -> Response:
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(content),
    }


def problem(status: int, detail: str) -> Response:
    return answer(status, {"status": status, "detail": detail})
