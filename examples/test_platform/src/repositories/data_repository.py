"""Data sets, record by record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from models.test_data import Record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

DATASETS = "datasets"


class DataRepository:
    """Records by data set and number."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save_all(self, records: Iterable[Record]) -> int:
        """Store records, 25 in each request; says how many."""
        count = 0
        with self._table.batch_writer() as batch:
            for record in records:
                batch.put_item(Item=record.to_item())
                count += 1
        return count
