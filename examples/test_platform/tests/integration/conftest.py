"""DynamoDB and Secrets Manager, as moto plays them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBServiceResource
    from mypy_boto3_dynamodb.service_resource import Table

TABLES = Path(__file__).parents[2] / "deploy" / "tables.json"


@pytest.fixture(autouse=True)
def dynamodb(environment: None) -> Iterator[DynamoDBServiceResource]:
    """The platform's tables, empty, and its secret."""
    with mock_aws():
        resource = boto3.resource("dynamodb")
        for definition in json.loads(TABLES.read_text("utf-8")):
            definition["TableName"] = f"test-{definition['TableName']}"
            resource.create_table(**definition)
        secret = json.dumps({"signing_key": "a signing key"})
        boto3.client("secretsmanager").create_secret(Name="test/signing", SecretString=secret)
        yield resource


@pytest.fixture
def test_cases(dynamodb: DynamoDBServiceResource) -> Table:
    return dynamodb.Table("test-test-cases")


@pytest.fixture
def test_results(dynamodb: DynamoDBServiceResource) -> Table:
    return dynamodb.Table("test-test-results")
