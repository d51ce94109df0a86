"""An order service behind one Lambda function: quotes, orders, tracking, restocking."""

from __future__ import annotations

from typing import Any

from orders.inventory import Inventory, OutOfStock
from orders.payments import CardGateway, charge
from orders.pricing import Basket, total
from orders.shipping import estimate

STOCK = Inventory({"kettle": 1_000_000, "mug": 1_000_000, "teapot": 1_000_000, "tea": 1_000_000})
GATEWAY = CardGateway()


class UnknownAction(Exception):
    """The caller asked for something that this service does not do."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Does what ``event["action"]`` says."""
    action = event["action"]
    if action == "quote":
        return quote(event)
    if action == "order":
        return order(event)
    if action == "track":
        return track(event)
    if action == "restock":
        return restock(event)
    raise UnknownAction(action)


def quote(event: dict[str, Any]) -> dict[str, Any]:
    """What a basket would cost."""
    basket = Basket.parse(event)
    return {"total": total(basket) + estimate(basket)}


def order(event: dict[str, Any]) -> dict[str, Any]:
    """Reserves, charges and announces an order."""
    basket = Basket.parse(event)
    try:
        STOCK.reserve(basket)
    except OutOfStock as shortage:
        return {"status": "rejected", "missing": shortage.product}
    amount = total(basket) + estimate(basket)
    receipt = charge(GATEWAY, event["card"], amount)
    if event.get("email"):
        # Most orders come from shops, which want no mail: the module is loaded when needed.
        from orders.notifications import confirm

        confirm(event["email"], receipt)
    return {"status": "accepted", "receipt": receipt, "total": amount}


def track(event: dict[str, Any]) -> dict[str, Any]:
    """Where a parcel is."""
    days = int(event["days"])
    return {"status": "delivered" if days > 3 else "on its way"}


def restock(event: dict[str, Any]) -> dict[str, Any]:
    """Adds to the stock, once in a while."""
    for product, count in event["products"].items():
        STOCK.add(product, count)
    if event.get("audit"):
        return {"stock": STOCK.report()}
    return {"status": "restocked"}
