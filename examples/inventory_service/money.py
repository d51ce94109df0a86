"""Amounts of money, in whole cents. Shared by the order and the inventory service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Self


class MoneyError(ValueError):
    """Not an amount, or one that does not go with another; says why."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency."""

    cents: int
    currency: str = "EUR"

    @classmethod
    def parse(cls, text: str, currency: str = "EUR") -> Self:
        """``12.90``, say."""
        try:
            cents = Decimal(text) * 100
        except (InvalidOperation, TypeError):
            raise MoneyError(f"{text!r} is no amount") from None
        if not cents.is_finite() or cents != cents.to_integral_value():
            raise MoneyError(f"{text!r} is no amount in whole cents")
        return cls(int(cents), currency)

    def __add__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(self.cents + other.cents, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(self.cents - other.cents, self.currency)

    def __str__(self) -> str:
        return f"{Decimal(self.cents) / 100:.2f} {self.currency}"

    def times(self, quantity: int) -> Money:
        return Money(self.cents * quantity, self.currency)

    def percent(self, rate: Decimal) -> Money:
        """That share, rounded as banks do."""
        cents = (self.cents * rate / 100).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
        return Money(int(cents), self.currency)

    def allocate(self, weights: Sequence[int]) -> list[Money]:
        """Parts in proportion to *weights*, none of which loses or wins a cent."""
        total = sum(weights)
        if total <= 0:
            raise MoneyError("weights must add up to more than 0")
        shares = [self.cents * weight // total for weight in weights]
        for position in range(self.cents - sum(shares)):
            shares[position] += 1
        return [Money(share, self.currency) for share in shares]

    def converted(self, rate: Decimal, currency: str) -> Money:
        """For the shop in Zurich, which closed."""
        cents = (self.cents * rate).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
        return Money(int(cents), currency)

    def _same_currency(self, other: Money) -> None:
        if other.currency != self.currency:
            raise MoneyError(f"cannot add {other.currency} to {self.currency}")


def total(amounts: Sequence[Money]) -> Money:
    """The sum of at least one amount."""
    first, *rest = amounts
    for amount in rest:
        first += amount
    return first
