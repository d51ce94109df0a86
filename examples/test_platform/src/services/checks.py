"""What checks compare, and how."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from models.test_case import Check, Observation, Operator
from models.test_result import CheckResult


def evaluate(check: Check, observations: Mapping[str, Observation]) -> CheckResult:
    """Whether a check holds for what was observed."""
    if check.target not in observations:
        return CheckResult(name=check.name, passed=False, message="was not observed")
    actual = observations[check.target]
    try:
        passed = _OPERATORS[check.operator](actual, check.expected)
    except TypeError:
        message = f"{type(actual).__name__} cannot be compared"
        return CheckResult(name=check.name, passed=False, message=message)
    if passed:
        return CheckResult(name=check.name, passed=True)
    return CheckResult(name=check.name, passed=False, message=_explanation(check, actual))


def _between(actual: float, bounds: tuple[float, float]) -> bool:
    low, high = bounds
    return low <= actual <= high


def _matches(actual: str, pattern: str) -> bool:
    return re.fullmatch(pattern, actual) is not None


def _near_baseline(actual: float, share: float) -> bool:
    raise NotImplementedError("baselines are kept from the next release on")


def _explanation(check: Check, actual: object) -> str:
    words = str(check.operator).replace("_", " ")
    return f"{check.target} is {_shortened(actual)}: not {words} {_shortened(check.expected)}"


def _shortened(value: object, length: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= length else f"{text[:length]}…"


_OPERATORS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUALS: lambda actual, expected: bool(actual == expected),
    Operator.DIFFERS: lambda actual, expected: bool(actual != expected),
    Operator.CONTAINS: lambda actual, expected: expected in actual,
    Operator.AT_MOST: lambda actual, expected: bool(actual <= expected),
    Operator.BETWEEN: _between,
    Operator.MATCHES: _matches,
    Operator.NEAR_BASELINE: _near_baseline,
}
