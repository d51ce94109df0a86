"""Randomness of the operating system, fetched for many uses at once.

A system call for each invocation would be a good part of what one costs that is no window. What
was fetched must never be used by two processes: a clone of this one calls :func:`renew`.
"""

from __future__ import annotations

import os

_AT_ONCE = 64

_unused = iter(b"")


def random_byte() -> int:
    """A number from 0 to 255. Threads never get the same one: taking it is one step."""
    global _unused
    byte = next(_unused, None)
    if byte is None:
        fetched = os.urandom(_AT_ONCE)
        _unused = iter(fetched[1:])
        byte = fetched[0]
    return byte


def renew() -> None:
    """Forget what was fetched: this process is a copy, and the others have it too."""
    global _unused
    _unused = iter(b"")
