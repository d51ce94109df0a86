"""Two Lambda functions made of one source tree: what a parcel costs, and what comes back."""

from __future__ import annotations

from typing import Any

CENTS_PER_KG = 120
BULKY_CM = 120
BULKY_CENTS = 900


def quote(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The price of a parcel."""
    return {"cents": price(float(event["kg"]), float(event.get("cm", 0)))}


def refund(event: dict[str, Any], context: object) -> dict[str, Any]:
    """What is paid back for a parcel that came late."""
    paid = price(float(event["kg"]), float(event.get("cm", 0)))
    return {"cents": paid if int(event["days_late"]) > 3 else paid // 2}


def price(kg: float, cm: float) -> int:
    """In cents."""
    cents = round(kg * CENTS_PER_KG)
    if cm > BULKY_CM:
        cents += BULKY_CENTS
    return cents
