"""Reads bundles and combined files. Needs nothing but ``sqlite3``.

A file may come from anywhere: it is opened read-only, neither its schema nor its values are
trusted, and whatever is wrong with it comes out as a :class:`BundleError` that says so.
"""

from __future__ import annotations

import os
import sqlite3
from collections import defaultdict
from os import PathLike

from lambda_usage.bundle.model import (
    SCHEMA,
    TOO_LARGE,
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
    TracedWindow,
    Weights,
)
from lambda_usage.bundle.rows import MOST_ROWS, Rows
from lambda_usage.bundle.schema import TRACE_TABLE, TRACES, USAGE_TABLES, unpack_weights
from lambda_usage.bundle.traces import latest
from lambda_usage.bundle.untrusted import check_tables, opened

MAX_BYTES = 32 * 2**20
"""Of a bundle: its process keeps no more than half of that."""
_MEMORY = 80 * 2**20
"""Bytes that what a bundle holds may take, roughly."""
_MEMORY_A_BYTE = 200
"""Of a combined file, for each of its bytes: whoever names one made it."""
_META, *_STATEMENTS = [each.strip() for each in USAGE_TABLES.split(";") if each.strip()]
_TABLES = {each.split()[2]: each for each in [*_STATEMENTS, TRACE_TABLE]}


def read_bundle(path: str | PathLike[str]) -> Bundle:
    """The contents of the file *path*.

    Raises:
        BundleError: It is no bundle, is damaged, is larger than a bundle can be, or is of a newer
            schema.
        OSError: It cannot be opened.
    """
    with opened(path) as connection:
        combined = _checked_kind(connection) == "combined"
        tables = check_tables(connection, _TABLES, may_miss=(TRACES,))
        size = os.stat(path).st_size  # noqa: PTH116 - light imports here
        if size > MAX_BYTES and not combined:
            raise BundleError(f"{size:,} bytes, and no bundle has over {MAX_BYTES:,}: {TOO_LARGE}")
        memory = _MEMORY + (_MEMORY_A_BYTE * size if combined else 0)
        rows = Rows(connection, memory, {} if combined else MOST_ROWS)
        return _Reader(rows, traces=TRACES in tables).read()


def bundle_kind(path: str | PathLike[str]) -> str:
    """``bundle`` for what a process wrote, ``combined`` for what a combiner did.

    Raises:
        BundleError: As :func:`read_bundle`.
        OSError: It cannot be opened.
    """
    with opened(path) as connection:
        return _checked_kind(connection)


def _checked_kind(connection: sqlite3.Connection) -> str:
    query = "SELECT count(*) FROM sqlite_master WHERE name = 'usage_meta'"
    if not connection.execute(query).fetchone()[0]:
        raise BundleError("a SQLite file, but no lambda-usage bundle")
    check_tables(connection, {"usage_meta": _META})
    rows = connection.execute("SELECT key, value FROM usage_meta").fetchmany(16)
    meta = {str(key): str(value)[:40] for key, value in rows}
    if int(meta["schema"]) > SCHEMA:
        raise BundleError(
            f"written with bundle schema {meta['schema']}, newer than {SCHEMA}: "
            "upgrade lambda-usage here"
        )
    return meta["kind"]


class _Reader:
    """Takes each table once, and deals its rows out to their origins."""

    def __init__(self, rows: Rows, *, traces: bool) -> None:
        self._rows = rows
        self._has_traces = traces
        self._weights: dict[int, Weights] = {
            number: unpack_weights(packed) for number, packed in rows.of("usage_weights")
        }
        self._origins: dict[int, Origin] = {
            number: Origin(*values) for number, *values in rows.of("usage_origin")
        }
        self._usages = {number: OriginUsage() for number in self._origins}
        self._codes: dict[tuple[int, int], CodeKey] = {}
        """By origin and number."""

    def read(self) -> Bundle:
        self._shipped()
        self._read_codes()
        self._paths()
        self._sums()
        bundle = Bundle()
        for row in self._rows.of("usage_bundle"):
            process, sequence, number, final, first, last, lists = row
            name = BundleId(process, sequence)
            bundle.bundles[name] = BundleInfo(
                name, self._origins[number], final, first, last, lists
            )
        bundle.origins = {self._origins[n]: usage for n, usage in sorted(self._usages.items())}
        return bundle

    def _shipped(self) -> None:
        for n, path, digest, size, loaded, seen in self._rows.of("usage_file"):
            self._usages[n].files[path] = SourceFile(path, digest, size, loaded, seen)
        for n, name, version, imported in self._rows.of("usage_distribution"):
            self._usages[n].distributions[name] = Distribution(name, version, imported)

    def _read_codes(self) -> None:
        arcs: defaultdict[int, set[tuple[int, int]]] = defaultdict(set)
        for code, source, target in self._rows.of("usage_arcs"):
            arcs[code].add((source, target))
        lines = self._rows.lines
        for row in self._rows.of("usage_code"):
            number, n, path, qualname, first, ordinal, digest, *sets, first_seen, last_seen = row
            key = self._codes[n, number] = CodeKey(path, qualname, first, ordinal)
            executable, init, invoke = map(lines, sets)
            taken = frozenset(arcs.get(number, ()))
            self._usages[n].codes[key] = Code(
                key, digest, executable, init, invoke, first_seen, last_seen, taken
            )

    def _paths(self) -> None:
        lines: defaultdict[int, dict[int, frozenset[int]]] = defaultdict(dict)
        for path, code, numbits in self._rows.of("usage_path_lines"):
            lines[path][code] = self._rows.lines(numbits)
        traces = self._traces()
        for row in self._rows.of("usage_path"):
            number, n, name, windows, weight, groups, duration, errors = row
            counts = self._counts(windows, weight, groups)
            ran = {self._codes[n, code]: found for code, found in lines.get(number, {}).items()}
            seen = latest(traces.get(number, ()))
            self._usages[n].paths[name] = Path(name, ran, counts, duration, errors, seen)

    def _traces(self) -> dict[int, list[TracedWindow]]:
        """By path."""
        found: defaultdict[int, list[TracedWindow]] = defaultdict(list)
        for path, trace_id, when, duration in self._rows.of(TRACES) if self._has_traces else ():
            found[path].append(TracedWindow(when, trace_id, duration))
        return found

    def _sums(self) -> None:
        for n, day, *values in self._rows.of("usage_exposure"):
            values[-2:] = (self._weights[each] for each in values[-2:])
            self._usages[n].exposures[day] = Exposure(*values)
        for n, code, *counts in self._rows.of("usage_other"):
            if code is None:
                self._usages[n].other_paths = self._counts(*counts)
            else:
                self._usages[n].other[self._codes[n, code]] = self._counts(*counts)
        for n, reason, number in self._rows.of("usage_loss"):
            self._usages[n].losses[reason] = number
        for n, name, spent in self._rows.of("usage_cost"):
            self._usages[n].costs[name] = spent

    def _counts(self, windows: int, weight: float, groups: int) -> Counts:
        return Counts(windows, weight, self._weights[groups])
