"""Where things are in a checkout, and one lock for what several processes may make at once."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
CACHE = BUILD / "cache"
FIXTURES = ROOT / "tests" / "fixtures"


class Unavailable(Exception):
    """A part that cannot be had on this machine; says which and what would help."""


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Holds the lock ``name`` among all processes of this checkout."""
    folder = BUILD / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
