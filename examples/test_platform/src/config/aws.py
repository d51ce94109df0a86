"""Connections to AWS, made once in each process and used by all its invocations."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBServiceResource
    from mypy_boto3_secretsmanager import SecretsManagerClient

# The defaults are 60 s for each attempt: longer than any of the functions may run.
_CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
)


@cache
def dynamodb() -> DynamoDBServiceResource:
    """DynamoDB. Not for several threads at once: they share ``table.meta.client`` instead."""
    return boto3.resource("dynamodb", config=_CONFIG)


@cache
def secrets_manager() -> SecretsManagerClient:
    """Secrets Manager, connected to when the first secret is wanted."""
    return boto3.client("secretsmanager", config=_CONFIG)
