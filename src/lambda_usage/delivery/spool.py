"""Where bundles wait on disk until they are delivered.

Each process has a folder of its own under ``/tmp``, which it holds a lock on while it lives:
Managed Instances run several processes beside each other. A process that finds the folder of one
that has ended, by a crash, a timeout or SIGKILL, takes over its bundles.
"""

from __future__ import annotations

import os
import re
from contextlib import closing, suppress

from lambda_usage.bundle.model import Bundle

CAPACITY = 16 * 1024 * 1024
"""Bytes of waiting bundles, this process's own and those that it took over."""

_NAME = re.compile(r"(\d{4})-(\d\d)-(\d\d)~([\w.-]{1,200}\.coverage)", re.ASCII)
_LOCK = "lock"


class Spool:
    """The bundles on disk that this process answers for."""

    def __init__(self, prefix: str, *identity: str) -> None:
        """Nothing happens on disk yet.

        Args:
            prefix: What every key begins with.
            identity: Tells apart functions and stores that share a machine.
        """
        self._root = ""
        self._prefix = prefix
        self._identity = (prefix, *identity)
        self._folder = ""
        self._locks: dict[str, int] = {}
        """Folders that this process holds, by file descriptor of the lock."""

    def open(self, process_id: str) -> None:
        """Make this process's folder.

        Raises:
            OSError: There is no room, or ``/tmp`` is read-only.
        """
        self._root = self._root or _root(self._identity)
        folder = os.path.join(self._root, process_id)  # noqa: PTH118 - light imports here
        if folder == self._folder:
            return
        os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
        if os.stat(self._root).st_uid != os.geteuid():  # noqa: PTH116
            raise PermissionError(f"{self._root} belongs to somebody else")
        if not self._lock(folder):
            raise BlockingIOError(f"{folder} is in use")
        self._folder = folder

    def write(self, bundle: Bundle, key: str) -> str:
        """Write *bundle* to its file, in place of an earlier one of that key; returns its path.

        Raises:
            OSError, sqlite3.Error: It could not be written, and an earlier one is as it was.
        """
        from lambda_usage.bundle.writer import write_bundle

        day, _, name = key.removeprefix(self._prefix).rpartition("/")
        file = f"{day.replace('/', '-')}~{name}"
        if not self._folder or not _NAME.fullmatch(file):
            raise OSError(f"there is no place for {key}")
        path = os.path.join(self._folder, file)  # noqa: PTH118
        write_bundle(bundle, path)
        return path

    def remove(self, path: str) -> None:
        """Forget a file; a folder that was taken over goes with its last one."""
        with suppress(OSError):
            os.remove(path)  # noqa: PTH107
        folder = os.path.dirname(path)  # noqa: PTH120
        if folder != self._folder and folder in self._locks and not self._bundles(folder):
            self._remove_folder(folder)

    def adopt(self) -> list[tuple[str, str]]:
        """Take over what processes left that have ended: the key and the path of each bundle."""
        found = []
        self._root = self._root or _root(self._identity)
        for name in _listed(self._root):
            folder = os.path.join(self._root, name)  # noqa: PTH118
            if folder not in self._locks and self._lock(folder):
                bundles = self._bundles(folder)
                found += bundles
                if not bundles:
                    self._remove_folder(folder)
        return sorted(found)

    def close(self) -> None:
        """Leave: an empty folder of our own goes."""
        if self._folder and not self._bundles(self._folder):
            self._remove_folder(self._folder)

    def _bundles(self, folder: str) -> list[tuple[str, str]]:
        found = []
        for name in _listed(folder):
            match = _NAME.fullmatch(name)
            if match:
                year, month, day, rest = match.groups()
                path = os.path.join(folder, name)  # noqa: PTH118
                found.append((f"{self._prefix}{year}/{month}/{day}/{rest}", path))
        return found

    def _lock(self, folder: str) -> bool:
        """Whether the folder is ours now. The kernel lets go of the lock when a process ends."""
        import fcntl

        descriptor = -1
        try:
            path = os.path.join(folder, _LOCK)  # noqa: PTH118
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if descriptor >= 0:
                os.close(descriptor)
            return False
        self._locks[folder] = descriptor
        return True

    def _remove_folder(self, folder: str) -> None:
        for name in _listed(folder):  # the lock, and what was being written at a sudden end
            with suppress(OSError):
                os.remove(os.path.join(folder, name))  # noqa: PTH107, PTH118
        with suppress(OSError):
            os.rmdir(folder)  # noqa: PTH106
        descriptor = self._locks.pop(folder, -1)
        if descriptor >= 0:
            os.close(descriptor)
        if folder == self._folder:
            self._folder = ""


def _root(identity: tuple[str, ...]) -> str:
    """The folder for all processes of one function and store on this machine."""
    from hashlib import blake2b

    digest = blake2b("\0".join(identity).encode(), digest_size=6).hexdigest()
    folder = os.environ.get("TMPDIR") or "/tmp"
    return os.path.join(folder, f"lambda-usage-{os.geteuid()}-{digest}")  # noqa: PTH118


def counted(path: str) -> dict[str, int]:
    """What would be lost with the bundle at *path*: its losses, and its invocations by ``""``."""
    import sqlite3

    with closing(sqlite3.Connection(path)) as connection:  # tracers patch ``connect``
        invocations = "SELECT '', coalesce(sum(invocations), 0) FROM usage_exposure"
        rows = connection.execute(f"{invocations} UNION ALL SELECT reason, count FROM usage_loss")
        return {str(reason): int(count) for reason, count in rows}


def _listed(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208
    except OSError:
        return []
