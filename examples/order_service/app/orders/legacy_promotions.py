"""The promotions of the old shop. Shipped with every deployment, imported by nobody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Promotion:
    """Buy some, get one."""

    product: str
    threshold: int

    def free_pieces(self, count: int) -> int:
        """How many pieces a customer gets for nothing."""
        return count // self.threshold


def promotions() -> list[Promotion]:
    """All that were running when the shop moved."""
    return [Promotion("mug", 6), Promotion("tea", 12)]
