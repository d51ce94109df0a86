"""Schedules, one for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr

from models.schedule import Schedule

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

SCHEDULES = "schedules"


class ScheduleRepository:
    """Schedules by test."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, schedule: Schedule) -> bool:
        """Store a schedule; False if the test has one already."""
        new = Attr("test_id").not_exists()
        try:
            self._table.put_item(Item=schedule.to_item(), ConditionExpression=new)
        except self._table.meta.client.exceptions.ConditionalCheckFailedException:
            return False
        return True
