"""What a window ran, in the few words that fit on a span."""

from __future__ import annotations

from lambda_usage.recording.codes import LINE_BITS
from lambda_usage.recording.names import Names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lambda_usage.recording.codes import CodeEntry, CodeRegistry

_KEPT = 256
"""Paths whose description is kept."""
_FUNCTION = 0x01  # CO_OPTIMIZED: bodies of modules and classes are not


class Executed:
    """Describes paths as bundles will name them; each is worked out once.

    Only the code of the files that a path touches is named, not all that is loaded: this is done
    while a caller waits.
    """

    def __init__(self, registry: CodeRegistry) -> None:
        self._registry = registry
        self._names = Names(registry)
        self._known: dict[frozenset[int], tuple[str, int, int]] = {}
        self._learned: dict[str, int] = {}
        """How many code objects of a file have names."""
        self._loaded = 0

    def path(self, hits: frozenset[int]) -> tuple[str, int, int]:
        """The name of a path, and how many functions and lines it holds."""
        with self._registry.lock:
            if self._loaded != len(self._registry.entries) or len(self._known) >= _KEPT:
                self._known.clear()  # other code may be of the same name, which names hang on
                self._loaded = len(self._registry.entries)
            found = self._known.get(hits)
            if found is None:
                found = self._known[hits] = self._describe(hits)
            return found

    def _describe(self, hits: frozenset[int]) -> tuple[str, int, int]:
        entries = self._registry.entries
        codes = {hit >> LINE_BITS for hit in hits}
        ran = [entries[code] for code in codes if code in entries]
        for path in {entry.path for entry in ran}:
            of_file = self._registry.by_file[path]
            if self._learned.get(path) != len(of_file):
                self._learned[path] = len(of_file)
                self._names.learn({id(entry.code): entry for entry in of_file})
        lines = self._names.lines(hits)
        distinct = {(key.path, line) for key, found in lines.items() for line in found}
        return self._names.path(lines), sum(map(_is_function, ran)), len(distinct)


def _is_function(entry: CodeEntry) -> bool:
    """Whether it is a function, a method or a lambda, as reports count them."""
    name = entry.code.co_name
    named = name == "<lambda>" or not name.startswith("<")
    return named and bool(entry.code.co_flags & _FUNCTION)
