"""Reads bundles and combined files. Needs nothing but ``sqlite3``.

A file may come from anywhere: it is opened read-only, its schema is not trusted, and whatever is
wrong with it comes out as a :class:`BundleError` that says so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from os import PathLike, fspath
from typing import Any
from urllib.parse import quote

from lambda_usage.bundle.model import (
    SCHEMA,
    Bundle,
    BundleError,
    BundleId,
    BundleInfo,
    Code,
    CodeKey,
    Counts,
    Distribution,
    Exposure,
    Origin,
    OriginUsage,
    Path,
    SourceFile,
    Weights,
)
from lambda_usage.bundle.schema import from_numbits, unpack_weights


def read_bundle(path: str | PathLike[str]) -> Bundle:
    """The contents of the file *path*.

    Raises:
        BundleError: It is no bundle, is damaged, or is of a newer schema.
        OSError: It cannot be opened.
    """
    with _opened(path) as connection:
        _checked_kind(connection)
        return _Reader(connection).read()


def bundle_kind(path: str | PathLike[str]) -> str:
    """``bundle`` for what a process wrote, ``combined`` for what a combiner did.

    Raises:
        BundleError: As :func:`read_bundle`.
        OSError: It cannot be opened.
    """
    with _opened(path) as connection:
        return _checked_kind(connection)


@contextmanager
def _opened(path: str | PathLike[str]) -> Iterator[sqlite3.Connection]:
    with open(path, "rb") as file:  # noqa: PTH123 - also what names a missing file well
        if file.read(16) != b"SQLite format 3\0":
            raise BundleError("not a SQLite file")
    try:
        with closing(
            sqlite3.connect(f"file:{quote(fspath(path))}?mode=ro", uri=True)
        ) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            yield connection
    except (sqlite3.Error, ValueError, TypeError, KeyError, OverflowError) as error:
        raise BundleError(f"damaged: {error}") from error


def _checked_kind(connection: sqlite3.Connection) -> str:
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if "usage_meta" not in tables:
        raise BundleError("a SQLite file, but no lambda-usage bundle")
    meta = dict(connection.execute("SELECT key, value FROM usage_meta"))
    if int(meta["schema"]) > SCHEMA:
        raise BundleError(
            f"written with bundle schema {meta['schema']}, newer than {SCHEMA}: "
            "upgrade lambda-usage here"
        )
    return str(meta["kind"])


class _Reader:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._weights = {
            number: unpack_weights(packed)
            for number, packed in self._all("SELECT id, weights FROM usage_weights")
        }
        self._codes: dict[int, CodeKey] = {}

    def _all(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, parameters).fetchall()

    def read(self) -> Bundle:
        bundle = Bundle()
        origins: dict[int, Origin] = {}
        for number, *values in self._all("SELECT * FROM usage_origin ORDER BY id"):
            origins[number] = origin = Origin(*values)
            bundle.origins[origin] = self._origin(number)
        for row in self._all("SELECT * FROM usage_bundle"):
            process, sequence, number, final, first, last, lists = row
            name = BundleId(process, sequence)
            info = BundleInfo(name, origins[number], bool(final), first, last, bool(lists))
            bundle.bundles[name] = info
        return bundle

    def _origin(self, n: int) -> OriginUsage:
        usage = OriginUsage()
        self._exposures(n, usage)
        for _, path, digest, size, loaded, seen in self._all(
            "SELECT * FROM usage_file WHERE origin_id = ?", n
        ):
            usage.files[path] = SourceFile(path, digest, size, bool(loaded), bool(seen))
        self._read_codes(n, usage)
        self._paths(n, usage)
        self._other(n, usage)
        pick = "WHERE origin_id = ?"
        for _, name, version, imported in self._all(f"SELECT * FROM usage_distribution {pick}", n):
            usage.distributions[name] = Distribution(name, version, bool(imported))
        query = f"SELECT reason, count FROM usage_loss {pick}"
        usage.losses.update(dict(self._all(query, n)))
        usage.costs.update(dict(self._all(f"SELECT name, amount FROM usage_cost {pick}", n)))
        return usage

    def _exposures(self, n: int, usage: OriginUsage) -> None:
        for row in self._all("SELECT * FROM usage_exposure WHERE origin_id = ?", n):
            day, numbers, groups = row[1], row[2:-2], row[-2:]
            usage.exposures[day] = Exposure(*numbers, *(self._weights[each] for each in groups))

    def _read_codes(self, n: int, usage: OriginUsage) -> None:
        arcs: dict[int, set[tuple[int, int]]] = {}
        for code, source, target in self._all(
            "SELECT a.* FROM usage_arcs a JOIN usage_code c ON c.id = a.code_id "
            "WHERE c.origin_id = ?",
            n,
        ):
            arcs.setdefault(code, set()).add((source, target))
        for row in self._all("SELECT * FROM usage_code WHERE origin_id = ?", n):
            number, _, path, qualname, first, ordinal, digest, *lines, first_seen, last_seen = row
            key = self._codes[number] = CodeKey(path, qualname, first, ordinal)
            executable, init, invoke = map(from_numbits, lines)
            usage.codes[key] = Code(
                key,
                digest,
                executable,
                init,
                invoke,
                first_seen,
                last_seen,
                frozenset(arcs.get(number, ())),
            )

    def _paths(self, n: int, usage: OriginUsage) -> None:
        lines: dict[int, dict[CodeKey, frozenset[int]]] = {}
        for path, code, numbits in self._all(
            "SELECT l.* FROM usage_path_lines l JOIN usage_path p ON p.id = l.path "
            "WHERE p.origin_id = ?",
            n,
        ):
            lines.setdefault(path, {})[self._codes[code]] = from_numbits(numbits)
        for row in self._all("SELECT * FROM usage_path WHERE origin_id = ?", n):
            number, _, name, windows, weight, groups, duration, errors = row
            usage.paths[name] = Path(
                name,
                lines.get(number, {}),
                self._counts(windows, weight, groups),
                duration,
                errors,
            )

    def _other(self, n: int, usage: OriginUsage) -> None:
        for _, code, *counts in self._all("SELECT * FROM usage_other WHERE origin_id = ?", n):
            if code is None:
                usage.other_paths = self._counts(*counts)
            else:
                usage.other[self._codes[code]] = self._counts(*counts)

    def _counts(self, windows: int, weight: float, groups: int) -> Counts:
        weights: Weights = self._weights[groups]
        return Counts(windows, weight, weights)
