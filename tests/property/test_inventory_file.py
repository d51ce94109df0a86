"""Whatever is known of a source tree, its file says the same."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import is_dataclass, replace
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_usage.bundle.model import CodeKey
from lambda_usage.evidence.inventory_bounds import MAX_LINES, fault
from lambda_usage.evidence.inventory_file import (
    InventoryFileError,
    pack,
    unpack,
    unpack_hashes,
)
from lambda_usage.evidence.scopes import Inventory, Scope, SourceUnit

LINES = st.integers(1, MAX_LINES)
ORDINALS = st.integers(-(2**53), 2**53)
"""As wide as what JSON readers promise to keep."""


def made(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a type, with every field of a dataclass drawn, those with defaults too."""
    if kind is int:
        return LINES
    if is_dataclass(kind) or kind is CodeKey:
        hints = get_type_hints(kind)
        drawn = {name: made(hint) for name, hint in hints.items()}
        if kind is CodeKey:
            drawn["ordinal"] = ORDINALS
        return st.builds(kind, **drawn)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is tuple and inner[-1] is not ...:
        return st.tuples(*map(made, inner))
    if origin is tuple:
        return st.lists(made(inner[0]), max_size=3).map(tuple)
    if origin is frozenset:
        return st.frozensets(made(inner[0]), max_size=5)
    if origin is Mapping:
        return st.dictionaries(*map(made, inner), max_size=3)
    if origin is not None and type(None) in inner:
        return st.one_of(*(st.none() if each is type(None) else made(each) for each in inner))
    return st.from_type(kind)


def in_order(unit: SourceUnit) -> SourceUnit:
    """The same, with nothing that ends before it begins."""
    return replace(
        unit,
        scopes=tuple(map(_scope_in_order, unit.scopes)),
        keeps=tuple(_span_in_order(each) for each in unit.keeps),
    )


def _scope_in_order(scope: Scope) -> Scope:
    first, line, last = sorted((scope.key.first_line, scope.line, scope.last_line))
    return replace(
        scope,
        key=scope.key._replace(first_line=first),
        line=line,
        last_line=last,
        statements=tuple(_span_in_order(each) for each in scope.statements),
    )


def _span_in_order(found: Any) -> Any:
    return replace(found, first=min(found.first, found.last), last=max(found.first, found.last))


SOUND = made(SourceUnit).map(in_order).filter(lambda unit: not fault([unit]))
UNITS = st.lists(SOUND, max_size=3, unique_by=lambda unit: unit.path)


@st.composite
def inventories(draw: st.DrawFn) -> Inventory:
    """Uploaded ones; every field that is not named here is drawn by its type."""
    units = {unit.path: unit for unit in draw(UNITS)}
    paths = st.sampled_from(sorted(units)) if units else st.nothing()
    drawn = {name: made(hint) for name, hint in get_type_hints(Inventory).items()}
    drawn["root"] = st.none()
    drawn["units"] = st.just(units)
    drawn["texts"] = st.dictionaries(paths, st.text())
    return draw(st.builds(Inventory, **drawn))


@given(inventories())
def test_an_inventory_comes_back_as_it_was(inventory: Inventory) -> None:
    found = unpack(pack(inventory, with_source=True).content, "it")
    assert found == inventory
    assert list(found.units) == list(inventory.units)


@given(inventories())
def test_without_being_asked_to_no_source_text_goes_along(inventory: Inventory) -> None:
    assert unpack(pack(inventory).content, "it") == replace(inventory, texts={})


@given(inventories())
def test_the_same_inventory_is_the_same_file(inventory: Inventory) -> None:
    again = unpack(pack(inventory, with_source=True).content, "it")
    assert pack(again, with_source=True) == pack(inventory, with_source=True)


@given(inventories(), inventories())
def test_different_inventories_have_different_names(one: Inventory, other: Inventory) -> None:
    one, other = replace(one, texts={}), replace(other, texts={})
    same = one == other and list(one.units) == list(other.units)
    assert (pack(one).hash == pack(other).hash) == same


@given(inventories())
def test_hashes_can_be_had_alone(inventory: Inventory) -> None:
    hashes = {path: unit.hash for path, unit in inventory.units.items()}
    assert unpack_hashes(pack(inventory).content, "it") == hashes


@given(inventories(), st.data())
def test_a_damaged_file_is_refused_and_never_misread(
    inventory: Inventory, data: st.DataObject
) -> None:
    content = pack(inventory).content
    # of gzip's header, a reader heeds the magic number, the method and some flags only
    place = data.draw(st.integers(10, len(content) - 1))
    damaged = bytearray(content)
    damaged[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(InventoryFileError, match="it is no inventory, or is damaged"):
        unpack(bytes(damaged), "it")


@given(st.binary())
def test_what_is_no_inventory_is_refused(content: bytes) -> None:
    for junk in (content, gzip.compress(content)):
        with pytest.raises(InventoryFileError) as error:
            unpack(junk, "it")
        assert "\n" not in str(error.value)
