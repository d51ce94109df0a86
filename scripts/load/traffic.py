"""What is asked of the functions in examples/load_test, and what they must answer."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

MAIN, SIMPLE, ERROR = "main", "simple", "error"
KINDS = (MAIN, SIMPLE, ERROR)

_SHARES = {MAIN: 70, SIMPLE: 20, ERROR: 10}
_FAULTS = {
    "value": "ValueError",
    "type": "TypeError",
    "key": "KeyError",
    "zero": "ZeroDivisionError",
    "own": "PaymentRefusedError",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One invocation."""

    kind: str
    """Which of the three functions."""
    name: str
    """The operation, for the summary."""
    event: dict[str, Any]
    status: int = 200
    answer: object = None
    """What its body must say."""
    error: str = ""
    """The type of the error that its handler must raise; empty where it must not."""

    def is_answered_by(self, payload: object) -> bool:
        """Whether *payload* is the right answer: a response, or Lambda's account of an error."""
        if not isinstance(payload, dict):
            return False
        if self.error:
            return payload.get("errorType") == self.error
        body = payload.get("body")
        right = isinstance(body, dict) and (self.answer is None or body == self.answer)
        return payload.get("statusCode") == self.status and right


def calls(seed: int, kinds: tuple[str, ...] = KINDS) -> Iterator[Call]:
    """Without end; the same ones for the same *seed*, of the functions *kinds*."""
    draws = random.Random(seed)
    weights = [_SHARES[kind] for kind in kinds]
    while True:
        (kind,) = draws.choices(kinds, weights)
        yield _MAKERS[kind](draws)


def _main(draws: random.Random) -> Call:
    makers = (_add, _multiply, _divide, _random, _health, _complex, _async, _wrong)
    (maker,) = draws.choices(makers, (20, 20, 15, 15, 15, 4, 6, 5))
    return maker(draws)


def _call(operation: str, result: object, **event: object) -> Call:
    return Call(MAIN, operation, {"operation": operation, **event}, answer={"result": result})


def _add(draws: random.Random) -> Call:
    a, b = draws.randint(-999, 999), draws.randint(-999, 999)
    return _call("add", a + b, a=a, b=b)


def _multiply(draws: random.Random) -> Call:
    a, b = draws.randint(-999, 999), draws.randint(-999, 999)
    return _call("multiply", a * b, a=a, b=b)


def _divide(draws: random.Random) -> Call:
    a, b = draws.randint(-999, 999), draws.randint(0, 9)
    if b:
        return _call("divide", a / b, a=a, b=b)
    event = {"operation": "divide", "a": a, "b": b}
    return Call(MAIN, "divide by zero", event, 400, {"error": "division by zero"})


def _random(draws: random.Random) -> Call:
    low, seed = draws.randint(0, 99), draws.randint(0, 99)
    high = low + draws.randint(0, 99)
    result = random.Random(seed).randint(low, high)
    return _call("random", result, low=low, high=high, seed=seed)


def _health(_draws: random.Random) -> Call:
    return _call("health", "healthy")


def _complex(draws: random.Random) -> Call:
    size = draws.randint(100, 1000)
    return _call("complex", _primes_below(size), size=size)


def _primes_below(size: int) -> int:
    sieve = bytearray([1]) * size  # another way than the function's own
    sieve[:2] = b"\0\0"
    for number in range(2, int(size**0.5) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, size, number)))
    return sum(sieve)


def _async(draws: random.Random) -> Call:
    size = draws.randint(1, 20)
    return _call("async", [number * number for number in range(size)], size=size)


def _wrong(draws: random.Random) -> Call:
    events: tuple[tuple[dict[str, Any], str], ...] = (
        ({"operation": "subtract"}, "no such operation: subtract"),
        ({"operation": "add", "a": 1}, "b is no number"),
        ({"operation": "async", "size": 5000}, "size is not between 0 and 1000"),
        ({"operation": "random", "low": 2, "high": 1}, "low is greater than high"),
    )
    event, words = draws.choice(events)
    return Call(MAIN, "bad request", event, 400, {"error": words})


def _simple(draws: random.Random) -> Call:
    name = draws.choice(["Ada", "Grace", "Edsger"])
    return Call(SIMPLE, "hello", {"name": name}, answer={"message": f"Hello, {name}!"})


def _error(draws: random.Random) -> Call:
    fault, error = draws.choice([*_FAULTS.items()])
    return Call(ERROR, f"raise {error}", {"fault": fault}, error=error)


_MAKERS: dict[str, Callable[[random.Random], Call]] = {
    MAIN: _main,
    SIMPLE: _simple,
    ERROR: _error,
}
