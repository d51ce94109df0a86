"""What the file of an inventory is, and what is refused as one."""

from __future__ import annotations

import gzip
import json
from dataclasses import fields, replace
from pathlib import Path

import pytest
from evidence_world import World

from lambda_usage.bundle.model import CodeKey
from lambda_usage.evidence import inventory_file
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
    return gzip.compress(json.dumps(content).encode(), mtime=0)


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


def test_no_file_is_opened_but_those_of_the_tree(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.source(SOURCE)
    inventory = read_inventory(world.root)
    opened: list[Path] = []
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: opened.append(path) or read(path))
    outside = world.root.parent / "secret.py"
    outside.write_text(SECRET)
    for path in ("../secret.py", str(outside), "app.py/../../secret.py"):
        assert inventory.text(path) is None
    assert inventory.text("app.py") == SOURCE
    assert opened == [world.root / "app.py"]


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
        (gzip.compress(b"not JSON", mtime=0), "is no inventory, or is damaged"),
        (gzip.compress(b"\xff\xfe", mtime=0), "is no inventory, or is damaged"),
        (gzip.compress(b"[" * 100_000, mtime=0), "is no inventory, or is damaged"),
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


def test_no_more_is_unpacked_than_an_inventory_can_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory_file, "MAX_UNPACKED", 10_000)
    bomb = gzip.compress(b" " * 20_000_000)
    for read in (unpack, unpack_hashes):
        with pytest.raises(InventoryFileError, match="unpacks to more than 10,000 bytes"):
            read(bomb, "it")


def test_a_file_is_what_its_name_says(world: World) -> None:
    world.source(SOURCE)
    file = pack(read_inventory(world.root))
    name = f"s3://bucket/coverage/inventory/shop/{file.hash}.json.gz"
    assert unpack(file.content, name).units
    assert unpack_hashes(file.content, name)
    other = pack(Inventory(None, {}))
    for read in (unpack, unpack_hashes):
        with pytest.raises(InventoryFileError, match="its content is not what its name says"):
            read(other.content, name)
    assert unpack(other.content, "kept/under-another-name.json.gz").units == {}


def unit_of(path: str = "app.py", first: int = 1, last: int = 2, scope_last: int = 3) -> SourceUnit:
    key = CodeKey(path, "f", 1)
    statements = (Statement(first, last),)
    return SourceUnit(path, "ab", (Scope(key, ScopeKind.FUNCTION, 1, scope_last, statements),))


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        (unit_of(first=0), "that 'app.py' has lines 0 to 2"),
        (unit_of(first=3), "that 'app.py' has lines 3 to 2"),
        (unit_of(last=2 * 10**8), "that 'app.py' has 200,000,000 lines"),
        (unit_of(scope_last=2**31), "that 'app.py' has 2,147,483,648 lines"),
        (unit_of(scope_last=-1), "that 'app.py' has lines 1 to -1"),
        (replace(unit_of(), excluded=frozenset({2**62})), "lines, and no file has over 1,000,000"),
        (replace(unit_of(), keeps=(KeepSpan(1, 2**40, 1),)), "lines, and no file has over"),
        (unit_of("../app.py"), "that '../app.py' is a path in a source tree"),
        (unit_of("/etc/passwd"), "that '/etc/passwd' is a path in a source tree"),
        (unit_of(""), "that '' is a path in a source tree"),
    ],
)
def test_what_no_source_tree_can_have_is_refused(unit: SourceUnit, words: str) -> None:
    content = pack(Inventory(None, {unit.path: unit})).content
    with pytest.raises(InventoryFileError, match="it is no inventory of a source tree: ") as error:
        unpack(content, "it")
    assert words in str(error.value)


def test_many_long_files_are_no_tree_either() -> None:
    units = (unit_of(f"{number}.py", scope_last=900_000) for number in range(6))
    content = pack(Inventory(None, {unit.path: unit for unit in units})).content
    with pytest.raises(InventoryFileError, match="that there are 5,400,000 lines"):
        unpack(content, "it")


def test_a_newer_form_says_what_to_do() -> None:
    with pytest.raises(InventoryFileError, match=r"schema is 7, this one reads up to 1\): upgrade"):
        unpack(packed(schema=7), "it")
