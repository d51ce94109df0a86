"""The tables of a bundle file, and how their values are written.

coverage.py's own tables come first (its schema 7): it opens the file as one of its own, with the
phases as contexts. Ours stand beside them with the prefix ``usage_``. A combined file has the
same tables, with more rows.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from lambda_usage.bundle.groups import GROUPS
from lambda_usage.bundle.model import SCHEMA, Weights
from lambda_usage.bundle.values import weight as checked_weight

COVERAGE_SCHEMA = 7
"""The version of coverage.py's data file that we write (coverage/sqldata.py)."""

COVERAGE_TABLES = """
CREATE TABLE coverage_schema (version integer);
CREATE TABLE meta (key text, value text, unique (key));
CREATE TABLE file (id integer primary key, path text, unique (path));
CREATE TABLE context (id integer primary key, context text, unique (context));
CREATE TABLE line_bits (
    file_id integer, context_id integer, numbits blob,
    foreign key (file_id) references file (id),
    foreign key (context_id) references context (id),
    unique (file_id, context_id)
);
CREATE TABLE arc (
    file_id integer, context_id integer, fromno integer, tono integer,
    foreign key (file_id) references file (id),
    foreign key (context_id) references context (id),
    unique (file_id, context_id, fromno, tono)
);
CREATE TABLE tracer (file_id integer primary key, tracer text);
"""

USAGE_TABLES = """
CREATE TABLE usage_meta (key text, value text);
CREATE TABLE usage_origin (
    id integer primary key, function_name text, alias text, version text, region text,
    runtime text, architecture text, memory_mb integer, initialization_type text,
    recorder text, attach text, package text, root text
);
CREATE TABLE usage_bundle (
    process_id text, sequence integer, origin_id integer, final integer,
    first_time real, last_time real, lists_package integer
);
CREATE TABLE usage_weights (id integer primary key, weights blob);
CREATE TABLE usage_exposure (
    origin_id integer, day text, inits integer, invocations integer, unsampled integer,
    windows integer, weight real, weight_squared real, weight_max real, windows_voided integer,
    windows_blind integer, weight_blind real,
    invocation_groups integer, window_groups integer
);
CREATE TABLE usage_file (
    origin_id integer, path text, hash text, size integer, loaded integer, body_seen integer
);
CREATE TABLE usage_code (
    id integer primary key, origin_id integer, path text, qualname text, first_line integer,
    ordinal integer, hash text, executable blob, init_lines blob, invoke_lines blob,
    first_seen real, last_seen real
);
CREATE TABLE usage_arcs (code_id integer, fromno integer, tono integer);
CREATE TABLE usage_path (
    id integer primary key, origin_id integer, path_id text, windows integer, weight real,
    groups_id integer, duration real, errors real
);
CREATE TABLE usage_path_lines (path integer, code_id integer, numbits blob);
CREATE TABLE usage_other (
    origin_id integer, code_id integer, windows integer, weight real, groups_id integer
);
CREATE TABLE usage_distribution (
    origin_id integer, name text, version text, imported integer
);
CREATE TABLE usage_loss (
    origin_id integer, reason text, count integer
);
CREATE TABLE usage_cost (
    origin_id integer, name text, amount real
);
"""

TRACES = "usage_trace"
TRACE_TABLE = """
CREATE TABLE usage_trace (path integer, trace_id text, time real, duration real)
"""
"""Only in a file that names traces: a reader that is older than this table overlooks it, and one
that knows it does not miss it."""

PHASES = ("init", "invoke")


def meta_rows(kind: str, writer: str) -> dict[str, str]:
    """What ``usage_meta`` says of the file itself."""
    return {"schema": str(SCHEMA), "kind": kind, "writer": writer}


def to_numbits(lines: Iterable[int]) -> bytes:
    """Line numbers as coverage.py's bit set: bit ``n % 8`` of byte ``n // 8``."""
    found = list(lines)
    if not found:
        return b""
    bits = bytearray(max(found) // 8 + 1)
    for line in found:
        bits[line // 8] |= 1 << line % 8
    return bytes(bits)


def from_numbits(numbits: bytes) -> frozenset[int]:
    """The line numbers of a bit set."""
    bits = f"{int.from_bytes(numbits, 'little'):b}"[::-1]
    lines = []
    line = bits.find("1")
    while line >= 0:
        lines.append(line)
        line = bits.find("1", line + 1)
    return frozenset(lines)


def pack_weights(weights: Weights) -> bytes:
    """The groups that are not 0: one byte for the group, eight for its weight."""
    return b"".join(
        struct.pack("<Bd", group, weight) for group, weight in enumerate(weights) if weight
    )


def unpack_weights(packed: bytes) -> Weights:
    """The inverse of :func:`pack_weights`.

    Raises:
        ValueError: The bytes are of no weight vector.
    """
    weights = [0.0] * GROUPS
    try:
        for group, weight in struct.iter_unpack("<Bd", packed):
            weights[group] = checked_weight(weight)
    except (struct.error, IndexError) as error:
        raise ValueError(f"weights cannot be read: {error}") from None
    return tuple(weights)
