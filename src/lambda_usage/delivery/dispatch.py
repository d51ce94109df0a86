"""Decides when a bundle leaves.

At the beginning of an invocation, never at its end: whatever is done between the handler's result
and the response is time that the caller waits. There it costs the start of a thread; the work
overlaps the handler, which mostly waits itself. (docs/delivery.md has the comparison.)
"""

from __future__ import annotations

import os
import threading
import time

from lambda_usage.delivery.schedule import Schedule
from lambda_usage.telemetry.logs import kind_and_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import Counter
    from typing import Any, Protocol

    from lambda_usage.bundle.model import Bundle, BundleId
    from lambda_usage.delivery.batch import Batch
    from lambda_usage.delivery.courier import Courier, Fate
    from lambda_usage.flush import BundleMaker
    from lambda_usage.settings import Settings
    from lambda_usage.telemetry.logs import Log

    class Source(Protocol):
        """What bundles are made of: the agent."""

        @property
        def affords_flush(self) -> bool:
            """Whether the budget has room for a bundle."""

        def take(self, *, final: bool) -> Batch:
            """What was counted since this was last asked."""

        def give_back(self, batch: Batch) -> None:
            """Count it again: no bundle could be begun."""

        def new_maker(self) -> BundleMaker:
            """Makes the bundles."""

        def paths(self) -> int:
            """Distinct paths that wait to be taken."""

        def failed(self, error: BaseException) -> None:
            """Note an error of ours."""

        def delivered(self, *, final: bool) -> None:
            """Bundles have left, or could not; *final* if there will be no more."""


NOT_MADE = "invocations in bundles that could not be made"

_OWN_THREADS = "lambda-usage"
_MOST_THREADS = 2
"""One that uploads, and may hang at it, and one that writes the next bundle to its file."""

_DAY = 86400
_SAVING = 0.25
"""Seconds until it is asked again whether the budget affords a bundle."""
_ENOUGH_MILLISECONDS = 1000
"""An invocation with less time than that ahead of it is left alone, if another will do."""


class Dispatch:
    """Of one process."""

    def __init__(self, settings: Settings, source: Source, log: Log) -> None:
        self._settings = settings
        self._source = source
        self._log = log
        self.schedule = Schedule(settings.flush_interval)
        self._courier: Courier | None = None
        self._maker: BundleMaker | None = None
        self._day = int(time.time()) // _DAY
        self.quiet_from = self.quiet_until = 0.0
        """Seconds of the wall clock between which :meth:`before` would find nothing to do: worked
        out ahead, so that an invocation compares two numbers. A clock that is set back leaves the
        span, or puts a bundle off by no more than its length."""
        self._lock = threading.Lock()
        self._threads = 0
        self.cpu_s = 0.0
        """CPU time of all this in the background, since the process began."""
        self.finished = False
        self.failed = self.not_made = 0
        """Bundles that could not be made so far, and the invocations in them."""

    @property
    def courier(self) -> Courier:
        """Made when it is first needed: its parts are no business of a cold start."""
        with self._lock:
            if self._courier is None:
                self._courier = self._new_courier()
            return self._courier

    @courier.setter
    def courier(self, courier: Courier) -> None:
        self._courier = courier

    @property
    def maker(self) -> BundleMaker:
        """Made when the first bundle is, or when somebody asks for its process's id."""
        with self._lock:
            if self._maker is None:
                self._maker = self._source.new_maker()
            return self._maker

    def _new_courier(self) -> Courier:
        from lambda_usage.delivery.courier import Courier
        from lambda_usage.delivery.spool import Spool
        from lambda_usage.delivery.targets import Encryption, make_target
        from lambda_usage.delivery.waiting import WaitingRoom

        settings = self._settings
        encryption = Encryption(settings.encryption, settings.kms_key)
        target = make_target(settings.bucket, settings.upload_timeout, encryption)
        name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
        spool = Spool(settings.prefix, settings.bucket, name)
        room = WaitingRoom(spool, settings.prefix)
        return Courier(target, room, self._log, self._settled)

    def wake(self) -> None:
        """What is waiting has grown, or nothing waits any more: find out anew what is due when."""
        self.quiet_until = 0.0

    def _be_quiet(self, seconds: float) -> None:
        self.quiet_from = time.time()
        self.quiet_until = min(self.quiet_from + seconds, (self._day + 1) * _DAY)

    def before(self, context: object) -> None:
        """An invocation begins: send what those before it left, if it is time."""
        today = int(time.time()) // _DAY
        if today != self._day:  # a bundle does not span two days
            self._day = today
            self.flush()
            return
        paths = self._source.paths()
        if not self.schedule.due(paths):
            self._be_quiet(self.schedule.quiet(paths))
        elif not self._source.affords_flush:
            self._be_quiet(_SAVING)
        elif self._threads < _MOST_THREADS and (self.schedule.overdue or _has_time(context)):
            self.flush()

    def flush(self) -> None:
        """Deliver what was counted since the last bundle, in the background."""
        batch = self._source.take(final=False)
        self.schedule.sent()
        self.wake()
        if not batch.tallies and not (self._courier and len(self._courier.room)):
            self._source.give_back(batch)
            return
        if not self._in_background(batch):
            self._source.give_back(batch)

    def _in_background(self, batch: Batch) -> bool:
        """Whether there is a thread that delivers *batch*."""
        thread = threading.Thread(target=self._work, args=(batch,), name=_OWN_THREADS, daemon=True)
        self._count_threads(1)
        try:
            thread.start()
        except RuntimeError as error:  # too many threads, or the interpreter is ending
            self._count_threads(-1)
            self._log.once("WARNING", "A usage bundle has to wait", error=kind_and_place(error))
            return False
        return True

    def _count_threads(self, more: int) -> None:
        with self._lock:
            self._threads += more

    def _work(self, batch: Batch) -> None:
        start = time.thread_time()
        try:
            self.courier.deliver(lambda: self._make(batch, final=False))
            self._source.delivered(final=False)
        except Exception as error:  # whatever it is, it is ours
            self._source.failed(error)
        finally:
            with self._lock:
                self.cpu_s += time.thread_time() - start
            self._count_threads(-1)

    def finish(self) -> None:
        """Deliver the last bundle, now."""
        with self._lock:
            done, self.finished = self.finished, True
        if not done:
            batch = self._source.take(final=True)
            timeout = self._settings.upload_timeout
            self.courier.finish(lambda: self._make(batch, final=True), timeout)
            self._source.delivered(final=True)

    def health(self) -> dict[str, Any]:
        """What the health check says of delivery; ``problems`` are sentences."""
        return {**self.courier.health(), "delivery_cpu_s": round(self.cpu_s, 4)}

    @property
    def process_id(self) -> str:
        """As bundles have it."""
        return self.maker.process_id

    @property
    def courier_so_far(self) -> Courier | None:
        """Where nothing was ever delivered there is none."""
        return self._courier

    def abandon(self) -> None:
        """Deliver nothing. In a child, nobody lets go of a lock that another thread holds."""
        self._lock = threading.Lock()
        self.finished = True

    def before_snapshot(self) -> None:
        """Deliver the only bundle of the process that is about to be cloned, now."""
        batch = self._source.take(final=True)
        if batch.tallies:
            self.courier.now(lambda: self._make(batch, final=True))
            self._source.delivered(final=True)

    def after_restore(self) -> None:
        """Be another process, which begins now."""
        if self._maker is not None:
            self._maker.renew()
        if self._courier is not None:
            self._courier.restored()
        self.cpu_s = 0.0
        self.schedule.restart()
        self.wake()
        self._day = int(time.time()) // _DAY

    def _make(self, batch: Batch, *, final: bool) -> Bundle | None:
        if not batch.tallies and not final:
            return None
        number = batch.invocations
        batch.losses.update(self.courier.take_losses())
        for name, amount in self.courier.take_costs().items():
            batch.costs[name] = batch.costs.get(name, 0.0) + amount
        stated: Counter[str] = batch.losses.copy()
        try:
            maker = self.maker
            bundle = maker.make(batch, final=final)
            if bundle is not None:
                self.schedule.learned(new=maker.learned(bundle))
            return bundle
        except Exception as error:
            self.courier.lose(NOT_MADE, number)
            self.not_made += number
            self.failed += 1
            for reason, lost in stated.items():
                self.courier.lose(reason, lost)
            self._source.failed(error)
            return None

    def _settled(self, name: BundleId, lists_package: bool, fate: Fate) -> None:
        if self._maker is not None:
            self._maker.settled(name, lists_package, fate)


def _has_time(context: object) -> bool:
    """Whether an invocation has some time ahead of it, as far as its context says."""
    try:
        ask = getattr(context, "get_remaining_time_in_millis", None)
        return ask is None or bool(ask() >= _ENOUGH_MILLISECONDS)
    except Exception:  # the object may be anything
        return True
