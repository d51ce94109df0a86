"""Opens an SQLite file that may come from anybody.

SQLite keeps its promises to whoever opens a file of his own. A file of somebody else's can hold a
view in a table's place, a row that is one of billions because pages refer to each other in
circles, or a schema that takes a minute to parse. So all that is allowed is what a bundle is:
plain tables, with the very columns that we write, of a limited size.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import closing, contextmanager
from os import PathLike, fspath
from urllib.parse import quote

from lambda_usage.bundle.model import BundleError
from lambda_usage.bundle.values import MAX_BLOB

_MAGIC = b"SQLite format 3\0"
_MOST_OBJECTS = 64
"""In a schema; a bundle has 28 at most."""
_LONGEST_SQL = 4096
_STEPS = 100_000
_STEPS_A_BYTE = 8
_LEAST_STEPS = 20_000_000
"""Of SQLite's virtual machine; a row takes some twenty, and no less than as many bytes."""


@contextmanager
def opened(path: str | PathLike[str]) -> Generator[sqlite3.Connection, None, None]:
    """A connection that reads the file *path* and can do nothing else.

    Raises:
        BundleError: The file is not what a bundle can be, or what was read of it makes no sense.
        OSError: It cannot be opened.
    """
    size = _checked_size(path)
    # immutable: a journal or a write-ahead log that lies beside the file is no part of it
    address = f"file:{quote(fspath(path))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            _restrict(connection, max(_LEAST_STEPS, _STEPS_A_BYTE * size))
            yield connection
    except (sqlite3.Error, ValueError, TypeError, KeyError, OverflowError) as error:
        words = " ".join(str(error).split())  # SQLite quotes what it cannot decode
        raise BundleError(f"damaged: {words:.200}") from error


def check_tables(
    connection: sqlite3.Connection, tables: Mapping[str, str], may_miss: Collection[str] = ()
) -> set[str]:
    """Refuse a file in which any of *tables* is not what its SQL says, or is no plain table.

    Args:
        connection: To the file.
        tables: The SQL of each, by name.
        may_miss: Those that need not be there.

    Returns:
        The names of all tables that are there.

    Raises:
        BundleError: It says which.
    """
    found: dict[str, str] = {}
    for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master"):
        if kind != "table" and not (kind == "index" and sql is None):
            raise BundleError(f"it holds {kind!r:.20} {name!r:.80}, which no bundle does")
        found[name] = " ".join(sql.split()) if isinstance(sql, str) else ""
    for name, sql in tables.items():
        if name in may_miss and name not in found:
            continue
        if found.get(name) != " ".join(sql.split()):
            raise BundleError(f"damaged: its table {name} is not that of a bundle")
    return set(found)


def _checked_size(path: str | PathLike[str]) -> int:
    with open(path, "rb", opener=_without_waiting) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise BundleError("not a file")
        head = file.read(100)
        if not head.startswith(_MAGIC):
            raise BundleError("not a SQLite file")
        page = int.from_bytes(head[16:18], "big")
        _check_schema(lambda number: _page(file.fileno(), number, 65536 if page == 1 else page))
    return status.st_size


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # a named pipe would wait for ever


def _page(descriptor: int, number: int, size: int) -> bytes:
    return os.pread(descriptor, size, (number - 1) * size)


def _check_schema(page: Callable[[int], bytes]) -> None:
    """Refuse a large schema: SQLite parses all of it before anything else.

    The schema is a b-tree that begins on page 1, behind the file's header. That of a bundle is one
    page, or one with some pages below it (https://www.sqlite.org/fileformat2.html#b_tree_pages).
    """
    root = page(1)
    kind, count = root[100:101], int.from_bytes(root[103:105], "big")
    if kind == b"\x05" and count < _MOST_OBJECTS:
        cells = [int.from_bytes(root[112 + 2 * n : 114 + 2 * n], "big") for n in range(count)]
        children = [root[cell : cell + 4] for cell in cells] + [root[108:112]]
        pages = [page(max(1, int.from_bytes(child, "big"))) for child in children]
        if all(each[:1] == b"\x0d" for each in pages):
            kind, count = b"\x0d", sum(int.from_bytes(each[3:5], "big") for each in pages)
    if kind != b"\x0d" or count > _MOST_OBJECTS:
        raise BundleError("damaged: its schema is not that of a bundle")


def _restrict(connection: sqlite3.Connection, steps: int) -> None:
    limits = {
        sqlite3.SQLITE_LIMIT_LENGTH: 2 * MAX_BLOB,
        sqlite3.SQLITE_LIMIT_SQL_LENGTH: _LONGEST_SQL,
        sqlite3.SQLITE_LIMIT_COLUMN: 32,
        sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 20,
        sqlite3.SQLITE_LIMIT_ATTACHED: 0,
        sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
        sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
    }
    for limit, value in limits.items():
        connection.setlimit(limit, value)
    left = steps // _STEPS

    def go_on() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    connection.set_progress_handler(go_on, _STEPS)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA query_only = ON")
