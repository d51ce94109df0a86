"""Writes bundles and combined files. Needs nothing but ``sqlite3``."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import fields
from operator import attrgetter
from posixpath import join

from lambda_usage.bundle.model import (
    Bundle,
    Code,
    CodeKey,
    Counts,
    Distribution,
    Exposure,
    Origin,
    OriginUsage,
    SourceFile,
    Weights,
)
from lambda_usage.bundle.schema import (
    COVERAGE_SCHEMA,
    COVERAGE_TABLES,
    PHASES,
    TRACE_TABLE,
    TRACES,
    USAGE_TABLES,
    meta_rows,
    pack_weights,
    to_numbits,
)
from lambda_usage.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def _values(kind: type[DataclassInstance], but_last: int = 0) -> attrgetter[tuple[object, ...]]:
    # astuple copies all that it meets, which takes most of the time of writing a bundle
    names = [each.name for each in fields(kind)]
    return attrgetter(*names[: len(names) - but_last])


_of_origin = _values(Origin)
_of_exposure = _values(Exposure, but_last=2)
_of_file = _values(SourceFile)
_of_distribution = _values(Distribution)


def write_bundle(bundle: Bundle, path: str | os.PathLike[str], kind: str = "bundle") -> None:
    """Write *bundle* to the file *path*, which appears complete or not at all.

    Args:
        bundle: What to write.
        path: A file name; an existing file is replaced.
        kind: ``bundle`` for what a process wrote, ``combined`` for what a combiner did.

    Raises:
        OSError, sqlite3.Error: The file cannot be written; nothing is left behind.
    """
    part = f"{os.fspath(path)}.{os.getpid()}.part"
    try:
        _write(bundle, part, kind).close()
        os.replace(part, path)  # noqa: PTH105 - pathlib costs the function an import
    except BaseException:
        if os.path.exists(part):  # noqa: PTH110
            os.remove(part)  # noqa: PTH107
        raise


def bundle_bytes(bundle: Bundle) -> bytes:
    """The file that :func:`write_bundle` writes, without a disk.

    Raises:
        sqlite3.Error: This SQLite cannot do that (before 3.36 it has to be built for it).
    """
    connection = _write(bundle, ":memory:", "bundle")
    try:
        if not hasattr(connection, "serialize"):
            raise sqlite3.NotSupportedError("this SQLite needs a disk to write a bundle")
        return connection.serialize()
    finally:
        connection.close()


def _write(bundle: Bundle, path: str, kind: str) -> sqlite3.Connection:
    connection = sqlite3.Connection(path, isolation_level=None)  # tracers patch ``connect``
    try:
        connection.execute("PRAGMA page_size = 1024")  # each table takes a page at least
        # the file is moved into place when it is complete, so no journal is needed
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        _Writer(connection, kind).write(bundle)
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


class _Writer:
    def __init__(self, connection: sqlite3.Connection, kind: str) -> None:
        self._connection = connection
        self._weights: dict[bytes, int] = {}
        for statement in (COVERAGE_TABLES + USAGE_TABLES).split(";"):
            if statement.strip():
                connection.execute(statement)
        self._rows("usage_meta", list(meta_rows(kind, f"lambda-usage {__version__}").items()))

    def _rows(self, table: str, rows: list[tuple[object, ...]]) -> None:
        if rows:
            marks = ",".join("?" * len(rows[0]))
            self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)

    def write(self, bundle: Bundle) -> None:
        origins = {origin: number for number, origin in enumerate(bundle.origins, 1)}
        self._coverage(bundle)
        self._rows("usage_origin", [(n, *_of_origin(origin)) for origin, n in origins.items()])
        self._rows(
            "usage_bundle",
            [
                (
                    *info.id,
                    origins[info.origin],
                    info.final,
                    info.first_time,
                    info.last_time,
                    info.lists_package,
                )
                for info in bundle.bundles.values()
            ],
        )
        usages = bundle.origins.values()
        if any(path.traces for usage in usages for path in usage.paths.values()):
            self._connection.execute(TRACE_TABLE)
        for origin, usage in bundle.origins.items():
            self._origin(origins[origin], usage)

    def _coverage(self, bundle: Bundle) -> None:
        """coverage.py's tables: lines by file and phase."""
        lines: dict[tuple[str, str], set[int]] = {}
        for origin, usage in bundle.origins.items():
            for path, file in usage.files.items():
                if file.loaded:
                    lines.setdefault((_full(origin, path), "init"), set())
            for code in usage.codes.values():
                full = _full(origin, code.key.path)
                lines.setdefault((full, "init"), set()).update(code.init_lines)
                lines.setdefault((full, "invoke"), set()).update(code.invoke_lines)
        files = {path: n for n, path in enumerate(sorted({path for path, _ in lines}), 1)}
        contexts = {phase: n for n, phase in enumerate(PHASES, 1)}
        self._rows("coverage_schema", [(COVERAGE_SCHEMA,)])
        self._rows("meta", [("has_arcs", "0")])
        self._rows("file", [(n, path) for path, n in files.items()])
        self._rows("context", [(n, phase) for phase, n in contexts.items()])
        self._rows(
            "line_bits",
            [
                (files[path], contexts[phase], to_numbits(found))
                for (path, phase), found in lines.items()
                if found
            ],
        )

    def _weights_id(self, weights: Weights) -> int:
        packed = pack_weights(weights)
        number = self._weights.get(packed)
        if number is None:
            number = self._weights[packed] = len(self._weights) + 1
            self._rows("usage_weights", [(number, packed)])
        return number

    def _origin(self, n: int, usage: OriginUsage) -> None:
        self._rows(
            "usage_exposure",
            [
                (
                    n,
                    day,
                    *_of_exposure(each),
                    self._weights_id(each.invocation_groups),
                    self._weights_id(each.window_groups),
                )
                for day, each in usage.exposures.items()
            ],
        )
        self._rows("usage_file", [(n, *_of_file(each)) for each in usage.files.values()])
        distributions = usage.distributions.values()
        self._rows("usage_distribution", [(n, *_of_distribution(each)) for each in distributions])
        self._rows("usage_loss", [(n, *item) for item in usage.losses.items()])
        self._rows("usage_cost", [(n, *item) for item in usage.costs.items()])
        codes = self._codes(n, usage)
        self._paths(n, usage, codes)
        self._rows(
            "usage_other",
            [(n, codes[key], *self._counts(each)) for key, each in usage.other.items()]
            + [(n, None, *self._counts(usage.other_paths))],
        )

    def _counts(self, counts: Counts) -> tuple[int, float, int]:
        return counts.windows, counts.weight, self._weights_id(counts.groups)

    def _codes(self, n: int, usage: OriginUsage) -> dict[CodeKey, int]:
        cursor = self._connection.execute("SELECT coalesce(max(id), 0) FROM usage_code")
        start = cursor.fetchone()[0] + 1
        numbers = {key: number for number, key in enumerate(usage.codes, start)}
        self._rows(
            "usage_code", [_code_row(numbers[key], n, code) for key, code in usage.codes.items()]
        )
        self._rows(
            "usage_arcs",
            [(numbers[key], *arc) for key, code in usage.codes.items() for arc in code.arcs],
        )
        return numbers

    def _paths(self, n: int, usage: OriginUsage, codes: dict[CodeKey, int]) -> None:
        for path in usage.paths.values():
            cursor = self._connection.execute(
                "INSERT INTO usage_path VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
                (n, path.id, *self._counts(path.counts), path.duration, path.errors),
            )
            self._rows(
                "usage_path_lines",
                [
                    (cursor.lastrowid, codes[key], to_numbits(lines))
                    for key, lines in path.lines.items()
                ],
            )
            self._rows(
                TRACES,
                [(cursor.lastrowid, each[1], each[0], each[2]) for each in path.traces],
            )


def _full(origin: Origin, path: str) -> str:
    return path if path.startswith("/") or not origin.root else join(origin.root, path)


def _code_row(number: int, origin: int, code: Code) -> tuple[object, ...]:
    return (
        number,
        origin,
        *code.key,
        code.hash,
        to_numbits(code.executable),
        to_numbits(code.init_lines),
        to_numbits(code.invoke_lines),
        code.first_seen,
        code.last_seen,
    )
