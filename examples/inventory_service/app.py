"""Books what comes into a warehouse, and says what to order next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from money import Money, MoneyError, total

WEEKS_OF_STOCK = 4


class UnknownActionError(ValueError):
    """The event asks for something that this function does not do."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a delivery brought of one article, at the supplier's price."""

    sku: str
    quantity: int
    unit_cost: Money


@dataclass(frozen=True, slots=True)
class Level:
    """How much of one article there is, and how much a week takes."""

    sku: str
    on_hand: int
    weekly: int


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Called by the scanners at the gate, and every night for all articles."""
    action = event["action"]
    if action == "receive":
        return receive(event)
    if action == "reorder":
        return {"order": reorder([Level(**level) for level in event["levels"]])}
    if action == "stocktake":
        return {"differences": stocktake(event["expected"], event["counted"])}
    raise UnknownActionError(action)


def receive(event: dict[str, Any]) -> dict[str, Any]:
    """What each article really cost: the freight is shared out by value."""
    try:
        freight = Money.parse(event["freight"])
        delivered = [
            Delivered(line["sku"], line["quantity"], Money.parse(line["cost"]))
            for line in event["lines"]
        ]
    except MoneyError as error:
        return {"delivery": event["delivery"], "status": "held", "reason": str(error)}
    costs = landed_costs(delivered, freight)
    return {
        "delivery": event["delivery"],
        "status": "booked",
        "value": str(total(costs)),
        "landed": {line.sku: str(cost) for line, cost in zip(delivered, costs, strict=True)},
    }


def landed_costs(delivered: Sequence[Delivered], freight: Money) -> list[Money]:
    goods = [line.unit_cost.times(line.quantity) for line in delivered]
    shares = freight.allocate([cost.cents for cost in goods])
    return [cost + share for cost, share in zip(goods, shares, strict=True)]


def reorder(levels: Sequence[Level]) -> dict[str, int]:
    """What is missing to last for the next weeks."""
    wanted = {level.sku: WEEKS_OF_STOCK * level.weekly - level.on_hand for level in levels}
    return {sku: quantity for sku, quantity in wanted.items() if quantity > 0}


def stocktake(expected: dict[str, int], counted: dict[str, int]) -> dict[str, int]:
    """Where the count differs from the books. The scanners do this by themselves now."""
    return {
        sku: counted.get(sku, 0) - quantity
        for sku, quantity in expected.items()
        if counted.get(sku, 0) != quantity
    }
