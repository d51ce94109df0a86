"""What it costs to send a basket."""

from __future__ import annotations

from orders.pricing import Basket

NEIGHBOURS = frozenset({"AT", "BE", "CH", "CZ", "DK", "FR", "LU", "NL", "PL"})


def estimate(basket: Basket) -> int:
    """The postage of a basket, in cents."""
    weight = 300 * basket.count
    if basket.country == "DE":
        return domestic(weight)
    if basket.country in NEIGHBOURS:
        return 2 * domestic(weight)
    return overseas(weight)


def domestic(weight: int) -> int:
    """Postage within the country."""
    if weight <= 1000:
        return 390
    if weight <= 5000:
        return 590
    if weight <= 30_000:
        return 990
    return pallet(weight)


def overseas(weight: int) -> int:
    """Postage to everywhere else."""
    return 1900 + weight // 10


def pallet(weight: int) -> int:
    """Nobody ever ordered a pallet of mugs."""
    pallets = -(-weight // 500_000)
    return 9900 * pallets
