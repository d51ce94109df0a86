"""From the registry and a tally to the bundle's model."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from types import CodeType

from lambda_usage.bundle.model import UNKNOWN_ORDINAL, Code, CodeKey, Counts, OriginUsage, Path
from lambda_usage.recording.codes import LINE_BITS, LINE_MASK, CodeEntry, CodeRegistry, body_lines
from lambda_usage.recording.tally import KEPT_PATHS, PathSum, Tally


class Snapshots:
    """Reads the registry again and again, working out what never changes only once."""

    def __init__(self, registry: CodeRegistry) -> None:
        self._registry = registry
        self._keys: dict[int, CodeKey] = {}
        self._ranks: dict[CodeKey, int] = {}
        """Which one of its name in its file a code object is, in the order of lines."""
        self._hashes: dict[int, str] = {}
        self._lines: dict[int, frozenset[int]] = {}

    def codes(self) -> dict[CodeKey, Code]:
        """Every code object in scope and all that is known of it."""
        found: dict[CodeKey, Code] = {}
        with self._registry.lock:  # not for longer: windows open and close under it
            entries = dict(self._registry.entries)
        self._name_new(entries)
        unknown = self._unknown(entries)
        for number, entry in entries.items():
            key = self._keys[number]
            if key in unknown:
                continue
            code = self._code(number, key, entry)
            # a module that was loaded twice has two code objects under one name
            found[key] = found[key] | code if key in found else code
        return found

    def _unknown(self, entries: dict[int, CodeEntry]) -> set[CodeKey]:
        """Code that was found after init and has not run since: whether it ever did is unknown."""
        late = {self._keys[number] for number, entry in entries.items() if entry.late}
        if not late:
            return late
        return late - {self._keys[number] for number, entry in entries.items() if entry.first_seen}

    def fill(self, usage: OriginUsage, tally: Tally, callback_cost: float | None) -> None:
        """Put the counts of *tally* into *usage*.

        Args:
            usage: Holds the codes already.
            tally: No longer changing.
            callback_cost: Seconds for each callback, taken off durations.
        """
        tally.fold(KEPT_PATHS)
        for lines, total in tally.paths.items():
            path = self._path(lines, total, callback_cost)
            known = usage.paths.get(path.id)
            usage.paths[path.id] = known + path if known else path
        for number, sums in tally.other.items():
            if number in self._keys:
                key = self._keys[number]
                usage.other[key] = usage.other.get(key, Counts()) + sums.counts()
        usage.other_paths = tally.other_paths.counts()

    def _code(self, number: int, key: CodeKey, entry: CodeEntry) -> Code:
        if number not in self._hashes:
            self._hashes[number] = code_hash(entry.code)
            self._lines[number] = body_lines(entry.code)
        return Code(
            key,
            self._hashes[number],
            self._lines[number],
            frozenset(entry.init_lines),
            frozenset(entry.invoke_lines),
            entry.first_seen,
            entry.last_seen,
            frozenset(entry.arcs),
        )

    def _name_new(self, entries: dict[int, CodeEntry]) -> None:
        new: dict[tuple[str, str, int], list[int]] = {}
        for number, entry in entries.items():
            if number not in self._keys:
                name = (entry.path, entry.code.co_qualname, entry.code.co_firstlineno)
                new.setdefault(name, []).append(number)
        for name, numbers in new.items():
            ordinals = self._ordinals(numbers)
            for number, ordinal in zip(numbers, ordinals, strict=True):
                self._keys[number] = CodeKey(*name, ordinal)
        if new:
            self._rank()

    def _rank(self) -> None:
        names: dict[tuple[str, str], set[CodeKey]] = {}
        for key in self._keys.values():
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

    def _path(self, hits: frozenset[int], total: PathSum, callback_cost: float | None) -> Path:
        lines: dict[CodeKey, set[int]] = {}
        for hit in hits:
            key = self._keys.get(hit >> LINE_BITS)
            if key is not None:
                lines.setdefault(key, set()).add(hit & LINE_MASK)
        net = 0.0
        if callback_cost is not None:
            net = max(total.duration - total.callbacks * callback_cost, 0.0)
        frozen = {key: frozenset(found) for key, found in lines.items()}
        name = path_id(frozen, self._ranks)
        return Path(name, frozen, total.counts(), net, total.errors)


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


def code_hash(code: CodeType) -> str:
    """Hash of what *code* does: its byte code and constants, without any position."""
    digest = blake2b(digest_size=8)
    _feed(digest, code)
    return digest.hexdigest()


def _without_numbers(byte_code: bytes) -> bytes:
    """The operations, but for those that load constants: how depends on the number's size."""
    from opcode import opmap

    loads = {opmap.get("LOAD_CONST"), opmap.get("LOAD_SMALL_INT")}
    return bytes(each for each in byte_code[::2] if each not in loads)


def _feed(digest: blake2b, code: CodeType) -> None:
    # from 3.13 on a class body holds its own line number, among the constants or in the byte code
    placed = "__firstlineno__" in code.co_names
    digest.update(_without_numbers(code.co_code) if placed else code.co_code)
    digest.update(code.co_exceptiontable)
    counts = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags
    names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
    digest.update(repr((counts, names)).encode())
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            _feed(digest, constant)
        elif placed and constant == code.co_firstlineno:
            continue
        elif isinstance(constant, frozenset) or (placed and isinstance(constant, tuple)):
            # the order of a set, or of __static_attributes__, differs from process to process
            digest.update(repr(sorted(map(repr, constant))).encode())
        else:
            digest.update(repr(constant).encode())
