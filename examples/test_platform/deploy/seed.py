"""What is stored before the first request: tables, the secret, test cases, a month of results."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from examples.test_platform.deploy.catalog import PLATFORM

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBServiceResource
    from mypy_boto3_secretsmanager import SecretsManagerClient

SIGNING_KEY = "a-key-for-demonstrations-only"
RUNNING = tuple(f"checkout-{number}" for number in range(1, 25))
"""Test cases that runners report on."""
REPORTED = tuple(f"search-{number}" for number in range(1, 13))
"""Test cases whose results are looked at, and which nobody runs meanwhile."""
BROKEN = tuple(f"search-{number}" for number in range(13, 16))
"""The same, for tests that fail."""
RESULTS_EACH = 7


def seed(
    dynamodb: DynamoDBServiceResource, secrets: SecretsManagerClient, variables: dict[str, str]
) -> None:
    """Make the tables and the secret, and fill them.

    Args:
        dynamodb: Where the tables are to be.
        secrets: Where the secret is to be.
        variables: The functions' environment: it says how tables and secret are called.
    """
    prefix = variables["TABLE_PREFIX"]
    for definition in json.loads((PLATFORM / "deploy" / "tables.json").read_text("utf-8")):
        definition["TableName"] = prefix + definition["TableName"]
        dynamodb.create_table(**definition)
    secrets.create_secret(
        Name=variables["SECRET_NAME"], SecretString=json.dumps({"signing_key": SIGNING_KEY})
    )
    with dynamodb.Table(f"{prefix}test-cases").batch_writer() as batch:
        for test_id in (*RUNNING, *REPORTED, *BROKEN):
            batch.put_item(Item=_test_case(test_id))
    with dynamodb.Table(f"{prefix}test-results").batch_writer() as batch:
        for test_id in (*REPORTED, *BROKEN):
            for result in _results(test_id):
                batch.put_item(Item=result)


def _test_case(test_id: str) -> dict[str, Any]:
    return {
        "test_id": test_id,
        "name": test_id.replace("-", " ").capitalize(),
        "status": "failing" if test_id in BROKEN else "passing",
        "priority": 2,
        "owner": f"team-{test_id.partition('-')[0]}",
        "checks": [
            {"name": "answers", "target": "status", "operator": "equals", "expected": 200},
            {"name": "is quick", "target": "latency_ms", "operator": "at_most", "expected": 800},
            {"name": "has a total", "target": "body", "operator": "contains", "expected": "total"},
            {
                "name": "is of a known size",
                "target": "size",
                "operator": "between",
                "expected": [Decimal("10"), Decimal("5000.5")],
            },
        ],
        "version": 1,
    }


def _results(test_id: str) -> Iterator[dict[str, Any]]:
    """One result for each of the last days, the newest first."""
    now = datetime.now(UTC)
    for day in range(RESULTS_EACH):
        started = (now - timedelta(days=day, hours=1)).isoformat(timespec="milliseconds")
        failed = test_id in BROKEN or day == 3
        run_id = f"run-{test_id}-{day}"
        yield {
            "test_id": test_id,
            "sort_key": f"{started}#{run_id}",
            "run_id": run_id,
            "outcome": "failed" if failed else "passed",
            "environment": "staging",
            "started_at": started,
            "duration_ms": Decimal(100 + 7 * day),
            "checks": [{"name": "answers", "passed": not failed}],
        }
