"""What reading one file may cost."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

MEMORY = 200 * 2**20
SECONDS = 1.0
"""Of CPU; ``--seconds`` sets it."""


class LimitError(Exception):
    """A file cost too much; says what."""


def limit_memory() -> None:
    """Let this process grow by no more than :data:`MEMORY`: what asks for more fails."""
    with open("/proc/self/statm") as file:  # noqa: PTH123
        pages = int(file.read().split()[0])
    size = pages * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, resource.RLIM_INFINITY))


@contextmanager
def limited() -> Iterator[None]:
    """Refuse a hang. CPU time is counted: a machine that is busy with other things is no hang."""
    start = time.process_time()
    yield
    spent = time.process_time() - start
    if spent > SECONDS:
        raise LimitError(f"{spent:.1f} s")
