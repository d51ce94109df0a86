"""Hands bundles to their target, off the response path, and accounts for each.

This is where it is decided *how* a bundle leaves. It is written to a file first, then uploaded in
a thread while a later invocation runs; Lambda freezes that thread between invocations, and it goes
on with the next. A bundle that may have been stored keeps its name and content until that is
certain, so that sending it again changes nothing. What was certainly not stored is given back to
be part of the next bundle.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from lambda_usage.bundle.model import Bundle, BundleId
from lambda_usage.delivery.breaker import Breaker
from lambda_usage.delivery.targets import Parcel, Sleep, Target, UploadError
from lambda_usage.delivery.waiting import Waiting, WaitingRoom
from lambda_usage.telemetry.definitions import DELIVERED, FAILED, SPOOLED
from lambda_usage.telemetry.logs import Log, kind_and_place

_ARRIVALS = 100
_POLITE_SECONDS = 0.05
"""At the end of the process, so long is waited for another upload before the last one begins."""


class Fate(Enum):
    """What became of a bundle."""

    DELIVERED = "delivered"
    NOT_STORED = "not stored"
    """Certainly: what it counted may be part of another bundle."""
    WAITING = "waiting"
    """It will be sent again as it is."""


Make = Callable[[], Bundle | None]
Settled = Callable[[BundleId, bool, Fate], None]
"""Called with a bundle's name, whether it lists the package, and what became of it."""


@dataclass(slots=True)
class LastUpload:
    """For the health check."""

    key: str = ""
    time: float = 0.0
    error: str = ""
    """Of the latest failure; empty after a success."""


class Courier:
    """Delivers the bundles of one process, one after the other."""

    def __init__(self, target: Target, room: WaitingRoom, log: Log, settled: Settled) -> None:
        self._target = target
        self._log = log
        self._settled = settled
        self.room = room
        self.breaker = Breaker()
        self.last = LastUpload()
        self.outcomes: Counter[str] = Counter()
        """Of attempts to deliver a bundle, since the process began."""
        self.arrivals: deque[tuple[float, int]] = deque(maxlen=_ARRIVALS)
        """Seconds and bytes of the latest uploads that succeeded, for whoever takes them out."""
        self._making = threading.Lock()
        self._sending = threading.Lock()
        self._books = threading.Lock()
        self._ending = threading.Event()
        self._losses: Counter[str] = Counter()
        self._costs: dict[str, float] = {}

    def deliver(self, make: Make) -> None:
        """Deliver what *make* returns, and what else waits, unless another thread is at that."""
        bundle = self._made(make)
        if self._sending.acquire(blocking=False):
            try:
                self._send_all(self._ending.wait)
            finally:
                self._sending.release()
        self._settle(bundle)

    def now(self, make: Make) -> None:
        """Deliver what *make* returns while the caller waits; one attempt is all it gets."""
        bundle = self._made(make)
        with self._sending:
            if bundle is not None and self._take(bundle) is not None:
                self._send(bundle, time.sleep, attempts=1)

    def finish(self, make: Make, timeout: float) -> None:
        """Deliver the last bundle, then what else waits; never raises.

        Args:
            make: Makes the last bundle.
            timeout: Seconds to wait for an upload that is under way.
        """
        self._ending.set()
        self.room.ending = True
        try:
            bundle = self._made(make)
            alone = self._sending.acquire(timeout=_POLITE_SECONDS)
            try:  # 500 ms are all there is after SIGTERM, and this one holds the most
                works = bundle is None or self._send_one(bundle, time.sleep)
            finally:
                if alone:
                    self._sending.release()
            if works and self._sending.acquire(timeout=timeout):
                try:
                    self._send_all(time.sleep)
                finally:
                    self._sending.release()
            self.room.close()
        except Exception as error:
            self._failed(error)

    def restored(self) -> None:
        """In a copy of the process that this was made in, hours later."""
        self.breaker = Breaker()
        self.take_costs()

    def health(self) -> dict[str, Any]:
        """What the health check says of delivery; ``problems`` are sentences."""
        last, problems = self.last, []
        if not self.breaker.closed:
            problems.append("the store keeps failing and is left alone for a while")
        elif last.error:
            problems.append("the last upload failed")
        if self.room.problem:
            problems.append("bundles cannot be kept on disk")
        uploaded = {"s3_key": last.key, "time": last.time} if last.key else None
        waiting = {"bundles": len(self.room), "bytes": self.room.size}
        return {
            "last_upload": uploaded,
            "last_upload_error": last.error,
            "spool": {**waiting, "problem": self.room.problem},
            "losses": dict(self._losses + self.room.losses),
            "problems": problems,
        }

    def take_losses(self) -> Counter[str]:
        """What was lost here since this was last asked."""
        with self._books:
            losses, self._losses = self._losses, Counter()
        return losses + self.room.take_losses()

    def take_costs(self) -> dict[str, float]:
        """Wall time and bytes spent on delivery since this was last asked."""
        with self._books:
            costs, self._costs = self._costs, {}
        return costs

    def lose(self, what: str, number: int) -> None:
        """Note a loss, to be stated in the next bundle."""
        with self._books:
            self._losses[what] += number

    def _spend(self, name: str, amount: float) -> None:
        with self._books:
            self._costs[name] = self._costs.get(name, 0.0) + amount

    def _made(self, make: Make) -> Waiting | None:
        with self._making:
            start = time.perf_counter()
            try:
                bundle = make()
                return None if bundle is None else self._keep(bundle)
            finally:
                self._spend("delivery_s", time.perf_counter() - start)

    def _keep(self, bundle: Bundle) -> Waiting | None:
        try:
            return self.room.add(bundle)
        except Exception as error:  # neither disk nor memory took it
            self._failed(error)
            self.outcomes[FAILED] += 1
            (info,) = bundle.bundles.values()
            self._settled(info.id, info.lists_package, Fate.NOT_STORED)
            return None

    def _send_all(self, sleep: Sleep) -> None:
        self.room.adopt()
        while self.breaker.allows():
            bundle = self._take(None)
            if bundle is None or not self._send(bundle, sleep):
                return

    def _send_one(self, bundle: Waiting, sleep: Sleep) -> bool:
        """Whether it is known that the store works."""
        return self._take(bundle) is None or self._send(bundle, sleep)

    def _take(self, bundle: Waiting | None) -> Waiting | None:
        """From here on its content is fixed: no other bundle may tell of its counts."""
        with self._making:
            found = self.room.take(bundle)
            if found is not None and found.id is not None:
                self._settled(found.id, found.lists_package, Fate.WAITING)
            return found

    def _send(self, bundle: Waiting, sleep: Sleep, attempts: int | None = None) -> bool:
        """Whether *bundle* was delivered."""
        start = time.perf_counter()
        try:
            parcel = Parcel(bundle.body(), bundle.key, once=bundle.maybe_stored)
            if not self.breaker.closed:
                attempts = 1
            self._target.put(parcel, sleep, attempts=attempts)
        except Exception as error:
            self._not_sent(bundle, error)
            return False
        finally:
            self._spend("delivery_s", time.perf_counter() - start)
            bundle.taken = False
        self._spend("sent_bytes", bundle.size)
        self._arrived(bundle, time.perf_counter() - start)
        return True

    def _arrived(self, bundle: Waiting, seconds: float) -> None:
        self.breaker.succeeded()
        self.outcomes[DELIVERED] += 1
        self.arrivals.append((seconds, bundle.size))
        self.last = LastUpload(bundle.key, time.time())
        self.room.delivered(bundle)
        if bundle.id is not None:
            self._settled(bundle.id, bundle.lists_package, Fate.DELIVERED)
        self._log.say(
            "INFO",
            "Coverage file uploaded successfully",
            s3_key=bundle.key,
            file_size=bundle.size,
            upload_time_ms=round(seconds * 1000),
            url=self._target.url(bundle.key),
        )

    def _not_sent(self, bundle: Waiting, error: Exception) -> None:
        known = error if isinstance(error, UploadError) else UploadError("", maybe_stored=True)
        bundle.maybe_stored = bundle.maybe_stored or known.maybe_stored
        self.outcomes[SPOOLED] += 1
        told = isinstance(error, UploadError | OSError)  # what S3 or the system said
        self.last.error = f"{type(error).__name__}: {error}" if told else kind_and_place(error)
        was_closed = self.breaker.closed
        if not known.frozen:
            self.breaker.failed(lasting=known.lasting)
        self._log.say(
            "WARNING" if was_closed else "DEBUG",
            "A usage bundle could not be delivered; it is kept and sent again"
            if self.breaker.closed
            else "Usage bundles cannot be delivered; they are kept, and tried again now and then",
            error=self.last.error,
            s3_key=bundle.key,
        )

    def _settle(self, bundle: Waiting | None) -> None:
        """Give back what was certainly not stored."""
        with self._making:
            if bundle is not None and bundle.id is not None and self.room.give_back(bundle):
                self._settled(bundle.id, bundle.lists_package, Fate.NOT_STORED)

    def _failed(self, error: Exception) -> None:
        self.last.error = kind_and_place(error)
        self._log.once("ERROR", "A usage bundle could not be made", error=self.last.error)
