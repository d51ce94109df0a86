"""Takes rows out of a bundle's tables, checked, and no more than memory should hold."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Mapping
from sys import getsizeof
from typing import Any

from lambda_usage.bundle import values as v
from lambda_usage.bundle.model import TOO_LARGE, BundleError
from lambda_usage.bundle.schema import TRACES, from_numbits
from lambda_usage.bundle.traces import KEPT_TRACES

_TEXT = getsizeof("")
_TEXT_TIMES = 8
"""How often the words of a name are held at once while it is told of, in HTML and all."""
_LINE_BYTES = 100
"""What a line number in a set takes in memory, roughly."""
_LINE_AGAIN_BYTES = 110
"""What it takes wherever the set is used: reports take time for each."""

TABLES: dict[str, tuple[int, tuple[v.Check, ...]]] = {
    "usage_origin": (
        1000,
        (v.identifier, *[v.text] * 6, v.count, v.text, v.text, v.text, v.text, v.text),
    ),
    "usage_bundle": (
        600,
        (v.text, v.count, v.identifier, v.flag, v.moment, v.moment, v.flag),
    ),
    "usage_weights": (2500, (v.identifier, v.blob)),
    "usage_exposure": (
        600,
        (
            *(v.identifier, v.day, *[v.count] * 4, *[v.weight] * 3),
            *(v.count, v.count, v.weight, v.identifier, v.identifier),
        ),
    ),
    "usage_file": (400, (v.identifier, v.path, v.text, v.count, v.flag, v.flag)),
    "usage_code": (
        800,
        (
            *(v.identifier, v.identifier, v.path, v.text, v.line, v.ordinal, v.text),
            *(v.blob, v.blob, v.blob, v.moment, v.moment),
        ),
    ),
    "usage_arcs": (300, (v.identifier, v.arc_end, v.arc_end)),
    "usage_path": (
        700,
        (v.identifier, v.identifier, v.text, v.count, v.weight, v.identifier, v.amount, v.weight),
    ),
    "usage_path_lines": (200, (v.identifier, v.identifier, v.blob)),
    TRACES: (400, (v.identifier, v.trace_id, v.moment, v.seconds)),
    "usage_other": (
        300,
        (v.identifier, v.optional_identifier, v.count, v.weight, v.identifier),
    ),
    "usage_distribution": (300, (v.identifier, v.text, v.text, v.flag)),
    "usage_loss": (200, (v.identifier, v.text, v.count)),
    "usage_cost": (200, (v.identifier, v.text, v.amount)),
}
"""Of each table: bytes that one row takes in memory, roughly, and what its columns hold."""

_MOST_PATHS = 4096
MOST_ROWS = {
    "usage_origin": 16,
    "usage_bundle": 16,
    "usage_exposure": 32,
    "usage_file": 30_000,
    "usage_code": 25_000,
    "usage_path": _MOST_PATHS,
    TRACES: _MOST_PATHS * KEPT_TRACES,
    "usage_other": 25_000,
    "usage_distribution": 2000,
    "usage_loss": 1000,
    "usage_cost": 1000,
}
"""Of one process on one day, whose origins are its aliases: its own code takes far fewer.

Reports take time for each of them, and for some more than memory would bound. The other tables
are bounded by memory alone.
"""


class Rows:
    """Reads tables, one after the other."""

    def __init__(
        self, connection: sqlite3.Connection, memory: int, most: Mapping[str, int]
    ) -> None:
        """Read from *connection*.

        Args:
            connection: To a file that has the tables of a bundle.
            memory: Bytes that may be taken, roughly.
            most: Rows that a table may have.
        """
        self._connection = connection
        self._left = memory
        self._most = most
        self._sets: dict[bytes, frozenset[int]] = {}

    def of(self, table: str) -> Iterator[list[Any]]:
        """All rows of a table.

        Raises:
            BundleError: They are too many, or more than memory should hold.
            ValueError: One holds what it should not.
        """
        row_bytes, checks = TABLES[table]
        most = self._most.get(table, sys.maxsize)
        for number, row in enumerate(self._connection.execute(f"SELECT * FROM {table}"), 1):
            if number > most:
                raise BundleError(f"{table} has more than {most:,} rows: {TOO_LARGE}")
            self._take(row_bytes)
            for value in row:
                if isinstance(value, bytes):
                    self._take(len(value))
                elif isinstance(value, str):
                    self._take(_TEXT + _TEXT_TIMES * (getsizeof(value) - _TEXT))
            try:
                checked = [check(value) for check, value in zip(checks, row, strict=True)]
            except ValueError as error:
                raise ValueError(f"{table}: {error}") from None
            yield checked

    def lines(self, numbits: bytes) -> frozenset[int]:
        """The line numbers of a bit set; equal sets are one object."""
        found = self._sets.get(numbits)
        if found is None:
            self._take(_LINE_BYTES * int.from_bytes(numbits, "little").bit_count())
            found = self._sets[numbits] = from_numbits(numbits)
        self._take(_LINE_AGAIN_BYTES * len(found))
        return found

    def _take(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise BundleError(f"it holds more than a bundle can: {TOO_LARGE}")
