"""Requests to DynamoDB, made from plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from utils.decimals import to_dynamo


def set_expression(changes: Mapping[str, Any], protected: Iterable[str]) -> dict[str, Any]:
    """Arguments of ``update_item`` that set attributes and count the item's version up.

    Raises:
        ValueError: There is nothing to change, or it is the item's key or version.
    """
    if not changes:
        raise ValueError("nothing to change")
    forbidden = changes.keys() & {*protected, "version"}
    if forbidden:
        raise ValueError(f"cannot be changed: {', '.join(sorted(forbidden))}")
    assignments = ", ".join(f"#{number} = :{number}" for number in range(len(changes)))
    names = {f"#{number}": name for number, name in enumerate(changes)}
    values = {f":{number}": to_dynamo(value) for number, value in enumerate(changes.values())}
    return {
        "UpdateExpression": f"SET {assignments} ADD #version :one",
        "ExpressionAttributeNames": {**names, "#version": "version"},
        "ExpressionAttributeValues": {**values, ":one": 1},
    }


def all_items(query: Callable[..., Any], **arguments: Any) -> Iterator[dict[str, Any]]:
    """The items of all pages of a query, fetched as they are asked for."""
    while True:
        page = query(**arguments)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def chunks(keys: Iterable[str], size: int) -> Iterator[list[str]]:
    """The different keys, in lists of at most ``size``."""
    distinct = list(dict.fromkeys(keys))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]
