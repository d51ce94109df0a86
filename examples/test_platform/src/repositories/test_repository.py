"""Test cases."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr, Key

from models.test_case import CaseStatus, TestCase
from repositories.expressions import all_items, chunks, set_expression
from utils.errors import ConcurrentUpdateError, TestNotFoundError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

TEST_CASES = "test-cases"
STATUS_INDEX = "status-index"
_BATCH_LIMIT = 100
_BATCH_ATTEMPTS = 4


class TestRepository:
    """Test cases by id, and by status through an index."""

    __test__ = False  # no test, whatever pytest thinks of its name

    def __init__(self, table: Table) -> None:
        self._table = table
        self._client = table.meta.client

    def get(self, test_id: str) -> TestCase:
        """A test case."""
        found = self.find_by_id(test_id)
        if found is None:
            raise TestNotFoundError(f"there is no test {test_id}")
        return found

    def find_by_id(self, test_id: str) -> TestCase | None:
        """A test case, if there is one of that id."""
        item = self._table.get_item(Key={"test_id": test_id}).get("Item")
        return TestCase.from_item(item) if item else None

    def get_many(self, test_ids: Iterable[str]) -> dict[str, TestCase]:
        """Those test cases that exist, by id."""
        found = {}
        for keys in chunks(test_ids, _BATCH_LIMIT):
            for item in self._batch([{"test_id": key} for key in keys]):
                found[str(item["test_id"])] = TestCase.from_item(item)
        return found

    def find_by_status(self, status: CaseStatus) -> list[TestCase]:
        """All test cases that are doing that way."""
        items = all_items(
            self._table.query,
            IndexName=STATUS_INDEX,
            KeyConditionExpression=Key("status").eq(str(status)),
        )
        return [TestCase.from_item(item) for item in items]

    def create(self, test: TestCase) -> None:
        """Store a new test case, never over another."""
        unused = Attr("test_id").not_exists()
        try:
            self._table.put_item(Item=test.to_item(), ConditionExpression=unused)
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise ConcurrentUpdateError(f"there is a test {test.test_id} already") from error

    def update(self, test: TestCase, changes: Mapping[str, Any]) -> TestCase:
        """Change a test case, unless somebody else has since it was read."""
        try:
            answer = self._table.update_item(
                Key={"test_id": test.test_id},
                ConditionExpression=Attr("version").eq(test.version),
                ReturnValues="ALL_NEW",
                **set_expression(changes, protected=["test_id"]),
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise ConcurrentUpdateError(f"test {test.test_id} was changed meanwhile") from error
        return TestCase.from_item(answer["Attributes"])

    def delete(self, test_id: str) -> None:
        """Remove a test case; its results stay."""
        self._table.delete_item(Key={"test_id": test_id})

    def _batch(self, keys: list[dict[str, str]]) -> list[dict[str, Any]]:
        """DynamoDB may leave some keys for later when it is busy."""
        items: list[dict[str, Any]] = []
        requests: Any = {self._table.name: {"Keys": keys}}
        for attempt in range(_BATCH_ATTEMPTS):
            answer = self._client.batch_get_item(RequestItems=requests)
            items += answer["Responses"].get(self._table.name, [])
            requests = answer.get("UnprocessedKeys")
            if not requests:
                return items
            time.sleep(0.05 * 2**attempt)
        raise TimeoutError(f"DynamoDB left keys unprocessed {_BATCH_ATTEMPTS} times")
