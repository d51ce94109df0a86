"""Lets invocations pass that are no windows, and notes them until there is something to decide.

Almost no invocation is a window, and each is paid for. After a handler that has waited, our code
and data are no longer in the processor's caches, and counting an invocation costs ten times what it
does in a loop. But how far away the next window is has been drawn already, and its probability
stays as it is for a while (``sampling/overhead.py``). So the agent opens the gate for as many
invocations as cannot be windows, and until a moment before which nothing is due. The gate notes
what tells each of them from the others. When it is asked, or when something is not as it was, the
agent takes what was noted and counts it: nothing is estimated, and each invocation was drawn with
exactly its own probability.

What is not the common case does not pass: another alias, another invocation under way, too little
time left, another tracer. It is then as if there were no gate.

:class:`Gate` does in Python what ``_gate.c`` does with a quarter of the memory touched. The Lambda
layer brings the latter for its architecture (``layer/native.py``).
"""

from __future__ import annotations

import threading
import time

from lambda_usage.sampling.headroom import remaining_time

MAY_NOT = -1
"""In place of a group: the invocation may not pass."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextvars import ContextVar, Token
    from typing import Protocol

    Passed = tuple[bytes, float, float, int, float, float, float | None]
    """The group of each invocation that has begun; when the first and the last of them did, by
    the wall clock; how many have ended; how long these took together; the longest so far; and when
    the one began that is under way, if one is."""

    class Passage(Protocol):
        """The gate, in whatever language."""

        def enter(self, context: object, /) -> Token[bool] | None:
            """An invocation begins: what to :meth:`leave` with, if it passes.

            Errors of *context* are nothing that is said here: the invocation does not pass.
            """

        def leave(self, token: object, /) -> bool:
            """An invocation has ended: whether it was one that passed, and nobody took it."""

        def open(
            self,
            passes: int,
            since: float,
            until: float,
            longest: float,
            needed: float,
            most: float,
            arn: object,
            dated: type | None,
            environment: dict[bytes, bytes],
            traced: Callable[[], object] | None,
            /,
        ) -> None:
            """Let invocations pass; none, where what passed before has not been taken.

            Args:
                passes: So many.
                since: From then on, by the wall clock, lest one that is set back is not noticed.
                until: Until then.
                longest: Seconds that the longest invocation has taken so far.
                needed: Seconds that must be left to an invocation, beside the longest.
                most: When they have taken so many seconds together, none passes any more.
                arn: What they were invoked by.
                dated: Context objects of that type hold their deadline, see ``headroom.is_dated``.
                    To ask them takes a call into Python.
                environment: Where X-Ray's header is found.
                traced: Says whether another tool traces, where that matters.
            """

        def close(self) -> None:
            """Let nothing pass. Takes no lock, and loses nothing."""

        def take(self) -> Passed | None:
            """Take what passed, if anything did, and let nothing pass.

            An invocation that is under way is no longer the gate's business.
            """


def make_gate(
    inside: ContextVar[bool], modules: Mapping[str, object], current_group: Callable[[], int]
) -> Passage:
    """The fastest that this process can load.

    Args:
        inside: Set while an invocation is under way in this thread or task.
        modules: ``sys.modules``: where neither OpenTelemetry nor X-Ray's SDK is, X-Ray's header
            alone says the group.
        current_group: Says it in any case, and whether the invocation may pass.
    """
    try:
        from lambda_usage import _gate
    except ImportError:  # not built, or for another kind of machine
        return Gate(inside, modules, current_group)
    return _gate.Gate(inside, modules, current_group)


class Gate:
    """See the module's docstring, and ``Passage`` for the methods."""

    def __init__(
        self,
        inside: ContextVar[bool],
        _modules: Mapping[str, object],
        current_group: Callable[[], int],
    ) -> None:
        self._inside = inside
        self._current_group = current_group
        self._lock = threading.RLock()
        self._left = self._ended = 0
        self._groups = bytearray()
        self._token: Token[bool] | None = None
        self._since = self._until = self._needed = self._most = 0.0
        self._first = self._last = self._started = self._ran = self._longest = 0.0
        self._arn: object = None
        self._traced: Callable[[], object] | None = None

    def enter(self, context: object, /) -> Token[bool] | None:
        if not self._left:  # in a forked child, nobody lets go of a lock that is held
            return None
        with self._lock:
            now = time.time()
            if not self._left or self._token or not self._since <= now < self._until:
                return None
            group = self._group_of_common(context)
            if group is None or group < 0:
                return None
            if not self._left or self._token:  # asking may have changed that
                return None
            if not self._groups:
                self._first = now
            self._last = now
            self._groups.append(group)
            self._left -= 1
            self._token = self._inside.set(True)
            self._started = time.perf_counter()
            return self._token

    def _group_of_common(self, context: object) -> int | None:
        try:
            arn = getattr(context, "invoked_function_arn", None)
            remaining = remaining_time(context)
            common = (
                (arn is self._arn or (type(arn) is str and arn == self._arn))
                and (remaining is None or remaining >= self._longest + self._needed)
                and (self._traced is None or self._traced() is None)
                and not self._inside.get()
            )
            return self._current_group() if common else None
        except Exception:  # whoever comes the other way meets it again, and tells of it
            return None

    def leave(self, token: object, /) -> bool:
        if self._token is None or token is not self._token:  # see enter()
            return False
        with self._lock:
            mine = self._token
            if mine is None or token is not mine:
                return False
            duration = time.perf_counter() - self._started
            try:
                self._inside.reset(mine)
            except ValueError:  # it ended in another context than it began in
                self._inside.set(False)
            self._token = None
            self._ended += 1
            self._ran += duration
            self._longest = max(self._longest, duration)
            if self._ran > self._most:
                self._left = 0
            return True

    def open(
        self,
        passes: int,
        since: float,
        until: float,
        longest: float,
        needed: float,
        most: float,
        arn: object,
        _dated: type | None,
        _environment: dict[bytes, bytes],
        traced: Callable[[], object] | None,
        /,
    ) -> None:
        with self._lock:
            self._left = 0
            if self._groups:
                return
            self._since, self._until = since, until
            self._longest, self._needed, self._most = longest, needed, most
            self._arn, self._traced = arn, traced
            self._left = passes

    def close(self) -> None:
        self._left = 0

    def take(self) -> Passed | None:
        with self._lock:
            self._left = 0
            if not self._groups:
                return None
            started = self._started if self._token else None
            ended, ran, groups = self._ended, self._ran, bytes(self._groups)
            self._groups, self._token, self._ended, self._ran = bytearray(), None, 0, 0.0
            return groups, self._first, self._last, ended, ran, self._longest, started
