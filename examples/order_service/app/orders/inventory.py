"""What is in the warehouse."""

from __future__ import annotations

from orders.pricing import Basket


class OutOfStock(Exception):
    """There is not enough of a product."""

    def __init__(self, product: str) -> None:
        super().__init__(f"not enough of {product}")
        self.product = product


class Inventory:
    """Pieces by product."""

    def __init__(self, pieces: dict[str, int]) -> None:
        self._pieces = dict(pieces)
        self._reserved = dict.fromkeys(pieces, 0)

    def reserve(self, basket: Basket) -> None:
        """Takes a basket out of the stock."""
        for product, count in basket.items.items():
            if self._pieces[product] < count:
                raise OutOfStock(product)
        for product, count in basket.items.items():
            self._pieces[product] -= count
            self._reserved[product] += count

    def release(self, basket: Basket) -> None:
        """Puts a basket back."""
        for product, count in basket.items.items():
            self._pieces[product] += count
            self._reserved[product] -= count

    def add(self, product: str, count: int) -> None:
        """More of a product has come in."""
        if product not in self._pieces:
            self._reserved[product] = 0
        self._pieces[product] = self._pieces.get(product, 0) + count

    def report(self) -> dict[str, int]:
        """All that is left, for the yearly stock-taking."""
        return {product: count for product, count in sorted(self._pieces.items()) if count}
