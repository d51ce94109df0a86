"""Results of runs, for each test case the newest last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr, Key

from models.test_result import Outcome, TestResult
from repositories.expressions import all_items
from utils.date_utils import to_iso
from utils.errors import DuplicateRunError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

RESULTS = "test-results"


@dataclass(frozen=True, slots=True)
class Page:
    """Some results, and the key of the last one if there may be more."""

    results: tuple[TestResult, ...]
    last_key: dict[str, str] | None


class ResultRepository:
    """Results by test and by the time and id of their run.

    Reads go through the client, which threads may share, unlike a table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._name = table.name
        self._client = table.meta.client

    def save(self, result: TestResult) -> None:
        """Store a result once, however often it is sent."""
        new = Attr("sort_key").not_exists()
        try:
            self._table.put_item(Item=_item(result), ConditionExpression=new)
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise DuplicateRunError(result.run_id) from error

    def save_all(self, results: Iterable[TestResult]) -> None:
        """Store many results; the writer repeats what DynamoDB leaves unprocessed."""
        with self._table.batch_writer(overwrite_by_pkeys=["test_id", "sort_key"]) as batch:
            for result in results:
                batch.put_item(Item=_item(result))

    def page(
        self,
        test_id: str,
        limit: int,
        outcome: Outcome | None = None,
        start: dict[str, str] | None = None,
    ) -> Page:
        """The newest results of a test, some at a time."""
        arguments: dict[str, Any] = {
            "TableName": self._name,
            "KeyConditionExpression": Key("test_id").eq(test_id),
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if outcome is not None:
            arguments["FilterExpression"] = Attr("outcome").eq(str(outcome))
        if start is not None:
            arguments["ExclusiveStartKey"] = start
        answer: Any = self._client.query(**arguments)
        results = tuple(TestResult.from_item(each) for each in answer["Items"])
        return Page(results, answer.get("LastEvaluatedKey"))

    def latest(self, test_id: str) -> TestResult | None:
        """The newest result of a test. Safe in threads."""
        return next(iter(self.page(test_id, 1).results), None)

    def since(self, test_id: str, moment: datetime) -> Iterator[TestResult]:
        """All results of a test from a time on, oldest first."""
        items = all_items(
            self._client.query,
            TableName=self._name,
            KeyConditionExpression=Key("test_id").eq(test_id) & Key("sort_key").gte(to_iso(moment)),
        )
        return (TestResult.from_item(each) for each in items)

    # lambda-usage: keep until=2036-01-31 reason="run by hand when the year is closed"
    def delete_before(self, test_id: str, moment: datetime) -> int:
        """Delete the results of a test that are older than a time; says how many."""
        condition = Key("test_id").eq(test_id) & Key("sort_key").lt(to_iso(moment))
        count = 0
        with self._table.batch_writer() as batch:
            for item in all_items(self._table.query, KeyConditionExpression=condition):
                batch.delete_item(Key={"test_id": test_id, "sort_key": item["sort_key"]})
                count += 1
        return count


def _item(result: TestResult) -> dict[str, Any]:
    """As stored: runs that began in the same millisecond differ by their ids."""
    item = result.to_item()
    item["sort_key"] = f"{to_iso(result.started_at)}#{result.run_id}"
    return item
