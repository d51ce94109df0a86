"""An inventory as a file: uploaded where the source is, joined where it is not.

JSON, packed by gzip. Field names are those of :mod:`lambda_usage.evidence.scopes`; ``units`` is a
list, in order. The same tree gives the same bytes, and the file is named after them: no clock, no
machine and no path of the disk is in it. Source text is in it only where that was asked for.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from lambda_usage.evidence.inventory_bounds import MAX_UNPACKED, fault
from lambda_usage.evidence.scopes import Inventory, KeepPattern, SourceProblem, SourceUnit
from lambda_usage.recording.package import content_hash

_Form = TypeVar("_Form")

INVENTORY_SCHEMA = 1
"""Number of the file's form. Raise it with every field that a reader must not overlook."""

_NAMED_BY_HASH = re.compile(r"([0-9a-f]{32})\.json\.gz")


class InventoryFileError(Exception):
    """A file that is no inventory, or that this version cannot read; one line."""


@dataclass(frozen=True, slots=True)
class InventoryFile:
    """An inventory, ready to be stored."""

    content: bytes
    hash: str
    """BLAKE2b-128 of the content before packing, in hexadecimal: its name in a store."""


@dataclass(frozen=True, slots=True)
class _Content:
    """An :class:`Inventory` without its directory."""

    schema: int
    units: tuple[SourceUnit, ...]
    problems: tuple[SourceProblem, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    keep_patterns: tuple[KeepPattern, ...] = ()
    keep_problems: tuple[SourceProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Schema:
    schema: int


@dataclass(frozen=True, slots=True)
class _UnitHash:
    path: str
    hash: str


@dataclass(frozen=True, slots=True)
class _Hashes:
    units: tuple[_UnitHash, ...]


def pack(inventory: Inventory, *, with_source: bool = False) -> InventoryFile:
    """Make a file of an inventory.

    Args:
        inventory: The source tree.
        with_source: Whether the source text goes with it.
    """
    content = _Content(
        INVENTORY_SCHEMA,
        tuple(inventory.units.values()),
        inventory.problems,
        _texts(inventory) if with_source else {},
        inventory.keep_patterns,
        inventory.keep_problems,
    )
    plain = msgspec.json.encode(content, order="deterministic")
    return InventoryFile(gzip.compress(plain, mtime=0), content_hash(plain))


def unpack(content: bytes, name: str) -> Inventory:
    """The inventory in a file.

    Args:
        content: As :func:`pack` made it.
        name: Its name or address. One that is named by a hash must have that hash.

    Raises:
        InventoryFileError: It is damaged, something else, or of a newer form.
    """
    found = _decoded(content, name, _Content)
    if wrong := fault(found.units):
        raise InventoryFileError(f"{name} is no inventory of a source tree: it says {wrong}")
    return Inventory(
        root=None,
        units={unit.path: unit for unit in found.units},
        problems=found.problems,
        texts=found.texts,
        keep_patterns=found.keep_patterns,
        keep_problems=found.keep_problems,
    )


def unpack_hashes(content: bytes, name: str) -> Mapping[str, str]:
    """The hash of each source file in a file, by path; takes a tenth of the time of all of it.

    Raises:
        InventoryFileError: As of :func:`unpack`.
    """
    return {unit.path: unit.hash for unit in _decoded(content, name, _Hashes).units}


def _texts(inventory: Inventory) -> dict[str, str]:
    texts = {path: inventory.text(path) for path in inventory.units}
    return {path: text for path, text in texts.items() if text is not None}


def _unpacked(content: bytes) -> bytes:
    with gzip.open(io.BytesIO(content)) as file:
        plain = file.read(MAX_UNPACKED + 1)
    if len(plain) > MAX_UNPACKED:
        raise ValueError(f"it unpacks to more than {MAX_UNPACKED:,} bytes")
    return plain


def _decoded(content: bytes, name: str, form: type[_Form]) -> _Form:
    try:
        plain = _unpacked(content)
        if (named := _NAMED_BY_HASH.fullmatch(name.rpartition("/")[2])) and (
            named[1] != content_hash(plain)
        ):
            raise ValueError("its content is not what its name says")
        schema = msgspec.json.decode(plain, type=_Schema).schema
        if schema <= INVENTORY_SCHEMA:
            return msgspec.json.decode(plain, type=form)
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        words = " ".join(str(error).split()) or type(error).__name__
        raise InventoryFileError(
            f"{name} is no inventory, or is damaged ({words}): upload it again"
        ) from error
    raise InventoryFileError(
        f"{name} was made by a newer lambda-usage (its schema is {schema}, this one reads up to "
        f"{INVENTORY_SCHEMA}): upgrade lambda-usage"
    )
