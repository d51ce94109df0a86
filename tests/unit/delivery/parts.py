"""What the tests of this folder build on: bundles, targets that fail, a clock of the test's."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lambda_usage.bundle.model import (
    Bundle,
    BundleId,
    BundleInfo,
    Exposure,
    Origin,
    OriginUsage,
)
from lambda_usage.delivery.courier import Courier, Fate
from lambda_usage.delivery.spool import Spool
from lambda_usage.delivery.targets import Parcel, Sleep
from lambda_usage.delivery.waiting import WaitingRoom
from lambda_usage.telemetry.logs import Log

NOON = 1_767_268_800.0
PREFIX = "coverage/"


def make_bundle(sequence: int = 0, invocations: int = 1, process: str = "0a1b") -> Bundle:
    origin = Origin("orders")
    name = BundleId(process, sequence)
    info = BundleInfo(name, origin, False, NOON, NOON)
    usage = OriginUsage({"2026-01-01": Exposure(invocations=invocations)})
    return Bundle({name: info}, {origin: usage})


@dataclass
class MemoryTarget:
    """Keeps what arrives; *fault* is asked before each attempt and may raise."""

    stored: dict[str, bytes] = field(default_factory=dict)
    fault: Callable[[Parcel], None] | None = None
    tried: list[str] = field(default_factory=list)

    def put(self, parcel: Parcel, sleep: Sleep, *, attempts: int | None = None) -> None:
        self.tried.append(parcel.key)
        if self.fault is not None:
            self.fault(parcel)
        if not (parcel.once and parcel.key in self.stored):
            self.stored[parcel.key] = parcel.body

    def url(self, key: str) -> str:
        return f"memory://{key}"


@dataclass
class Fates:
    """Notes what becomes of bundles."""

    told: list[tuple[int, Fate]] = field(default_factory=list)

    def __call__(self, name: BundleId, _lists: bool, fate: Fate) -> None:
        self.told.append((name.sequence, fate))

    @property
    def last(self) -> dict[int, Fate]:
        return dict(self.told)


def make_room(capacity: int = 1 << 24) -> WaitingRoom:
    """Its files lie in the folder that TMPDIR names."""
    return WaitingRoom(Spool(PREFIX, "bucket", "orders"), PREFIX, capacity)


def make_courier(target: MemoryTarget, fates: Fates | None = None, level: str = "ERROR") -> Courier:
    return Courier(target, make_room(), Log(level), fates or Fates())


def deliver(courier: Courier, make: Callable[[], Bundle | None]) -> None:
    """As in the background, but to the end of it."""
    beside(courier, make).join(60)


def beside(courier: Courier, make: Callable[[], Bundle | None]) -> threading.Thread:
    """A thread that does."""
    thread = threading.Thread(target=courier.deliver, args=(make,))
    thread.start()
    return thread


def files(folder: Path) -> list[str]:
    """The names of all files that wait under *folder*."""
    return sorted(each.name for each in folder.rglob("*.coverage"))


def losses(courier: Courier) -> Counter[str]:
    return courier.take_losses()
