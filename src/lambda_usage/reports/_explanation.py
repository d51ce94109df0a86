"""A verdict in words, for an engineer who wonders whether to delete the code.

Plain data: forms lay it out, each in its way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from lambda_usage.evidence.model import (
    DeadCodeReport,
    FileEvidence,
    FunctionEvidence,
    HotPathsReport,
    RangeKind,
    StatementEvidence,
    Verdict,
)
from lambda_usage.evidence.shipped import Shipped
from lambda_usage.reports import _explanation_words as words
from lambda_usage.reports._bearing import bears
from lambda_usage.reports._explanation_paths import missed
from lambda_usage.reports._explanation_wants import wants
from lambda_usage.reports._findings import MODULE
from lambda_usage.reports._paths import Meant
from lambda_usage.reports._places import Place, place_name
from lambda_usage.reports._sentences import plain_name, rule, use
from lambda_usage.reports._wording import count, line_range, named

MAX_NAMES = 5

_ALIVE = (Verdict.USED, Verdict.STARTUP)


@dataclass(frozen=True, slots=True)
class Entry:
    """A few sentences, and what they are about."""

    words: str
    label: str = ""
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What belongs under one heading."""

    heading: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is known of one piece of code."""

    name: str
    """Qualified name, or ``module body``."""
    file: str
    first: int
    last: int
    verdict: Verdict
    parts: tuple[Part, ...]
    """None without entries."""


def explain(
    report: DeadCodeReport,
    place: Place,
    hot_paths: HotPathsReport | None = None,
    shipped: Sequence[Shipped] = (),
) -> Explanation:
    """Say in words what the evidence says of one piece of code, and why.

    Args:
        report: The verdicts.
        place: The piece of code.
        hot_paths: Where the traffic goes, of the same data.
        shipped: Which Lambda functions ship its file, and in which version.
    """
    asked = _Asked(report, place, hot_paths, shipped)
    parts = (
        Part(f"Line {place.line}", tuple(asked.line())),
        Part("May I delete it?", tuple(asked.may_delete())),
        Part("What would I miss?", tuple(asked.paths())),
        Part("What is known of it?", tuple(asked.evidence())),
        Part("In each Lambda function", tuple(asked.lambda_functions())),
        Part("What would make it dead?", tuple(map(Entry, wants(report, place.function, shipped)))),
        Part("Lines of it that never ran", tuple(asked.lines())),
        Part("Functions and classes in it", tuple(asked.members())),
        Part("Suppressions", tuple(asked.suppressions())),
        Part("What the data cannot show here", tuple(asked.blind_spots())),
    )
    function = place.function
    return Explanation(
        plain_name(function.name),
        function.file,
        function.line,
        max(function.line, function.last_line),
        function.verdict,
        tuple(each for each in parts if each.entries),
    )


class _Asked:
    """What was asked about, and the answers."""

    def __init__(
        self,
        report: DeadCodeReport,
        place: Place,
        hot_paths: HotPathsReport | None,
        shipped: Sequence[Shipped],
    ) -> None:
        self._report = report
        self._place = place
        self._function = place.function
        self._hot_paths = hot_paths
        self._shipped = {each.lambda_function: each for each in shipped}
        self._inside = [each for each in report.functions if self._is_inside(each)]

    def _is_inside(self, other: FunctionEvidence) -> bool:
        this = self._function
        if other.file != this.file or other is this:
            return False
        named = this.name == MODULE or other.name.startswith(f"{this.name}.")
        return named and this.line <= other.line <= max(this.last_line, this.line)

    @property
    def _file(self) -> FileEvidence | None:
        return next((f for f in self._report.files if f.file == self._function.file), None)

    def line(self) -> Iterator[Entry]:
        """What is known of the line that was asked about."""
        line, file = self._place.line, self._file
        if line is None or file is None:
            return
        found = [each for each in file.statements if each.first <= line <= each.last]
        if not found:
            yield Entry(
                "It has no code of its own: it is empty, a comment or part of a text, or "
                "coverage.py's settings exclude it."
            )
            return
        statement = min(found, key=lambda each: (each.last - each.first, each.first))
        keep = next((r.keep for r in file.dead_lines if r.keep and r.first <= line <= r.last), None)
        bodies = {each.name for each in self._report.functions if _is_body(each, file.file)}
        told = words.statement(statement, on_loading=statement.function in bodies)
        yield Entry(
            f"{told} {words.keep(keep) if keep else ''}".rstrip(),
            _lines(statement.first, statement.last),
            _shown(statement.verdict, statement.kind),
        )

    def may_delete(self) -> Iterator[Entry]:
        """The answer that most people come for."""
        keep = self._function.keep
        kept = bool(keep and not keep.expired)
        if keep and kept:
            yield Entry(f"No: it {_lowered(words.keep(keep))}")
        yield from map(Entry, words.verdict(self._report, self._function, kept=kept))
        yield from self._may_delete_inside(kept)

    def _may_delete_inside(self, kept: bool) -> Iterator[Entry]:
        dead = [plain_name(each.name) for each in self._inside if each.verdict is Verdict.DEAD]
        alive = [each for each in self._inside if each.verdict is not Verdict.DEAD]
        if not self._inside:
            return
        if not alive:
            number = len(self._inside)
            yield Entry(f"All that is in it is dead as well: {count(number, 'function')}.")
        else:
            yield Entry(
                f"Not dead in it: {named([plain_name(each.name) for each in alive], MAX_NAMES)} "
                f"({len(alive):,} of {len(self._inside):,})."
            )
            if dead:
                yield Entry(f"Dead in it: {named(dead, MAX_NAMES)} ({len(dead):,}).")
        wanted = [each.name for each in self._inside if each.keep and not each.keep.expired]
        if wanted and not kept:
            yield Entry(f"Kept on purpose in it: {named(wanted, MAX_NAMES)}.")

    def paths(self) -> Iterator[Entry]:
        """The traffic that runs it."""
        if self._hot_paths is not None:
            meant = Meant(self._report.functions)
            told = missed(self._function, self._inside, meant, self._hot_paths)
            yield from (Entry(*each) for each in told)

    def evidence(self) -> Iterator[Entry]:
        """Times, frequency or bound, and the rule."""
        this = self._function
        yield Entry(words.seen(this.verdict in _ALIVE, this.first_seen, this.last_seen))
        if this.first_seen:
            yield Entry("Outside windows, at most the first run in each process is noticed.")
        if this.verdict is Verdict.USED and this.unit == "invocations":
            yield Entry(words.overall_frequency(this))
        if bounded := words.overall_bound(this):
            yield Entry(bounded)
        yield Entry(f"Dead would mean: {rule(self._report.thresholds)}.")
        if this.unit == "inits":
            yield Entry("It runs when its module is loaded, so process starts count instead.")

    def lambda_functions(self) -> Iterator[Entry]:
        """The verdict of each."""
        for each in self._function.lambda_functions:
            sentences = [
                words.ships(self._shipped.get(each.lambda_function)),
                *words.alone(each, self._function.unit, self._report.thresholds),
            ]
            yield Entry(" ".join(filter(None, sentences)), each.lambda_function, each.verdict)

    def lines(self) -> Iterator[Entry]:
        """Lines that never ran: proven, then unproven."""
        for each in self._function.dead_lines:
            label = _lines(each.first, each.last)
            yield Entry(words.lines(each.kind, each.keep), label, _shown(Verdict.DEAD, each.kind))
        if self._function.verdict in _ALIVE and self._file:
            for first, last in _unproven(self._file.statements, self._function):
                yield Entry(
                    "Never noticed to run, on too thin evidence to call it dead.",
                    _lines(first, last),
                    Verdict.UNPROVEN,
                )

    def members(self) -> Iterator[Entry]:
        """What is in it, each with its verdict; of a file, all."""
        if not self._inside:
            return
        numbers = Counter(each.verdict for each in self._inside)
        if not self._place.whole_file:
            named = [f"{number:,} {verdict.value}" for verdict, number in numbers.most_common()]
            yield Entry(f"{', '.join(named).replace('_', ' ')}.")
        for each in sorted(self._inside, key=lambda one: one.line):
            told = use(each) if each.verdict in _ALIVE else ""
            yield Entry(told or each.reason, f"{each.line} {each.name}", each.verdict)

    def suppressions(self) -> Iterator[Entry]:
        """What keeps it, or something in it."""
        this = self._function
        within = {place_name(each) for each in self._inside}
        own = {this.keep, *(each.keep for each in this.dead_lines)}
        for each in self._report.keeps:
            if each.keep in own:
                yield Entry(words.keep(each.keep), each.keep.place)
            elif not within.isdisjoint(each.functions):
                yield Entry(f"Something in it: {_lowered(words.keep(each.keep))}", each.keep.place)

    def blind_spots(self) -> Iterator[Entry]:
        """Those that bear on it."""
        yield from (Entry(s.message) for s in self._report.blind_spots if bears(s, self._function))


def _unproven(
    statements: Sequence[StatementEvidence], function: FunctionEvidence
) -> Iterator[tuple[int, int]]:
    """Consecutive statements of a function that never ran and are not proven to be dead."""
    own = [
        each
        for each in statements
        if each.function == function.name and function.line <= each.first <= function.last_line
    ]
    for is_unproven, group in groupby(own, key=lambda each: each.verdict is Verdict.UNPROVEN):
        if is_unproven:
            members = list(group)
            yield members[0].first, max(each.last for each in members)


def _is_body(function: FunctionEvidence, file: str) -> bool:
    return function.file == file and function.unit == "inits"


def _shown(verdict: Verdict, kind: RangeKind) -> Verdict | None:
    """Silent stubs and error handling are not called dead."""
    return None if verdict is Verdict.DEAD and kind is not RangeKind.CODE else verdict


def _lines(first: int, last: int) -> str:
    return f"{'line' if first == last else 'lines'} {line_range(first, last)}"


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
