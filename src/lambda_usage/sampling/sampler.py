"""Draws windows with a known probability, and the trace group of each invocation."""

from __future__ import annotations

import os
from dataclasses import dataclass

from lambda_usage.bundle.model import GROUPS

_TRACE_VARIABLE = "_X_AMZN_TRACE_ID"


@dataclass(frozen=True, slots=True)
class Draw:
    """Whether something is recorded, and with which probability that was drawn."""

    probability: float
    chosen: bool


class Sampler:
    """Draws from the operating system's randomness, never from ``random``'s global generator.

    A seed of the user's stays theirs, and processes that were cloned from one snapshot draw
    independently.
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate

    def draw(self) -> Draw:
        """Decide with the probability that is in force now."""
        probability = self.rate
        return Draw(probability, probability >= 1 or _uniform() < probability)


def _uniform() -> float:
    """A number in [0, 1) with 53 random bits."""
    return (int.from_bytes(os.urandom(7), "big") >> 3) / (1 << 53)


def trace_group() -> int:
    """The group of this invocation's trace: all invocations of one trace share it.

    Taken from the random part of the X-Ray trace id, which also names OpenTelemetry's trace where
    that starts from X-Ray's header. Without a trace, each invocation counts as one of its own.
    """
    _, found, rest = os.environ.get(_TRACE_VARIABLE, "").partition("Root=")
    if found:
        root = rest.partition(";")[0]
        try:
            return int(root[-8:], 16) % GROUPS
        except ValueError:
            pass
    return os.urandom(1)[0] % GROUPS
