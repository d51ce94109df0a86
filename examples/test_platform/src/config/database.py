"""Tables by what is in them; their definitions are in deploy/tables.json."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.aws import dynamodb
from config.environment import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


def table(name: str) -> Table:
    """The deployment's table ``name``: ``test-cases``, say."""
    return dynamodb().Table(f"{settings().table_prefix}{name}")
