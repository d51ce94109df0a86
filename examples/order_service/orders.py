"""Orders: what may be ordered, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from money import Money, total

COUPONS = {"SPRING10": Decimal(10), "STAFF": Decimal("22.5")}
FREE_SHIPPING = Money.parse("50.00")
SHIPPING = {"DE": Money.parse("4.90"), "AT": Money.parse("8.90")}
GIFT_WRAP = Money.parse("2.50")


class InvalidOrderError(ValueError):
    """The order cannot be taken; says why, in words for the customer."""


@dataclass(frozen=True, slots=True)
class Line:
    """So many of one article."""

    sku: str
    quantity: int
    unit_price: Money

    @property
    def price(self) -> Money:
        return self.unit_price.times(self.quantity)


def placed(event: dict[str, Any]) -> dict[str, Any]:
    """What an order costs, if it can be taken.

    Raises:
        InvalidOrderError: It cannot.
        MoneyError: It has a price that is none.
    """
    lines = parse_lines(event.get("lines"))
    goods = total([line.price for line in lines])
    discount = discount_on(goods, event.get("coupon"))
    shipping = shipping_for(goods - discount, event.get("country", "DE"))
    amount = goods - discount + shipping
    if event.get("gift"):
        amount += gift_wrap(lines)
    return {"discount": str(discount), "shipping": str(shipping), "total": str(amount)}


def parse_lines(lines: object) -> list[Line]:
    if not isinstance(lines, list) or not lines:
        raise InvalidOrderError("the basket is empty")
    return [parse_line(line) for line in lines]


def parse_line(line: dict[str, Any]) -> Line:
    quantity = line["quantity"]
    if not isinstance(quantity, int) or not 1 <= quantity <= 99:
        raise InvalidOrderError(f"{line['sku']}: the quantity must be 1 to 99")
    return Line(line["sku"], quantity, Money.parse(line["price"]))


def discount_on(goods: Money, coupon: str | None) -> Money:
    if coupon is None:
        return Money(0)
    if coupon not in COUPONS:
        raise InvalidOrderError(f"the coupon {coupon} is unknown")
    return goods.percent(COUPONS[coupon])


def shipping_for(goods: Money, country: str) -> Money:
    if country not in SHIPPING:
        raise InvalidOrderError(f"we do not ship to {country}")
    if goods.cents >= FREE_SHIPPING.cents:
        return Money(0)
    return SHIPPING[country]


def gift_wrap(lines: Sequence[Line]) -> Money:
    """The shop's page has not offered it since last winter."""
    return GIFT_WRAP.times(sum(line.quantity for line in lines))
