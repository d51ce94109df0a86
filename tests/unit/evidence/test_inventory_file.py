"""What the file of an inventory is, and what is refused as one."""

from __future__ import annotations

import gzip
import json
from dataclasses import fields
from pathlib import Path

import pytest
from evidence_world import World

from lambda_usage.bundle.model import CodeKey
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.inventory_file import (
    INVENTORY_SCHEMA,
    InventoryFileError,
    pack,
    unpack,
    unpack_hashes,
)
from lambda_usage.evidence.scopes import (
    Inventory,
    KeepPattern,
    KeepSpan,
    Scope,
    ScopeKind,
    SourceProblem,
    SourceUnit,
    Statement,
)

SECRET = "a text that must not leave"
SOURCE = f'def f():\n    return "{SECRET}"\n'


def packed(**content: object) -> bytes:
    return gzip.compress(json.dumps(content).encode())


def test_the_fields_are_those_of_schema_1() -> None:
    """Whoever changes them raises INVENTORY_SCHEMA, unless older readers may overlook them."""
    assert INVENTORY_SCHEMA == 1
    kinds = (Inventory, SourceUnit, Scope, Statement, KeepSpan, KeepPattern, SourceProblem)
    assert {kind.__name__: " ".join(each.name for each in fields(kind)) for kind in kinds} == {
        "Inventory": "root units problems texts keep_patterns keep_problems",
        "SourceUnit": "path hash scopes excluded vendored keeps",
        "Scope": "key kind line last_line statements stub failure in_function conditional "
        "full_name inlined_name",
        "Statement": "first last kind",
        "KeepSpan": "first last line reason until around",
        "KeepPattern": "pattern reason until base",
        "SourceProblem": "path reason",
    }
    assert CodeKey._fields == ("path", "qualname", "first_line", "ordinal")


def test_a_file_of_schema_1_reads_as_ever() -> None:
    scope = {
        "key": ["app.py", "f", 1, 0], "kind": "function", "line": 1, "last_line": 2,
        "statements": [{"first": 2, "last": 2, "kind": "error-handling"}], "stub": False,
        "failure": True, "in_function": False, "conditional": False,
        "full_name": ["f", 0], "inlined_name": ["f", 0],
    }  # fmt: skip
    unit = {"path": "app.py", "hash": "ab", "scopes": [scope], "excluded": [5]}
    found = unpack(packed(schema=1, units=[unit], problems=[]), "it")
    (read,) = found.units.values()
    assert (read.path, read.hash, read.excluded) == ("app.py", "ab", frozenset({5}))
    assert read.scopes[0].key == CodeKey("app.py", "f", 1)
    assert read.scopes[0].kind is ScopeKind.FUNCTION
    assert read.scopes[0].failure


def test_source_text_goes_along_only_where_it_is_asked_for(world: World) -> None:
    world.source(SOURCE)
    inventory = read_inventory(world.root)
    without, with_source = pack(inventory), pack(inventory, with_source=True)
    assert SECRET.encode() not in gzip.decompress(without.content)
    assert unpack(without.content, "it").text("app.py") is None
    assert unpack(with_source.content, "it").text("app.py") == SOURCE
    assert without.hash != with_source.hash


def test_neither_the_place_nor_the_time_is_in_the_file(world: World, tmp_path: Path) -> None:
    world.source(SOURCE, "pkg/mod.py")
    (world.root / ".coveragerc").write_text("[report]\nexclude_lines = (\n")
    one = pack(read_inventory(world.root), with_source=True)
    moved = tmp_path / "elsewhere" / "source"
    moved.parent.mkdir()
    world.root.rename(moved)
    assert pack(read_inventory(moved), with_source=True) == one
    assert one.content[4:8] == bytes(4)  # gzip's time
    assert str(tmp_path).encode() not in gzip.decompress(one.content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no inventory, or is damaged"),
        (b"SQLite format 3\0", "is no inventory, or is damaged"),
        (pack(Inventory(None, {})).content[:-9], "is no inventory, or is damaged"),
        (gzip.compress(b"not JSON"), "is no inventory, or is damaged"),
        (gzip.compress(b"\xff\xfe"), "is no inventory, or is damaged"),
        (gzip.compress(b"[" * 100_000), "is no inventory, or is damaged"),
        (packed(), "missing required field `schema`"),
        (packed(schema="1"), "Expected `int`"),
        (packed(schema=1), "missing required field `units`"),
        (packed(schema=1, units=[{"path": "a"}]), "missing required field `hash`"),
        (packed(schema=1, units=[{"path": "a", "hash": 1}]), "Expected `str`"),
        (packed(schema=2, something="else"), "made by a newer lambda-usage"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(content: bytes, words: str) -> None:
    for read in (unpack, unpack_hashes):
        with pytest.raises(InventoryFileError) as error:
            read(content, "shop/aa.json.gz")
        assert str(error.value).startswith("shop/aa.json.gz ")
        assert words in str(error.value)
        assert "\n" not in str(error.value)


def test_a_newer_form_says_what_to_do() -> None:
    with pytest.raises(InventoryFileError, match=r"schema is 7, this one reads up to 1\): upgrade"):
        unpack(packed(schema=7), "it")
