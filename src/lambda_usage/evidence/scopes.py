"""What a source tree holds: the plain data of the inventory.

A *scope* is what becomes one code object in every supported Python: a module's body, a class's
body, a function or a lambda. Comprehensions are code objects in some versions and not in others,
so they count as part of the scope that they stand in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.util import decode_source
from pathlib import Path

from lambda_usage.bundle.model import CodeKey
from lambda_usage.evidence.model import RangeKind
from lambda_usage.recording.package import content_hash

MODULE = "<module>"


class ScopeKind(StrEnum):
    """What kind of code a scope is."""

    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, or the header of a compound one, as inclusive line numbers."""

    first: int
    last: int
    kind: RangeKind = RangeKind.CODE


@dataclass(frozen=True, slots=True)
class Scope:
    """A module body, a class body, a function or a lambda."""

    key: CodeKey
    """As Python 3.14 would name it, but without the names of comprehensions."""
    kind: ScopeKind
    line: int
    """Of the ``def``, ``class`` or ``lambda`` itself; ``key.first_line`` is a decorator's."""
    last_line: int
    statements: tuple[Statement, ...]
    stub: bool = False
    """Abstract, or not written yet: never meant to run."""
    failure: bool = False
    """Runs only when something fails: it raises, or belongs to an exception class."""
    in_function: bool = False
    """Stands, at whatever depth, in a function."""
    conditional: bool = False
    """Stands under an ``if``, a loop, or the like."""
    full_name: tuple[str, int] = ("", 0)
    """Name and ordinal where every comprehension is a code object (3.11)."""
    inlined_name: tuple[str, int] = ("", 0)
    """Name and ordinal where only generator expressions are (3.12 and later)."""

    @property
    def finalizer(self) -> bool:
        """Whether it runs when an object dies."""
        return self.key.qualname.endswith(".__del__")

    @property
    def per_init(self) -> bool:
        """Whether it runs when its module is loaded, rather than when it is called."""
        return self.kind is ScopeKind.MODULE or (
            self.kind is ScopeKind.CLASS and not self.in_function
        )


@dataclass(frozen=True, slots=True)
class KeepSpan:
    """Lines that a ``# lambda-usage: keep`` comment keeps, inclusive."""

    first: int
    last: int
    line: int
    """Of the comment."""
    reason: str = ""
    until: str | None = None
    """Last day on which it holds, ``YYYY-MM-DD`` in UTC; ``None`` for ever."""
    around: tuple[tuple[int, int], ...] = ()
    """Inclusive lines of the headers that they stand under, innermost first: who deletes one of
    those deletes these."""


@dataclass(frozen=True, slots=True)
class KeepPattern:
    """An entry of ``[[tool.lambda-usage.keep]]`` in ``pyproject.toml``."""

    pattern: str
    """``FILE``, ``FOLDER`` or ``FILE:NAME`` with shell-style wildcards; paths as in the inventory,
    or as seen from where ``pyproject.toml`` lies."""
    reason: str = ""
    until: str | None = None
    """As of :class:`KeepSpan`."""
    base: str = ""
    """The source directory as seen from where ``pyproject.toml`` lies, such as ``src``; empty
    where that is not above it."""


@dataclass(frozen=True, slots=True)
class SourceUnit:
    """One source file."""

    path: str
    """Relative to the source directory, with ``/``."""
    hash: str
    """BLAKE2b-128 of the bytes, in hexadecimal, as in a bundle."""
    scopes: tuple[Scope, ...]
    """In source order, without those that coverage.py's settings exclude."""
    excluded: frozenset[int] = frozenset()
    """Lines that coverage.py's settings exclude."""
    vendored: bool = False
    """Belongs to a distribution that was installed beside the source."""
    keeps: tuple[KeepSpan, ...] = ()
    """What comments in it keep, in order of the comments."""


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """A file that could not be read, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """A source tree: a directory at hand, or one that was read elsewhere."""

    root: Path | None
    """The directory; ``None`` where the inventory was uploaded."""
    units: Mapping[str, SourceUnit]
    """By path, sorted."""
    problems: tuple[SourceProblem, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    """Source text by path, where it was uploaded with the inventory."""
    keep_patterns: tuple[KeepPattern, ...] = ()
    keep_problems: tuple[SourceProblem, ...] = ()
    """Mistakes in suppressions, which hold nevertheless; paths as in ``app/jobs.py:12``."""

    def text(self, path: str) -> str | None:
        """The source of a file, or ``None`` where it is not at hand or has changed since."""
        if self.root is None:
            return self.texts.get(path)
        unit = self.units.get(path)
        if unit is None:
            return None  # what only the data names may lie anywhere: it is not even opened
        try:
            content = (self.root / path).read_bytes()
            return decode_source(content) if content_hash(content) == unit.hash else None
        except (OSError, SyntaxError, UnicodeDecodeError):
            return None
