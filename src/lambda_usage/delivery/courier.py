"""Writes bundles to files and hands them to their target, off the response path.

This is where it is decided *when* a bundle leaves. A thread writes and uploads it while later
invocations run; Lambda freezes that thread between invocations, and it goes on with the next.
"""

from __future__ import annotations

import os
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from lambda_usage.bundle.model import Bundle
    from lambda_usage.delivery.targets import Target
    from lambda_usage.telemetry.logs import Log

    _Make = Callable[[], Bundle | None]
    _Arrived = Callable[[Bundle], None]

_EARLY = (5.0, 15.0)
"""The first bundle goes between so many seconds, lest a fleet that starts at once sends at once."""


class Schedule:
    """When the next bundle is due."""

    def __init__(self, interval: float, now: float) -> None:
        self._interval = interval
        low, high = _EARLY
        jitter = int.from_bytes(os.urandom(2), "big") / 65536
        self._due = now + min(interval, low + (high - low) * jitter)

    def due(self, now: float) -> bool:
        """Whether it is time; if so, the next one is due an interval later."""
        if now < self._due:
            return False
        self._due = now + self._interval
        return True


class Courier:
    """Delivers the bundles of one process, one after the other."""

    def __init__(self, target: Target, prefix: str, log: Log) -> None:
        self._target = target
        self._prefix = prefix
        self._log = log
        self._lock = threading.Lock()
        self.lost = 0
        """Bundles that could not be delivered."""
        self.cpu_s = 0.0
        """CPU time of delivery from the beginning of the process."""
        self.costs: dict[str, float] = {}
        """Wall time and bytes spent on delivery since the agent last took them."""

    def in_background(self, make: _Make, arrived: _Arrived) -> None:
        """As :meth:`now`, in a thread that also calls *make*."""
        thread = threading.Thread(
            target=self.now, args=(make, arrived), name="lambda-usage", daemon=True
        )
        try:
            thread.start()
        except RuntimeError as error:  # too many threads, or the interpreter is ending
            self._lose(error)

    def now(self, make: _Make, arrived: _Arrived) -> None:
        """Deliver what *make* returns; never raises, what fails is logged and counted.

        Args:
            make: Makes the bundle, or says that there is none.
            arrived: Called with the bundle when it has been delivered.
        """
        with self._lock:
            start, cpu = time.perf_counter(), time.thread_time()
            try:
                bundle = make()
                if bundle is not None:
                    self._deliver(bundle)
                    arrived(bundle)
            except Exception as error:
                self._lose(error)
            finally:
                self._spend("delivery_s", time.perf_counter() - start)
                self.cpu_s += time.thread_time() - cpu

    def _spend(self, name: str, amount: float) -> None:
        self.costs[name] = self.costs.get(name, 0.0) + amount

    def _lose(self, error: Exception) -> None:
        self.lost += 1
        self._log.say(
            "WARNING",
            "A usage bundle could not be delivered; what it counted is lost, "
            "what it saw is in the next one",
            error=f"{type(error).__name__}: {error}",
        )

    def _deliver(self, bundle: Bundle) -> None:
        from lambda_usage.delivery.keys import bundle_key  # with re: no cold start's business

        (info,) = bundle.bundles.values()
        key = bundle_key(self._prefix, info.origin.function_name, *info.id, info.first_time)
        body = _as_file(bundle, key)
        start = time.perf_counter()
        self._target.put(body, key)
        self._spend("sent_bytes", len(body))
        self._log.say(
            "INFO",
            "Coverage file uploaded successfully",
            s3_key=key,
            file_size=len(body),
            upload_time_ms=round((time.perf_counter() - start) * 1000),
            url=self._target.url(key),
        )


def _as_file(bundle: Bundle, key: str) -> bytes:
    """The bundle's file, which SQLite needs to have on disk for a moment."""
    from lambda_usage.bundle.writer import write_bundle  # with sqlite3: no cold start's business

    folder = os.environ.get("TMPDIR", "/tmp")
    path = os.path.join(folder, f"lambda-usage-{key.rpartition('/')[2]}")  # noqa: PTH118
    try:
        write_bundle(bundle, path)
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read()
    finally:
        if os.path.exists(path):  # noqa: PTH110
            os.remove(path)  # noqa: PTH107
