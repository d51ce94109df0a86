"""What goes wrong in a function: its own mistakes, and those of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn


class PaymentRefusedError(Exception):
    """An error of the application's own."""


def value() -> NoReturn:
    """A value that makes no sense."""
    raise ValueError("quantity is negative")


def type_() -> object:
    """Two things that do not go together."""
    words: object = "one"
    return words + 1  # type: ignore[operator]


def key() -> object:
    """Something that is not there."""
    empty: dict[str, object] = {}
    return empty["order"]


def zero() -> float:
    """A division by zero."""
    return 1 / 0


def own() -> NoReturn:
    """An error of the application's own, from one of a library's."""
    try:
        value()
    except ValueError as error:
        raise PaymentRefusedError("the card was declined") from error


FAULTS: dict[str, Callable[[], object]] = {
    "value": value,
    "type": type_,
    "key": key,
    "zero": zero,
    "own": own,
}
