"""What a basket costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def load_prices() -> dict[str, int]:
    """The price list, in cents. Read once, when the function starts."""
    lines = ["kettle 3900", "mug 800", "teapot 2400", "tea 450"]
    return {name: int(price) for name, price in map(str.split, lines)}


PRICES = load_prices()
RATES = {"EUR": 1.0}


@dataclass
class Basket:
    """What a customer wants to have."""

    items: dict[str, int]
    country: str = "DE"
    tier: str = "standard"
    currency: str = "EUR"
    coupons: list[str] = field(default_factory=list)

    @classmethod
    def parse(cls, event: dict[str, Any]) -> Basket:
        """The basket of an event."""
        names = ("items", "country", "tier", "currency", "coupons")
        return cls(**{name: event[name] for name in names if name in event})

    @property
    def count(self) -> int:
        """How many pieces it holds."""
        return sum(self.items.values())


def total(basket: Basket) -> int:
    """The price of a basket after all reductions, in cents."""
    amount = sum(PRICES[name] * count for name, count in basket.items.items())
    amount -= volume_discount(basket, amount)
    if basket.tier == "gold":
        amount = amount * 95 // 100
    elif basket.tier == "employee":
        amount = amount * 70 // 100
        amount -= amount % 10
    for coupon in basket.coupons:
        amount = apply_coupon(coupon, amount)
    if basket.currency != "EUR":
        amount = convert(amount, basket.currency)
    return amount


def volume_discount(basket: Basket, amount: int) -> int:
    """Ten per cent off from ten pieces on."""
    if basket.count >= 10:
        return amount // 10
    return 0


def apply_coupon(coupon: str, amount: int) -> int:
    """Coupons were printed in 2019 and have expired since."""
    value = {"WELCOME": 500, "AUTUMN": 1000}.get(coupon, 0)
    return max(amount - value, 0)


def convert(amount: int, currency: str) -> int:
    """Another currency, for the shop abroad that was never opened."""
    return round(amount * RATES[currency])
