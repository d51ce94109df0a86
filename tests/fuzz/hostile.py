"""Makes bundles that somebody made to do harm."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import Any

from lambda_usage.bundle.rows import TABLES
from lambda_usage.bundle.writer import write_bundle

from .bundles import Case
from .mutations import PAGE
from .sound import sound_bundle

SCRIPT = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
NAMES = (
    "", ".", "..", "../../etc/passwd", "/etc/passwd", "a/../../b.py", "C:\\x.py", "\\\\host\\x",
    "a\0b.py", "\x1b[2J\x1b]0;x\x07.py", "a\nb.py", "a\rb", "\u202egpj.py", "\ufeff",
    "\U0001f600" * 50,
    "é" * 4000, "x" * 5000, "a/" * 1500, SCRIPT, f"pkg/{SCRIPT}.py", '" onclick="alert(1)',
    "javascript:alert(1)",
    "{{7*7}}", "${jndi:x}", "=cmd|' /C calc'!A0", "'; DROP TABLE file; --", "__proto__", "<module>",
    "-->", "<!--", "]]>", "%00", "%s%n", "SF:x\nend_of_record\n", "| a | b |", "`",
    "[x](javascript:alert(1))",
    "f1", "pkg/mod0.py", "constructor", "\u2028", "\ud7ff",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, 2, 255, 2**31, -(2**31), 2**53, 2**53 + 1, 2**63 - 1, -(2**63), 999_999, 1_000_000,
    1_000_001, 253_402_300_800, 0.5, -0.0, 1e18, 1e19, 1e308, -1e308, 5e-324, 9e999, -9e999,
)  # fmt: skip
BLOBS = (
    b"", b"\0", b"\xff", b"\0" * 200_000 + b"\1", b"\xff" * 125_000, b"\xff" * 125_001,
    b"\1" * 100_000, b"\xff" * 9, b"\x40" + b"\0" * 9, b"\0" + b"\xff" * 8,
    b"\x01" + b"\xf0\x7f" * 4,
)  # fmt: skip


def _value(random: Random) -> Any:
    return random.choice([*NAMES, *NUMBERS, *BLOBS, None])


def _values(db: sqlite3.Connection, random: Random) -> None:
    """Anything in any column."""
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        table = random.choice(list(TABLES))
        column = random.choice([row[1] for row in db.execute(f"PRAGMA table_info({table})")])
        where = random.choice(("", "WHERE rowid = 1"))
        with suppress(sqlite3.IntegrityError):  # a row's own number
            db.execute(f"UPDATE {table} SET {column} = ? {where}", [_value(random)])


def _names(db: sqlite3.Connection, random: Random) -> None:
    """Names that fit each other, so that they get as far as a report."""
    name = random.choice(NAMES)
    if random.random() < 0.5:
        for table in ("usage_file", "usage_code"):
            db.execute(f"UPDATE {table} SET path = ? WHERE path = 'pkg/mod0.py'", [name])
    for table, column in _TOLD:
        if random.random() < 0.4:
            db.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = 1", [random.choice(NAMES)])


_TOLD = (
    ("usage_code", "qualname"), ("usage_code", "hash"), ("usage_origin", "function_name"),
    ("usage_origin", "alias"), ("usage_origin", "runtime"), ("usage_origin", "recorder"),
    ("usage_origin", "root"), ("usage_origin", "package"), ("usage_origin", "attach"),
    ("usage_path", "path_id"), ("usage_loss", "reason"), ("usage_cost", "name"),
    ("usage_distribution", "name"), ("usage_distribution", "version"),
    ("usage_bundle", "process_id"), ("usage_trace", "trace_id"),
)  # fmt: skip


def _lines(db: sqlite3.Connection, random: Random) -> None:
    """Lines that no file has."""
    for column in random.sample(("executable", "init_lines", "invoke_lines"), 2):
        db.execute(f"UPDATE usage_code SET {column} = ?", [random.choice(BLOBS)])
    db.execute("UPDATE usage_code SET first_line = ? WHERE id = 1", [random.choice(NUMBERS)])
    db.execute("UPDATE usage_path_lines SET numbits = ?", [random.choice(BLOBS)])
    db.execute("UPDATE usage_arcs SET tono = ?", [random.choice(NUMBERS)])


def _references(db: sqlite3.Connection, random: Random) -> None:
    """Rows of one origin that speak of another's, or of none."""
    for table, column in (
        ("usage_path_lines", "code_id"), ("usage_other", "code_id"), ("usage_code", "origin_id"),
        ("usage_path", "origin_id"), ("usage_arcs", "code_id"), ("usage_file", "origin_id"),
        ("usage_trace", "path"),
    ):  # fmt: skip
        if random.random() < 0.5:
            db.execute(f"UPDATE {table} SET {column} = ?", [random.choice((1, 2, 3, 99, -1))])


MANY = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000000)"
_OBJECTS = (
    "CREATE TRIGGER t AFTER INSERT ON usage_meta BEGIN DELETE FROM usage_meta; END",
    "CREATE VIEW v AS SELECT load_extension('x')",
    f"CREATE VIEW usage_more AS {MANY} SELECT i FROM n",
    "CREATE INDEX i ON usage_code (abs(first_line))",
    "CREATE INDEX i ON usage_code (path) WHERE length(path) > 1",
    "CREATE VIRTUAL TABLE f USING fts5 (x)",
    "CREATE VIRTUAL TABLE r USING rtree (id, a, b)",
    "CREATE TABLE g (a, b AS (randomblob(1000000000)))",
    "CREATE TABLE w (a PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE c (a CHECK (a IN (SELECT 1)))".replace("IN (SELECT 1)", "> zeroblob(9)"),
)


def _objects(db: sqlite3.Connection, random: Random) -> None:
    """Things in the schema that no bundle has."""
    with suppress(sqlite3.OperationalError):  # what this SQLite was built without
        db.execute(random.choice(_OBJECTS))


def _in_place_of_a_table(db: sqlite3.Connection, random: Random) -> None:
    """A table that is something else, and makes up its rows while it is read."""
    table, (_, checks) = random.choice(list(TABLES.items()))
    columns = ", ".join(f"c{number}" for number in range(len(checks)))
    zeros = ", ".join(["i"] * len(checks))
    blobs = ", ".join(["zeroblob(100000)"] * len(checks))
    made = random.choice((
        f"CREATE VIEW {table} ({columns}) AS {MANY} SELECT {zeros} FROM n",
        f"CREATE VIEW {table} ({columns}) AS {MANY} SELECT {blobs} FROM n",
        f"CREATE VIEW {table} AS SELECT * FROM usage_meta, usage_meta, usage_meta",
        f"CREATE TABLE {table} ({columns}, g AS (hex(zeroblob(100000000))))",
        f"CREATE TABLE {table} ({columns}, PRIMARY KEY (c0)) WITHOUT ROWID",
        f"CREATE VIRTUAL TABLE {table} USING fts5 ({columns})",
        f"CREATE TABLE {table} ({columns} COLLATE nocase)",
    ))  # fmt: skip
    db.execute(f"DROP TABLE {table}")
    with suppress(sqlite3.OperationalError):
        db.execute(made)


def _forged_schema(db: sqlite3.Connection, random: Random) -> None:
    """SQL in the schema that SQLite itself would not have written."""
    sql = random.choice((
        "CREATE TABLE usage_arcs (code_id integer, fromno integer, tono integer); DROP TABLE file",
        "CREATE TABLE usage_arcs AS SELECT 1", "SELECT 1", "", "CREATE VIEW", "(" * 3000, "\0",
        "CREATE TABLE usage_arcs (a DEFAULT (" + "1+" * 1500 + "1))", None, 7,
        "CREATE VIRTUAL TABLE usage_arcs USING json_each", "CREATE TABLE " + "x" * 200_000 + " (a)",
    ))  # fmt: skip
    db.execute("PRAGMA writable_schema = ON")
    column = random.choice(("sql", "sql", "rootpage", "type", "name"))
    value = sql if column == "sql" else random.choice((0, -1, 2, 99999, "table", "view", SCRIPT))
    table = random.choice(list(TABLES))
    db.execute(f"UPDATE sqlite_master SET {column} = ? WHERE name = ?", [value, table])


def _large_schema(db: sqlite3.Connection, random: Random) -> None:
    """Thousands of tables, which SQLite would parse before anything else."""
    db.execute("PRAGMA writable_schema = ON")
    rows = [("table", f"t{n}", f"t{n}", 2, f"CREATE TABLE t{n} (a)") for n in range(5000)]
    db.executemany("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", rows)


def _many_rows(db: sqlite3.Connection, random: Random) -> None:
    """More of one thing than any function has."""
    many = f"{MANY.replace('1000000000', '30000')} INSERT INTO"
    db.execute(random.choice((
        f"{many} usage_arcs SELECT 1, i, i FROM n",
        f"{many} usage_loss SELECT 1, 'x' || i, i FROM n",
        f"{many} usage_weights SELECT i + 1000, x'00000000000000f03f' FROM n",
        f"{many} usage_file SELECT 1, 'p' || i, '', 1, 1, 1 FROM n",
        f"{many} usage_path_lines SELECT 1, 1, CAST('a' || i AS blob) FROM n",
    )))  # fmt: skip


def _many_lines(db: sqlite3.Connection, random: Random) -> None:
    """Sets of lines that take a thousand times as much memory as file."""
    for number in range(random.choice((3, 30))):
        numbits = bytes([number + 1]) + random.choice((b"\xff", b"\1", b"\0")) * 120_000
        db.execute(
            "INSERT INTO usage_code SELECT NULL, 1, 'p', ?, 1, 0, '', ?, x'', x'', 0, 0",
            [f"f{number}", numbits],
        )


def _circles(path: Path, random: Random) -> None:
    """Pages that refer to each other, or often to the same one: rows without an end."""
    data = bytearray(path.read_bytes())
    tree = random.randrange(1, len(data) // PAGE)
    target = random.choice((tree + 1, tree, random.randrange(1, len(data) // PAGE) + 1))
    depth = random.choice((1, 3))
    pages = [tree] + [len(data) // PAGE + level for level in range(depth - 1)]
    data += bytes(PAGE * (depth - 1))
    data[28:32] = (len(data) // PAGE).to_bytes(4, "big")
    for page, child in zip(pages, [*(each + 1 for each in pages[1:]), target], strict=True):
        cells = 150
        start = PAGE - 5 * cells
        body = b"\5\0\0" + cells.to_bytes(2, "big") + start.to_bytes(2, "big") + b"\0"
        body += child.to_bytes(4, "big")
        body += b"".join((start + 5 * cell).to_bytes(2, "big") for cell in range(cells))
        cell = child.to_bytes(4, "big") + b"\1"
        data[page * PAGE : (page + 1) * PAGE] = (
            body[:PAGE].ljust(start, b"\0")[:start] + cell * cells
        )
    path.write_bytes(data)


def _header(path: Path, random: Random) -> None:
    """A file that asks for a write-ahead log, or has a journal beside it."""
    data = bytearray(path.read_bytes())
    data[18:20] = random.choice((b"\2\2", b"\3\3", b"\0\0"))
    data[16:18] = random.choice((data[16:18], b"\0\1", b"\x80\0", b"\0\0"))
    path.write_bytes(data)


Tables = Callable[[sqlite3.Connection, Random], None]
_TABLES: tuple[Tables, ...] = (
    _values, _values, _values, _names, _names, _names, _lines, _references, _objects,
    _in_place_of_a_table, _forged_schema,
)  # fmt: skip
_COSTLY: tuple[Tables, ...] = (_large_schema, _many_rows, _many_lines)
_FILES = (_circles, _header)


def cases_of_malice(folder: Path) -> Case:
    """Sound bundles that one kind of malice, or two, has been done to."""
    sound = folder / "sound"
    write_bundle(sound_bundle(2, 3, 2), sound)
    content = sound.read_bytes()

    def write(random: Random, path: Path) -> None:
        path.write_bytes(content)
        if random.random() < 0.1:
            random.choice(_FILES)(path, random)
            return
        costly = random.random() < 0.05
        chosen = [random.choice(_COSTLY if costly else _TABLES)]
        chosen += [random.choice(_TABLES)] if random.random() < 0.2 else []
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = OFF")
            db.execute("PRAGMA journal_mode = OFF")
            for each in chosen:
                with suppress(sqlite3.DatabaseError):  # two kinds can be in each other's way
                    each(db, random)

    return write
