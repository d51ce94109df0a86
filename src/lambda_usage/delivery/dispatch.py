"""Decides when a bundle leaves.

At the beginning of an invocation, never at its end: whatever is done between the handler's result
and the response is time that the caller waits. There it costs the start of a thread; the work
overlaps the handler, which mostly waits itself. (docs/delivery.md has the comparison.)
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from lambda_usage.delivery.batch import Batch
from lambda_usage.delivery.breaker import Breaker
from lambda_usage.delivery.courier import Courier, Fate
from lambda_usage.delivery.schedule import Schedule
from lambda_usage.delivery.spool import Spool
from lambda_usage.delivery.targets import Encryption, make_target
from lambda_usage.delivery.waiting import WaitingRoom

if TYPE_CHECKING:
    from collections import Counter

    from lambda_usage.bundle.model import Bundle, BundleId
    from lambda_usage.flush import BundleMaker
    from lambda_usage.settings import Settings
    from lambda_usage.telemetry.logs import Log

NOT_MADE = "invocations in bundles that could not be made"

_DAY = 86400
_ENOUGH_MILLISECONDS = 1000
"""An invocation with less time than that ahead of it is left alone, if another will do."""


class Source(Protocol):
    """What bundles are made of: the agent."""

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


class Dispatch:
    """Of one process."""

    def __init__(self, settings: Settings, function: str, source: Source, log: Log) -> None:
        self._settings = settings
        self._source = source
        encryption = Encryption(settings.encryption, settings.kms_key)
        target = make_target(settings.bucket, settings.upload_timeout, encryption)
        spool = Spool(settings.prefix, settings.bucket, function)
        self.courier = Courier(target, WaitingRoom(spool, settings.prefix), log, self._settled)
        self.schedule = Schedule(settings.flush_interval)
        self._maker: BundleMaker | None = None
        self._day = int(time.time()) // _DAY
        self._lock = threading.Lock()
        self.finished = False

    def before(self, context: object) -> None:
        """An invocation begins: send what those before it left, if it is time."""
        today = int(time.time()) // _DAY
        if today != self._day:  # a bundle does not span two days
            self._day = today
            self.flush()
        elif (
            self.schedule.due(self._source.paths())
            and not self.courier.busy
            and (self.schedule.overdue or _has_time(context))
        ):
            self.flush()

    def flush(self) -> None:
        """Deliver what was counted since the last bundle, in the background."""
        batch = self._source.take(final=False)
        if not batch.tallies and not len(self.courier.room):
            self._source.give_back(batch)
            return
        self.schedule.sent()
        if not self.courier.in_background(lambda: self._make(batch, final=False)):
            self._source.give_back(batch)

    def finish(self) -> None:
        """Deliver the last bundle, now."""
        with self._lock:
            done, self.finished = self.finished, True
        if not done:
            batch = self._source.take(final=True)
            timeout = self._settings.upload_timeout
            self.courier.finish(lambda: self._make(batch, final=True), timeout)

    def abandon(self) -> None:
        """Deliver nothing."""
        self.finished = True

    def before_snapshot(self) -> None:
        """Deliver the only bundle of the process that is about to be cloned, now."""
        batch = self._source.take(final=True)
        if batch.tallies:
            self.courier.now(lambda: self._make(batch, final=True))

    def after_restore(self) -> None:
        """Be another process, which begins now."""
        if self._maker is not None:
            self._maker.renew()
        self.courier.breaker = Breaker()
        self.courier.take_costs()
        self.schedule.restart()
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
            if self._maker is None:
                self._maker = self._source.new_maker()
            bundle = self._maker.make(batch, final=final)
            if bundle is not None:
                self.schedule.learned(new=self._maker.learned(bundle))
            return bundle
        except Exception as error:
            self.courier.lose(NOT_MADE, number)
            for reason, lost in stated.items():
                self.courier.lose(reason, lost)
            self._source.failed(error)
            return None

    def _settled(self, name: BundleId, lists_package: bool, fate: Fate) -> None:
        if self._maker is not None:
            self._maker.settled(name, lists_package, fate)


def _has_time(context: object) -> bool:
    """Whether an invocation has some time ahead of it, as far as its context says."""
    with suppress(Exception):  # the object may be anything
        ask = getattr(context, "get_remaining_time_in_millis", None)
        if ask is not None:
            return bool(ask() >= _ENOUGH_MILLISECONDS)
    return True
