"""The stock of a warehouse: what it cost, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from money import Money, total

WEEKS_OF_STOCK = 4


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


def receive(lines: Sequence[dict[str, Any]], freight: Money) -> dict[str, Any]:
    """What each article really cost: the freight is shared out by value."""
    delivered = [
        Delivered(line["sku"], line["quantity"], Money.parse(line["cost"])) for line in lines
    ]
    costs = landed_costs(delivered, freight)
    return {
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
