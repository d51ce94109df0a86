"""Which trace an invocation belongs to, and the randomness that its id brings along.

The lowest 56 bits of a trace id are random, as W3C Trace Context level 2 asks for; X-Ray's ids have
96 such bits, and its id of a trace becomes OpenTelemetry's where that starts from X-Ray's header.
The lowest 6 of the 56 bits give the trace's group and the others decide whether it is sampled, so
that the two are independent of each other.
"""

from __future__ import annotations

import os
import sys

from lambda_usage.sampling.randomness import random_byte

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_X_RAY = "_X_AMZN_TRACE_ID"
_X_RAY_RAW = _X_RAY.encode()
_OPENTELEMETRY = "opentelemetry.trace"
_BITS = 56
_DIGITS = _BITS // 4
_GROUP_BITS = 6
_GROUP = (1 << _GROUP_BITS) - 1
_LEVELS = 1 << (_BITS - _GROUP_BITS)


class Trace:
    """What sampling needs to know of a trace."""

    __slots__ = ("_number", "group", "kept", "known")

    def __init__(self, number: int, known: bool) -> None:
        """Take the trace of an id.

        Args:
            number: The id, of which the lowest 56 bits count, or as many random bits.
            known: Whether there is a trace at all.
        """
        self.known = known
        self.group = number & _GROUP
        self.kept: float | None = None
        """With which probability OpenTelemetry keeps the trace, if that is known."""
        self._number = number

    def tell(self, state: str) -> None:
        """Take in OpenTelemetry's part of the W3C trace state, ``th:…;rv:…``."""
        fields = dict(each.partition(":")[::2] for each in state.split(";"))
        self._number = _number(fields.get("rv", ""), exact=True, default=self._number)
        threshold = _number(fields.get("th", ""), exact=False, default=-1)
        if threshold >= 0:
            self.kept = 1 - threshold / (1 << _BITS)

    def draw(self, probability: float) -> tuple[float, bool]:
        """Decide as all others do who see the trace and sample with the same probability.

        As in OpenTelemetry's consistent probability sampling (OTEP 235) what is not below a
        threshold is chosen: a trace that is chosen with some probability is also with any greater.

        Returns:
            The probability to the precision of the threshold, and whether it is chosen.
        """
        threshold = min(round((1 - probability) * _LEVELS), _LEVELS - 1)
        level = (self._number >> _GROUP_BITS) % _LEVELS
        return 1 - threshold / _LEVELS, level >= threshold


def current_trace() -> Trace:
    """The trace of this invocation: OpenTelemetry's current one, else X-Ray's.

    OpenTelemetry is asked only where the function has imported it. Without a trace, each invocation
    counts as one of its own.
    """
    opentelemetry = sys.modules.get(_OPENTELEMETRY)
    if opentelemetry is not None:
        found = _of_opentelemetry(opentelemetry)
        if found is not None:
            return found
    number = _of_x_ray()
    if number is not None:
        return Trace(number, True)
    return Trace(int.from_bytes(os.urandom(_BITS // 8), "big"), False)


def current_group() -> int:
    """The group of :func:`current_trace`, where nothing else is asked of it: each invocation is."""
    opentelemetry = sys.modules.get(_OPENTELEMETRY)
    if opentelemetry is not None:
        found = _of_opentelemetry(opentelemetry)
        if found is not None:
            return found.group
    number = _of_x_ray()
    return (random_byte() if number is None else number) & _GROUP


def header_environment() -> dict[bytes, bytes] | None:
    """Where X-Ray's header is found, its name encoded, if there is such a place."""
    raw = getattr(os.environ, "_data", None)
    return raw if type(raw) is dict else None


def _of_x_ray() -> int | None:
    """The end of the id in X-Ray's header, if there is one.

    ``os.environ.get`` encodes the name and decodes the value, in Python: where the header is not
    set, through two exceptions. That was a fifth of what an invocation cost that is no window. So
    what it decodes is read; should a replacement of ``os.environ`` have no such part, it is asked.
    """
    raw = getattr(os.environ, "_data", None)
    if raw is None:
        header = os.environ.get(_X_RAY, "").encode()
    else:
        header = raw.get(_X_RAY_RAW)
        if header is None:
            return None
    _, root_follows, rest = header.partition(b"Root=")
    if root_follows:
        try:
            return int(rest.partition(b";")[0][-_DIGITS:], 16)
        except ValueError:
            pass
    return None


def _of_opentelemetry(module: Any) -> Trace | None:
    try:
        context = module.get_current_span().get_span_context()
        if not context.trace_id:
            return None
        trace = Trace(context.trace_id, True)
        state = context.trace_state.get("ot") if context.trace_state else None
        if state:
            trace.tell(state)
        return trace
    except Exception:  # it is half imported, or something else of that name
        return None


def _number(digits: str, *, exact: bool, default: int) -> int:
    """A number of 56 bits in hexadecimal; a threshold leaves zeros at its end out."""
    if not digits or len(digits) > _DIGITS or (exact and len(digits) < _DIGITS):
        return default
    try:
        return int(digits.ljust(_DIGITS, "0"), 16)
    except ValueError:
        return default
