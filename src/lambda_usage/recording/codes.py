"""The code objects in scope, and which of their lines have run.

Hits belong to code objects, never to bare lines: on one line, a ``def`` and the function that it
defines are different things. They are keyed by ``id(code)``, because equal code objects of
different files compare equal, and the registry keeps each object alive so that no id is reused.
"""

from __future__ import annotations

import threading
from collections import Counter
from types import CodeType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_COPIES = 16
"""Code objects of one name that are recorded: more come of a file that is run again and again."""

LINE_BITS = 20
"""A hit is one integer, ``id(code) << LINE_BITS | line``.

Integers are not tracked by the garbage collector: a tuple for each hit would start collections,
and with them finalizers of the user's, inside the callback.
"""
LINE_MASK = (1 << LINE_BITS) - 1

_INSTRUCTION_BYTES = 2
_GENERATOR_LIKE = 0x20 | 0x80 | 0x200  # CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR
_PROLOGUE = _INSTRUCTION_BYTES
_GENERATOR_PROLOGUE = 3 * _INSTRUCTION_BYTES  # RETURN_GENERATOR, POP_TOP, RESUME


class CodeEntry:
    """One code object and what is known of it."""

    __slots__ = (
        "alone",
        "arcs",
        "batch",
        "code",
        "first_seen",
        "init_lines",
        "invoke_lines",
        "last_seen",
        "late",
        "mask",
        "path",
    )

    def __init__(self, code: CodeType, path: str, batch: int) -> None:
        self.code = code
        self.path = path
        self.batch = batch
        """Entries of one batch are of one compiled text, in the order of their compilation."""
        self.alone = False
        """Found alive in memory, without the code that it was compiled in."""
        self.late = False
        """Found alive after init: whether it ran before is not known."""
        self.mask = 0
        """The ``sys.monitoring`` events that it is armed with."""
        self.init_lines: set[int] = set()
        self.invoke_lines: set[int] = set()
        self.arcs: set[tuple[int, int]] = set()
        self.first_seen = 0.0
        self.last_seen = 0.0

    def saw(self, lines: Iterable[int], now: float, *, init: bool) -> bool:
        """Note that *lines* ran; returns whether any of them was new in its phase."""
        seen = self.init_lines if init else self.invoke_lines
        before = len(seen)
        seen.update(lines)
        if not self.first_seen:
            self.first_seen = now
        self.last_seen = max(self.last_seen, now)
        return len(seen) > before


class CodeRegistry:
    """All code objects in scope that are loaded, by ``id``."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        """Held while entries change or are read; never taken inside a callback."""
        self.entries: dict[int, CodeEntry] = {}
        self.lines_seen = 0
        """Lines that have run at least once, as far as it was noted."""
        self._batches = 0
        self.by_file: dict[str, list[CodeEntry]] = {}
        self.body_unseen: set[str] = set()
        """Files of which something ran unseen: before recording began, or in too many copies."""
        self.closed = False
        """Nothing is recorded any more."""
        self._copies: Counter[tuple[str, str, int]] = Counter()

    def abandon(self) -> None:
        """In a forked child: record nothing, and wait for no lock that the parent held."""
        self.closed = True
        self.lock = threading.RLock()

    def add(self, code: CodeType, path: str) -> list[CodeEntry]:
        """Register *code* and all code within it; returns the entries that are new."""
        new = []
        with self.lock:
            self._batches += 1
            for each in nested_codes(code):
                if id(each) not in self.entries and self._is_one_more(each, path):
                    entry = CodeEntry(each, path, self._batches)
                    self.entries[id(each)] = entry
                    new.append(entry)
            self.by_file.setdefault(path, []).extend(new)
        return new

    def _is_one_more(self, code: CodeType, path: str) -> bool:
        """Whether to record *code*: a file that is run again and again must not fill memory."""
        name = path, code.co_qualname, code.co_firstlineno
        self._copies[name] += 1
        if self._copies[name] <= MAX_COPIES:
            return True
        self.body_unseen.add(path)
        return False

    def loaded_unseen(self, path: str) -> None:
        """Note that the module of *path* was loaded before recording began."""
        with self.lock:
            self.by_file.setdefault(path, [])
            self.body_unseen.add(path)

    def found_alive(self, code: CodeType) -> None:
        """Note that *code* was loaded before recording began: its module's body is unseen."""
        with self.lock:
            entry = self.entries.get(id(code))
            if entry is not None:
                entry.alone = True
                self.body_unseen.add(entry.path)

    def found_late(self, code: CodeType, *, loaded: bool) -> None:
        """Note that *code* was found after init; *loaded* if its module was imported in sight."""
        with self.lock:
            for each in nested_codes(code):
                if id(each) in self.entries:
                    self.entries[id(each)].late = True
            if not loaded:
                self.found_alive(code)

    def saw(self, entry: CodeEntry, lines: set[int], now: float, *, init: bool) -> bool:
        """As :meth:`CodeEntry.saw`, and counts lines that are seen for the first time."""
        if not lines <= entry.invoke_lines:
            self.lines_seen += len(lines - entry.invoke_lines - entry.init_lines)
        return entry.saw(lines, now, init=init)

    def group(self, hits: Iterable[int]) -> dict[int, set[int]]:
        """Hits as lines by ``id(code)``."""
        grouped: dict[int, set[int]] = {}
        for hit in hits:
            grouped.setdefault(hit >> LINE_BITS, set()).add(hit & LINE_MASK)
        return grouped


def nested_codes(code: CodeType) -> Iterator[CodeType]:
    """*code*, then all code objects among its constants, in source order of their definition."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from nested_codes(constant)


def is_generator_like(code: CodeType) -> bool:
    """Whether a call of *code* can be suspended and resumed."""
    return bool(code.co_flags & _GENERATOR_LIKE)


def starts_on_first_line(code: CodeType) -> bool:
    """Whether the body begins on the line of the ``def``, ``class`` or ``lambda`` itself.

    From 3.13 on such code fires no LINE event when it is entered, because RESUME already stands
    on that line (measured), so its start has to be watched for.
    """
    prologue = _GENERATOR_PROLOGUE if is_generator_like(code) else _PROLOGUE
    first = code.co_firstlineno
    return sum(end - start for start, end, line in code.co_lines() if line == first) > prologue


def body_lines(code: CodeType) -> frozenset[int]:
    """The lines that *code* can run: those of its instructions, its mere entry left out."""
    lines = {line for _, _, line in code.co_lines() if line}
    if not starts_on_first_line(code):
        lines.discard(code.co_firstlineno)
    return frozenset(lines)
