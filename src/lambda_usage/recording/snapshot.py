"""From the registry and a tally to the bundle's model."""

from __future__ import annotations

from hashlib import blake2b
from types import CodeType

from lambda_usage.bundle.model import Code, CodeKey, Counts, OriginUsage, Path, TracedWindow
from lambda_usage.recording.codes import CodeEntry, CodeRegistry, body_lines
from lambda_usage.recording.names import Names
from lambda_usage.recording.tally import KEPT_PATHS, PathSum, Tally


class Snapshots:
    """Reads the registry again and again, working out what never changes only once."""

    def __init__(self, registry: CodeRegistry) -> None:
        self._registry = registry
        self._names = Names(registry)
        self._hashes: dict[int, str] = {}
        self._lines: dict[int, frozenset[int]] = {}

    def codes(self) -> dict[CodeKey, Code]:
        """Every code object in scope and all that is known of it."""
        found: dict[CodeKey, Code] = {}
        with self._registry.lock:  # not for longer: windows open and close under it
            entries = dict(self._registry.entries)
        self._names.learn(entries)
        unknown = self._unknown(entries)
        for number, entry in entries.items():
            key = self._names.keys[number]
            if key in unknown:
                continue
            code = self._code(number, key, entry)
            # a module that was loaded twice has two code objects under one name
            found[key] = found[key] | code if key in found else code
        return found

    def _unknown(self, entries: dict[int, CodeEntry]) -> set[CodeKey]:
        """Code that was found after init and has not run since: whether it ever did is unknown."""
        late = {self._names.keys[number] for number, entry in entries.items() if entry.late}
        if not late:
            return late
        return late - {
            self._names.keys[number] for number, entry in entries.items() if entry.first_seen
        }

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
            if number in self._names.keys:
                key = self._names.keys[number]
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

    def _path(self, hits: frozenset[int], total: PathSum, callback_cost: float | None) -> Path:
        def net(duration: float, callbacks: float) -> float:
            if callback_cost is None:
                return 0.0
            return max(duration - callbacks * callback_cost, 0.0)

        lines = self._names.lines(hits)
        return Path(
            self._names.path(lines),
            lines,
            total.counts(),
            net(total.duration, total.callbacks),
            total.errors,
            tuple(TracedWindow(when, name, net(*cost)) for when, name, *cost in total.traces),
        )


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
