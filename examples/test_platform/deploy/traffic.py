"""Mixed traffic for the platform: the same events for the same seed.

A test that breaks or recovers is told apart by what is stored of it. Events of one test are
therefore all in one *lane*: those whose number leaves the same rest when divided by ``LANES``.
Send each lane in order, and the lanes side by side, and it is certain which code runs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from examples.test_platform.deploy.seed import REPORTED, RUNNING, SIGNING_KEY

Event = dict[str, Any]
LANES = 2

SHARES = {
    "run-test": {
        "run": 850,
        "suite": 100,
        "unknown test": 15,
        "refused": 15,
        "rehearsal": 10,
        "broken": 10,
    },
    "get-results": {
        "list": 760,
        "next page": 100,
        "overview": 50,
        "broken": 20,
        "summary": 40,
        "export": 10,
        "unknown test": 10,
        "forbidden": 10,
    },
}
"""How many of a thousand events are of each kind."""

_ORIGINS = ("https://tests.example.com", "https://gates.example.com", "")
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def events(function_name: str, count: int, seed: int = 2026) -> list[Event]:
    """Events for a function, as API Gateway would send them.

    Args:
        function_name: As functions.toml has it; one of those in ``SHARES``.
        count: How many; shares are exact where it is a multiple of 1,000, and nearly so elsewhere.
        seed: Of the order and the details.
    """
    chance = random.Random(f"{function_name} {seed}")
    shares = SHARES[function_name]
    kinds = [kind for kind, share in shares.items() for _ in range(count * share // 1000)]
    kinds += [next(iter(shares))] * (count - len(kinds))
    chance.shuffle(kinds)
    make: Callable[[str, int, random.Random], Event]
    make = _run_event if function_name == "run-test" else _results_event
    return [make(kind, number, chance) for number, kind in enumerate(kinds)]


def _run_event(kind: str, number: int, chance: random.Random) -> Event:
    tests = RUNNING[number % LANES :: LANES]
    chosen = chance.sample(tests, chance.randint(2, 4) if kind == "suite" else 1)
    if kind == "unknown test":
        chosen = ["withdrawn-1"]
    body: dict[str, Any] = {
        "environment": chance.choice(["staging", "integration", "Production", "int"]),
        "runs": [
            _run(test_id, number, place, chance, latency_ms=950.5 if kind == "broken" else 95.5)
            for place, test_id in enumerate(chosen)
        ],
    }
    if kind == "refused":
        body["environment"] = "moon"
    if kind == "rehearsal":
        body["rehearsal"] = True
    return _event("runs:write", chance, body=json.dumps(body))


def _run(
    test_id: str, number: int, place: int, chance: random.Random, latency_ms: float
) -> dict[str, Any]:
    return {
        "test_id": test_id,
        "run_id": f"ci-{number}-{place}",
        "started_at": (_BEGIN + timedelta(seconds=number)).isoformat(),
        "duration_ms": round(chance.uniform(50, 400), 1),
        "observations": {
            "status": 200,
            "latency_ms": latency_ms,
            "body": '{"items": 3, "total": 1290}',
            "size": chance.randint(100, 4000),
        },
    }


def _results_event(kind: str, number: int, chance: random.Random) -> Event:
    test_id = chance.choice(REPORTED)
    scopes = "results:read"
    query = {"test_id": test_id, "limit": "2"}
    if kind == "list" and chance.random() < 0.25:
        query["outcome"] = "passed"
    if kind == "next page":
        query["cursor"] = _cursor(test_id)
    if kind == "overview":
        query = {"view": "overview", "test_ids": ",".join(chance.sample(REPORTED, 3))}
    if kind == "broken":
        query = {"view": "broken"}
    if kind in ("summary", "export"):
        query = {"view": kind, "test_id": test_id, "days": str(chance.randint(2, 5))}
    if kind == "unknown test":
        query["test_id"] = "withdrawn-1"
    if kind == "forbidden":
        scopes = "runs:write"
    return _event(scopes, chance, query=query)


def _cursor(test_id: str) -> str:
    """One as the service gives it. Backwards in time, all results come after its key."""
    key = {"test_id": test_id, "sort_key": "2100-01-01T00:00:00.000+00:00#run"}
    body = base64.urlsafe_b64encode(json.dumps(key).encode()).decode()
    return f"{body}.{hmac.new(SIGNING_KEY.encode(), body.encode(), hashlib.sha256).hexdigest()}"


def _event(
    scopes: str,
    chance: random.Random,
    *,
    body: str | None = None,
    query: dict[str, str] | None = None,
) -> Event:
    origin = chance.choice(_ORIGINS)
    return {
        "httpMethod": "POST" if body else "GET",
        "path": "/runs" if body else "/results",
        "headers": {"origin": origin} if origin else {},
        "queryStringParameters": query,
        "pathParameters": None,
        "requestContext": {"authorizer": {"user_id": "ci-7", "scopes": scopes}},
        "body": body,
        "isBase64Encoded": False,
    }
