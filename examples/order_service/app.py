"""Takes the orders of a web shop."""

from __future__ import annotations

from typing import Any

from money import MoneyError
from orders import InvalidOrderError, placed


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """One order in; out what it costs, or why it cannot be taken."""
    order = event["order"]
    try:
        return {"order": order, "status": "accepted", **placed(event)}
    except (InvalidOrderError, MoneyError) as error:
        return {"order": order, "status": "rejected", "reason": str(error)}
