"""DynamoDB's numbers are decimals, and it refuses floats."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def to_dynamo(value: Any) -> Any:
    """A copy with decimals for floats, at whatever depth."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, dict):
        return {key: to_dynamo(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_dynamo(each) for each in value]
    return value


def from_dynamo(value: Any) -> Any:
    """A copy with floats for decimals, for readers that have no model."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: from_dynamo(each) for key, each in value.items()}
    return value
