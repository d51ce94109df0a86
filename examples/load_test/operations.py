"""What the main function does: short work, long work, and work that waits."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

MOST = 1000
"""Of what "complex" and "async" are asked for."""


class OperationError(Exception):
    """The event asks for what cannot be done."""


def add(event: dict[str, Any]) -> float:
    """The sum of ``a`` and ``b``."""
    return _number(event, "a") + _number(event, "b")


def multiply(event: dict[str, Any]) -> float:
    """The product of ``a`` and ``b``."""
    return _number(event, "a") * _number(event, "b")


def divide(event: dict[str, Any]) -> float:
    """``a`` divided by ``b``."""
    divisor = _number(event, "b")
    if divisor == 0:
        raise OperationError("division by zero")
    return _number(event, "a") / divisor


def random_number(event: dict[str, Any]) -> int:
    """A number between ``low`` and ``high``, the same for the same ``seed``."""
    low, high = int(_number(event, "low")), int(_number(event, "high"))
    if low > high:
        raise OperationError("low is greater than high")
    return random.Random(event.get("seed")).randint(low, high)


def health(_event: dict[str, Any]) -> str:
    """That it is up."""
    return "healthy"


def complex_work(event: dict[str, Any]) -> int:
    """How many primes there are below ``size``: tens of thousands of lines."""
    size = _size(event)
    return sum(1 for number in range(2, size) if _is_prime(number))


def wait_together(event: dict[str, Any]) -> list[int]:
    """The squares of the numbers below ``size``, each by a task of its own."""

    async def square(number: int) -> int:
        await asyncio.sleep(0)
        return number * number

    async def main() -> list[int]:
        return list(await asyncio.gather(*(square(number) for number in range(_size(event)))))

    return asyncio.run(main())


def _is_prime(number: int) -> bool:
    divisor = 2
    while divisor * divisor <= number:
        if number % divisor == 0:
            return False
        divisor += 1
    return True


def _size(event: dict[str, Any]) -> int:
    size = int(_number(event, "size"))
    if not 0 <= size <= MOST:
        raise OperationError(f"size is not between 0 and {MOST}")
    return size


def _number(event: dict[str, Any], name: str) -> float:
    value = event.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise OperationError(f"{name} is no number")
    return value


def legacy_power(event: dict[str, Any]) -> float:
    """Nobody asks for it any more: what a report is to find."""
    return float(_number(event, "a") ** _number(event, "b"))


OPERATIONS: dict[str, Callable[[dict[str, Any]], object]] = {
    "add": add,
    "multiply": multiply,
    "divide": divide,
    "random": random_number,
    "health": health,
    "complex": complex_work,
    "async": wait_together,
    "power": legacy_power,
}
