"""Three functions to load: many operations, next to none, and errors."""

from __future__ import annotations

from typing import Any

from faults import FAULTS
from operations import OPERATIONS, OperationError


def main_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Runs one of the operations, as an API would: ``{"operation": "add", "a": 1, "b": 2}``."""
    operation = OPERATIONS.get(str(event.get("operation")))
    if operation is None:
        return _answer(400, {"error": f"no such operation: {event.get('operation')}"})
    try:
        return _answer(200, {"result": operation(event)})
    except OperationError as error:
        return _answer(400, {"error": str(error)})


def simple_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Says hello."""
    return _answer(200, {"message": f"Hello, {event.get('name', 'World')}!"})


def error_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Fails as it is told: ``{"fault": "value"}``."""
    fault = FAULTS.get(str(event.get("fault")))
    if fault is None:
        return _answer(400, {"error": f"no such fault: {event.get('fault')}"})
    return _answer(200, {"result": fault()})


def _answer(status: int, body: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "body": body}
