"""Suppressions, put to the verdicts.

Verdicts stay what the evidence supports; what somebody wants to keep is only marked. A suppression
holds through its last day. After that its code is reported like all other, and so is the
suppression.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import pairwise

from lambda_usage.evidence._keep_patterns import (
    NAME,
    matches_file,
    matches_name,
    names_functions,
    why_nothing,
)
from lambda_usage.evidence.model import (
    BlindSpot,
    DeadRange,
    FileEvidence,
    FunctionEvidence,
    Keep,
    KeepEvidence,
    KeepState,
    Verdict,
)
from lambda_usage.evidence.scopes import (
    Inventory,
    KeepPattern,
    KeepSpan,
    ScopeKind,
    SourceUnit,
)

_IN_USE = (Verdict.USED, Verdict.STARTUP)
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Suppression:
    keep: Keep
    spans: dict[str, list[tuple[int, int]]]
    """Inclusive lines, by path."""
    pattern: KeepPattern | None = None
    around: tuple[tuple[int, int], ...] = ()
    """Of a comment: the headers that its lines stand under."""


class Keeps:
    """The suppressions of a source tree, as they are on one day."""

    def __init__(self, inventory: Inventory, today: date) -> None:
        """Find what each keeps.

        Args:
            inventory: The source.
            today: The day (UTC) for which to tell what has expired.
        """
        self._inventory = inventory
        self._day = today.isoformat()
        self._all = [*self._comments(), *map(self._of_pattern, inventory.keep_patterns)]
        self._by_path: dict[str, list[_Held]] = defaultdict(list)
        for each in self._all:
            for path, spans in each.spans.items():
                held = [_Held(first, last, each.keep) for first, last in spans]
                if not each.keep.expired:
                    held += [_Held(*rows, each.keep, is_around=True) for rows in each.around]
                self._by_path[path] += held
        self._code_rows: dict[str, frozenset[int]] = {}

    def of(self, path: str, first: int, last: int) -> Keep | None:
        """What keeps all of some lines: of several, what is narrowest and has not expired."""
        covering = [each for each in self._by_path.get(path, ()) if each.covers(first, last)]
        best = min(covering, key=_Held.rank, default=None)
        return best.keep if best else None

    def inside(self, path: str, first: int, last: int) -> tuple[Keep, ...]:
        """What holds for a part of some lines, in order of place."""
        found = [
            each.keep
            for each in self._by_path.get(path, ())
            if each.touches(first, last) and not each.covers(first, last) and not each.keep.expired
        ]
        return tuple(dict.fromkeys(found))

    def blind_spots(self) -> Iterator[BlindSpot]:
        """Patterns that mean no code at all, each with what may have been meant."""
        names = {
            path: [scope.key.qualname for scope in unit.scopes]
            for path, unit in self._inventory.units.items()
        }
        wrong = [
            f"{each.keep.place} ({why_nothing(each.pattern, names)})"
            for each in self._all
            if each.pattern and not each.spans and not each.keep.expired
        ]
        if wrong:
            more = [f"{len(wrong) - _SHOWN:,} more"] if len(wrong) > _SHOWN else []
            yield BlindSpot(
                "keep_matches_nothing",
                f"Suppressions that match nothing: {', '.join([*wrong[:_SHOWN], *more])}. "
                "What they were to keep may be called dead.",
            )

    def split(self, path: str, ranges: Iterable[DeadRange]) -> tuple[DeadRange, ...]:
        """Cut ranges where what keeps them begins or ends, and mark the pieces."""
        held = self._by_path.get(path)
        if not held:
            return tuple(ranges)
        return tuple(piece for each in ranges for piece in self._pieces(path, each, held))

    def evidence(
        self, functions: Sequence[FunctionEvidence], files: Sequence[FileEvidence]
    ) -> tuple[KeepEvidence, ...]:
        """Tell what became of each suppression, in order of place.

        Args:
            functions: All verdicts, with ``last_line``.
            files: The files that are reported on; comments in others are left out.
        """
        by_file: dict[str, _Judged] = {each.file: _Judged(each) for each in files}
        for function in functions:
            if function.file in by_file:
                by_file[function.file].functions.append(function)
        return tuple(
            self._became(each, by_file)
            for each in self._all
            if each.pattern or each.spans.keys() & by_file.keys()
        )

    def _comments(self) -> Iterator[_Suppression]:
        for path, unit in sorted(self._inventory.units.items()):
            for each in sorted(unit.keeps, key=lambda keep: keep.line):
                keep = self._keep(f"{path}:{each.line}", each)
                yield _Suppression(keep, {path: [(each.first, each.last)]}, None, each.around)

    def _of_pattern(self, each: KeepPattern) -> _Suppression:
        spans = {
            path: found
            for path, unit in self._inventory.units.items()
            if matches_file(each, path) and (found := _matching(each, unit))
        }
        return _Suppression(self._keep(f"{NAME}: {each.pattern}", each), spans, each)

    def _keep(self, place: str, each: KeepSpan | KeepPattern) -> Keep:
        expired = each.until is not None and each.until < self._day
        return Keep(place, each.reason, each.until, expired)

    def _pieces(self, path: str, whole: DeadRange, held: list[_Held]) -> Iterator[DeadRange]:
        starts = {whole.first}
        for each in held:
            starts |= {n for n in (each.first, each.last + 1) if whole.first < n <= whole.last}
        borders = [*sorted(starts), whole.last + 1]
        if len(borders) == 2:
            yield replace(whole, keep=self.of(path, whole.first, whole.last))
            return
        found: list[DeadRange] = []
        joined = False
        for first, after in pairwise(borders):
            rows = [row for row in range(first, after) if row in self._code(path)]
            if not rows:
                # what has no code can be kept all the same: a `global` statement, say
                joined = joined and self.of(path, first, after - 1) is None
                continue
            keep = self.of(path, rows[0], rows[-1])
            joined, before = True, joined
            if before and found[-1].keep == keep:
                found[-1] = replace(found[-1], last=rows[-1])
            else:
                found.append(replace(whole, first=rows[0], last=rows[-1], keep=keep))
        yield from found

    def _code(self, path: str) -> frozenset[int]:
        """Rows of a file on which a statement stands."""
        if path not in self._code_rows:
            statements = (
                s for scope in self._inventory.units[path].scopes for s in scope.statements
            )
            rows = (row for each in statements for row in range(each.first, each.last + 1))
            self._code_rows[path] = frozenset(rows)
        return self._code_rows[path]

    def _became(self, each: _Suppression, by_file: dict[str, _Judged]) -> KeepEvidence:
        found = [
            (by_file[path], first, last)
            for path, spans in each.spans.items()
            if path in by_file
            for first, last in spans
        ]
        if each.keep.expired:
            state = KeepState.EXPIRED
        elif not each.spans:
            state = KeepState.MATCHES_NOTHING
        else:
            needed = any(judged.needs(first, last) for judged, first, last in found)
            state = KeepState.HOLDS if needed else KeepState.NEEDLESS
        names = [name for judged, first, last in found for name in judged.kept(first, last)]
        return KeepEvidence(each.keep, state, tuple(dict.fromkeys(names)))


@dataclass(frozen=True, slots=True)
class _Held:
    first: int
    last: int
    keep: Keep
    is_around: bool = False
    """Only a header that what is kept stands under."""

    def rank(self) -> tuple[bool, bool, int]:
        return self.keep.expired, self.is_around, self.last - self.first

    def covers(self, first: int, last: int) -> bool:
        return self.first <= first and last <= self.last

    def touches(self, first: int, last: int) -> bool:
        return self.first <= last and first <= self.last


@dataclass
class _Judged:
    """A file and the verdicts on what is in it."""

    file: FileEvidence
    functions: list[FunctionEvidence] = field(default_factory=list)

    @cached_property
    def in_order(self) -> list[FunctionEvidence]:
        return sorted(self.functions, key=lambda each: (each.line, -each.last_line))

    def needs(self, first: int, last: int) -> bool:
        """Whether anything in some lines is not known to be used."""
        return (
            any(each.verdict not in _IN_USE for each in self._kept(first, last))
            or any(each.first <= last and first <= each.last for each in self.file.dead_lines)
            or any(
                each.verdict not in _IN_USE and first <= each.first and each.last <= last
                for each in self.file.statements
            )
        )

    def kept(self, first: int, last: int) -> list[str]:
        """Names of what lies in some lines, or of the function that they are a part of."""
        return [f"{each.file}:{each.name}" for each in self._kept(first, last)]

    def _kept(self, first: int, last: int) -> list[FunctionEvidence]:
        found = [f for f in self.in_order if first <= f.line and _last(f) <= last]
        if found:
            return found
        around = [f for f in self.in_order if f.line <= first and last <= _last(f)]
        return sorted(around, key=lambda each: _last(each) - each.line)[:1]


def _last(function: FunctionEvidence) -> int:
    return max(function.line, function.last_line)


def _matching(pattern: KeepPattern, unit: SourceUnit) -> list[tuple[int, int]]:
    """The lines of a file that a pattern means, without those within others of them."""
    if not names_functions(pattern):
        return [(1, max((each.last_line for each in unit.scopes), default=1))]
    found: list[tuple[int, int]] = []
    for scope in unit.scopes:
        first = 1 if scope.kind is ScopeKind.MODULE else scope.key.first_line
        inside = any(a <= first and scope.last_line <= b for a, b in found)
        if not inside and matches_name(pattern, scope.key.qualname):
            found.append((first, scope.last_line))
    return found
