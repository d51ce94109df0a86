"""Gives a process a share of one CPU, as Lambda does for functions of little memory.

With the kernel's CPU bandwidth control, by cgroup v1 or v2, in periods of 20 ms. That needs the
right to make a cgroup; without it there are no figures for a share.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

PERIOD_US = 20_000
_ROOT = Path("/sys/fs/cgroup")


class NoQuota(Exception):
    """This machine cannot limit a process's CPU; says why."""


@contextlib.contextmanager
def quota(share: float) -> Iterator[Path]:
    """A file that a process writes its id to, to be limited to *share* of one CPU.

    Raises:
        NoQuota: The limit cannot be set here.
    """
    version_2 = (_ROOT / "cgroup.controllers").exists()
    parent = _ROOT if version_2 else _ROOT / "cpu"
    folder = parent / f"lambda-usage-bench-{os.getpid()}"
    limit = round(PERIOD_US * share)
    try:
        if version_2:
            (parent / "cgroup.subtree_control").write_text("+cpu")
        folder.mkdir(exist_ok=True)
        if version_2:
            (folder / "cpu.max").write_text(f"{limit} {PERIOD_US}")
        else:
            (folder / "cpu.cfs_period_us").write_text(str(PERIOD_US))
            (folder / "cpu.cfs_quota_us").write_text(str(limit))
    except OSError as error:
        raise NoQuota(f"no cgroup with a CPU quota can be made: {error.strerror}") from None
    try:
        yield folder / "cgroup.procs"
    finally:
        with contextlib.suppress(OSError):  # a process that is ending keeps it a moment longer
            folder.rmdir()
