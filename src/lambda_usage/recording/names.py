"""What code objects and paths are called, in bundles and on spans."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from types import CodeType

from lambda_usage.bundle.code_key import UNKNOWN_ORDINAL, CodeKey
from lambda_usage.recording.codes import LINE_BITS, LINE_MASK, CodeEntry, CodeRegistry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Names:
    """Of what a registry holds; each name is worked out once. For one thread at a time."""

    def __init__(self, registry: CodeRegistry) -> None:
        self._registry = registry
        self.keys: dict[int, CodeKey] = {}
        """By ``id(code)``."""
        self._ranks: dict[CodeKey, int] = {}
        """Which one of its name in its file a code object is, in the order of lines."""

    def learn(self, entries: dict[int, CodeEntry]) -> None:
        """Name those of *entries* that are new."""
        new: dict[tuple[str, str, int], list[int]] = {}
        for number, entry in entries.items():
            if number not in self.keys:
                name = (entry.path, entry.code.co_qualname, entry.code.co_firstlineno)
                new.setdefault(name, []).append(number)
        for name, numbers in new.items():
            ordinals = self._ordinals(numbers)
            for number, ordinal in zip(numbers, ordinals, strict=True):
                self.keys[number] = CodeKey(*name, ordinal)
        if new:
            self._rank()

    def _rank(self) -> None:
        names: dict[tuple[str, str], set[CodeKey]] = {}
        for key in self.keys.values():
            names.setdefault((key.path, key.qualname), set()).add(key)
        self._ranks = {
            key: rank for keys in names.values() for rank, key in enumerate(sorted(keys))
        }

    def _ordinals(self, numbers: list[int]) -> list[int]:
        """Tell apart code objects of one name: by column, else by their order of compilation.

        Python 3.12 gives no column to a lambda that returns a constant. Of lambdas that were
        found alive, others on their line may be gone: which one it is, is then not known.
        """
        entries = [self._registry.entries[number] for number in numbers]
        if any(entry.alone and entry.code.co_name == "<lambda>" for entry in entries):
            return [UNKNOWN_ORDINAL] * len(entries)
        if len(entries) == 1:
            return [0]
        columns = [_column(entry.code) for entry in entries]
        if all(columns):
            ranks = {column: rank for rank, column in enumerate(sorted(set(columns)))}
            return [ranks[column] for column in columns]
        found: Counter[int] = Counter()
        ordinals = []
        for entry in entries:
            ordinals.append(found[entry.batch])
            found[entry.batch] += 1
        return ordinals

    def lines(self, hits: Iterable[int]) -> dict[CodeKey, frozenset[int]]:
        """The hits of a window, by code object."""
        found: dict[CodeKey, set[int]] = {}
        for hit in hits:
            key = self.keys.get(hit >> LINE_BITS)
            if key is not None:
                found.setdefault(key, set()).add(hit & LINE_MASK)
        return {key: frozenset(lines) for key, lines in found.items()}

    def path(self, lines: dict[CodeKey, frozenset[int]]) -> str:
        """The name of a path."""
        return path_id(lines, self._ranks)


def _column(code: CodeType) -> int:
    """Where on its first line the body begins, from 1; 0 where that is not known."""
    first = code.co_firstlineno
    found = (
        column + 1
        for line, _, column, end in code.co_positions()
        if line == first and column is not None and end
    )
    return min(found, default=0)


def path_id(lines: dict[CodeKey, frozenset[int]], ranks: dict[CodeKey, int]) -> str:
    """A name for a set of lines: 16 hexadecimal digits.

    Lines are counted from the first line of their code object, so an edit elsewhere in a file
    changes no path's name.

    Args:
        lines: By code object.
        ranks: Which of its name in its file each code object is: a property's getter and its
            setter are two.
    """
    digest = blake2b(digest_size=8)
    for key in sorted(lines):
        offsets = sorted(line - key.first_line for line in lines[key])
        digest.update(f"{key.path}:{key.qualname}:{ranks.get(key, 0)}:{offsets}\n".encode())
    return digest.hexdigest()
