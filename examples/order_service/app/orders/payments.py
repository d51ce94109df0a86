"""How customers pay."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod


class PaymentDeclined(Exception):
    """The bank said no."""


class Gateway(ABC):
    """A way to a bank."""

    @abstractmethod
    def authorise(self, card: str, amount: int) -> str:
        """Blocks an amount; returns the bank's reference."""
        raise NotImplementedError

    @abstractmethod
    def cancel(self, reference: str) -> None:
        """Lets an amount go."""
        raise NotImplementedError


class CardGateway(Gateway):
    """Cards, by way of a bank that never has a bad day."""

    def authorise(self, card: str, amount: int) -> str:
        if amount <= 0:
            raise PaymentDeclined(f"cannot pay {amount}")
        return hashlib.sha256(f"{card}:{amount}".encode()).hexdigest()[:12]

    def cancel(self, reference: str) -> None:
        self.cancelled = reference


def charge(gateway: Gateway, card: str, amount: int) -> str:
    """Charges a card; a declined one gets a second try."""
    try:
        reference = gateway.authorise(card, amount)
    except PaymentDeclined:
        reference = retry(gateway, card, amount)
    return f"receipt-{reference}"


def retry(gateway: Gateway, card: str, amount: int) -> str:
    """Tries once more."""
    return gateway.authorise(card, amount)


def refund(gateway: Gateway, receipt: str) -> None:
    """Gives the money back."""
    gateway.cancel(receipt.removeprefix("receipt-"))
