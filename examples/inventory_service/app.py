"""Books what comes into a warehouse, and says what to order next."""

from __future__ import annotations

from typing import Any

from money import Money, MoneyError
from stock import Level, receive, reorder, stocktake


class UnknownActionError(ValueError):
    """The event asks for something that this function does not do."""


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Called by the scanners at the gate, and every night for all articles."""
    action = event["action"]
    if action == "receive":
        return received(event)
    if action == "reorder":
        return {"order": reorder([Level(**level) for level in event["levels"]])}
    if action == "stocktake":
        return {"differences": stocktake(event["expected"], event["counted"])}
    raise UnknownActionError(action)


def received(event: dict[str, Any]) -> dict[str, Any]:
    delivery = event["delivery"]
    try:
        booked = receive(event["lines"], Money.parse(event["freight"]))
    except MoneyError as error:
        return {"delivery": delivery, "status": "held", "reason": str(error)}
    return {"delivery": delivery, "status": "booked", **booked}
