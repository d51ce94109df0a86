"""Decides what may pass the gate (``gate.py``), and counts what has."""

from __future__ import annotations

import sys

from lambda_usage.identity import alias_of
from lambda_usage.sampling.headroom import is_dated
from lambda_usage.sampling.trace import header_environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lambda_usage.delivery.dispatch import Dispatch
    from lambda_usage.delivery.pending import Pending
    from lambda_usage.gate import Passage
    from lambda_usage.sampling.overhead import Overhead


class Admission:
    """Of one process. Called under the agent's lock."""

    def __init__(self, gate: Passage, *, traced: bool) -> None:
        self.gate = gate
        self._gettrace = sys.gettrace if traced else None
        self._arn: object = None
        self._alias = ""
        """What the latest invocation that did not pass was invoked by, and its alias."""
        self._kind: type = object
        self._dated = False
        """Of the latest context object, and whether :func:`is_dated` says so."""
        self.started = 0.0
        """When the invocation began that had passed when something else came up."""

    def came(self, context: object) -> str:
        """An invocation did not pass: the next ones may, if they are like it.

        Returns:
            Its alias.
        """
        arn = getattr(context, "invoked_function_arn", None)
        self._arn, self._alias = arn, alias_of(arn)
        if type(context) is not self._kind:
            self._kind, self._dated = type(context), is_dated(context)
        return self._alias

    def open(self, overhead: Overhead, dispatch: Dispatch) -> None:
        """Let pass what cannot be a window, and is like the latest invocation."""
        environment = header_environment()
        if environment is None:
            return
        passes, until, longest, margin, most = overhead.grant()
        if passes:
            self.gate.open(
                passes, dispatch.quiet_from, min(until, dispatch.quiet_until), longest, margin,
                most, self._arn, self._kind if self._dated else None, environment, self._gettrace,
            )  # fmt: skip

    def settle(self, pending: Pending, overhead: Overhead) -> bool:
        """Count what has passed, and let nothing pass: all else comes after it.

        Returns:
            Whether an invocation that had passed is still under way. It is the agent's from now on.
        """
        passed = self.gate.take()
        if passed is None:
            return False
        groups, first, last, ended, duration, longest, started = passed
        pending.tally(self._alias).passed(groups, first, last)
        overhead.granted(len(groups))
        overhead.passed(duration, ended, longest)
        if started is None:
            return False
        self.started = started
        return True
