"""The bundles of one process that are not delivered yet, oldest first."""

from __future__ import annotations

import os
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from lambda_usage.bundle.model import Bundle, BundleId
from lambda_usage.delivery.keys import bundle_key
from lambda_usage.delivery.spool import CAPACITY, Spool, counted
from lambda_usage.telemetry.logs import kind_and_place

DROPPED = "bundles dropped for want of room"
DROPPED_INVOCATIONS = "invocations in dropped bundles"
_UNSURE = "dropped bundles that may have arrived"
DROPPED_UNSURE = f"invocations in {_UNSURE}"


@dataclass(slots=True, eq=False)
class Waiting:
    """One bundle. What it holds never changes while it may lie at its target."""

    key: str
    id: BundleId | None
    """``None`` for one that was taken over from another process."""
    path: str = ""
    """Its file; empty where there is none."""
    content: bytes = b""
    """What it holds, where there is no file."""
    size: int = 0
    lists_package: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    """What would have to be stated if it were dropped; its invocations by ``""``."""
    maybe_stored: bool = False
    """It was sent, and nobody said what became of it."""
    taken: bool = False
    """A thread is sending it now."""
    given_back: bool = False
    """Its counts will be part of the next bundle, which takes its place."""

    def body(self) -> bytes:
        """The file's content."""
        if not self.path:
            return self.content
        with open(self.path, "rb") as file:  # noqa: PTH123 - light imports here
            return file.read()


class WaitingRoom:
    """Keeps bundles on disk, and in memory where there is no disk, up to a capacity."""

    def __init__(self, spool: Spool, prefix: str, capacity: int = CAPACITY) -> None:
        self._spool = spool
        self._prefix = prefix
        self._capacity = capacity
        self._lock = threading.Lock()
        self._bundles: dict[str, Waiting] = {}
        self._adopted = False
        self.losses: Counter[str] = Counter()
        """What was dropped and has not been stated yet."""
        self.dropped: Counter[str] = Counter()
        """What was dropped since the process began, by the words in which it is stated."""
        self.problem = ""
        """Why bundles are not kept on disk, if they are not."""
        self.ending = False
        """Nothing is dropped any more: there is no later bundle to state it."""

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return sum(each.size for each in list(self._bundles.values()))

    def __len__(self) -> int:
        return len(self._bundles)

    def add(self, bundle: Bundle) -> Waiting:
        """Keep *bundle*, in place of an earlier one of its name.

        Raises:
            Exception: It can be written neither to disk nor without one.
        """
        (info,) = bundle.bundles.values()
        key = bundle_key(self._prefix, info.origin.function_name, *info.id, info.first_time)
        new = Waiting(key, info.id, lists_package=info.lists_package, counts=_counts(bundle))
        try:
            self._spool.open(info.id.process_id)
            new.path = self._spool.write(bundle, key)
            new.size = os.stat(new.path).st_size  # noqa: PTH116
            self.problem = ""
        except Exception as error:  # of the disk, or of SQLite
            from lambda_usage.bundle.writer import bundle_bytes

            told = isinstance(error, OSError)
            self.problem = f"{type(error).__name__}: {error}" if told else kind_and_place(error)
            new.content = bundle_bytes(bundle)
            new.size = len(new.content)
        with self._lock:
            for each in self._bundles.values():
                each.given_back = False
            old = self._bundles.pop(key, None)
            self._bundles[key] = new
        if old is not None and old.path and not new.path:
            self._spool.remove(old.path)
        self._make_room(new)
        return new

    def adopt(self) -> None:
        """Take over what processes left that have ended; once is enough."""
        if self._adopted:
            return
        self._adopted = True
        older: dict[str, Waiting] = {}
        for key, path in self._spool.adopt():
            try:
                size, counts = os.stat(path).st_size, Counter(counted(path))  # noqa: PTH116
            except Exception:  # not even readable: nothing that could be delivered
                self._spool.remove(path)
                self._lose(DROPPED, 1)
                continue
            older[key] = Waiting(key, None, path, size=size, counts=counts, maybe_stored=True)
        if older:
            with self._lock:
                self._bundles = {**older, **self._bundles}
            self._make_room(None)

    def take(self, first: Waiting | None = None) -> Waiting | None:
        """The next bundle that nobody is sending: *first*, else the oldest."""
        with self._lock:
            choice = [first] if first is not None else list(self._bundles.values())
            for each in choice:
                if not each.taken and self._bundles.get(each.key) is each:
                    each.taken, each.given_back = True, False
                    return each
        return None

    def give_back(self, bundle: Waiting) -> bool:
        """Whether the counts of *bundle* may go into another: it is certainly not stored."""
        with self._lock:
            held = self._bundles.get(bundle.key) is bundle
            if held and not bundle.taken and not bundle.maybe_stored:
                bundle.given_back = True
            return bundle.given_back

    def delivered(self, bundle: Waiting) -> None:
        """It lies at its target."""
        with self._lock:
            if self._bundles.get(bundle.key) is bundle:
                del self._bundles[bundle.key]
        if bundle.path:
            self._spool.remove(bundle.path)

    def close(self) -> None:
        """At the end of the process: leave no empty folders."""
        with suppress(OSError):
            self._spool.close()

    def take_losses(self) -> Counter[str]:
        """What was dropped since this was last asked."""
        with self._lock:
            losses, self.losses = self.losses, Counter()
        return losses

    def _make_room(self, keep: Waiting | None) -> None:
        if self.ending:
            return
        with self._lock:
            excess = sum(each.size for each in self._bundles.values()) - self._capacity
            for each in list(self._bundles.values()):
                if excess > 0 and each is not keep and not (each.taken or each.given_back):
                    excess -= each.size
                    self._drop(each)

    def _drop(self, bundle: Waiting) -> None:
        del self._bundles[bundle.key]
        self._lose(DROPPED, 1)
        for reason, number in bundle.counts.items():
            told = unsure(reason) if bundle.maybe_stored else reason or DROPPED_INVOCATIONS
            if reason:
                self.losses[told] += number  # it was lost before
            else:
                self._lose(told, number)
        if bundle.path:
            self._spool.remove(bundle.path)

    def _lose(self, what: str, number: int) -> None:
        self.losses[what] += number
        self.dropped[what] += number


def unsure(reason: str) -> str:
    """What is stated of a count that a dropped bundle held, if the bundle may have arrived.

    The losses that it told of are as unsure as its invocations: where it did arrive, they are
    stated already, and the same words once more would count them twice.
    """
    if not reason:
        return DROPPED_UNSURE
    return reason if reason.endswith(_UNSURE) else f"{reason}, stated in {_UNSURE}"


def _counts(bundle: Bundle) -> Counter[str]:
    found: Counter[str] = Counter()
    for usage in bundle.origins.values():
        found.update(usage.losses)
        found[""] += sum(each.invocations for each in usage.exposures.values())
    return found
