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
    Keep,
    RangeKind,
    StatementEvidence,
    Verdict,
)
from lambda_usage.evidence.shipped import Shipped
from lambda_usage.reports import _explanation_words as words
from lambda_usage.reports._bearing import bears
from lambda_usage.reports._explanation_paths import missed
from lambda_usage.reports._explanation_wants import wants
from lambda_usage.reports._findings import Standing, Wanted, alone, holds
from lambda_usage.reports._may_delete import Answers
from lambda_usage.reports._paths import Meant
from lambda_usage.reports._places import Place, place_name
from lambda_usage.reports._sentences import plain_name, rule, use
from lambda_usage.reports._wording import line_range

_ALIVE = (Verdict.USED, Verdict.STARTUP)


@dataclass(frozen=True, slots=True)
class Entry:
    """A few sentences, and what they are about."""

    words: str
    label: str = ""
    standing: Standing | None = None


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
    standing: Standing
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
        asked.standing,
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
        self._answers = Answers(report)
        self._inside = self._answers.inside(place.function)
        self.standing = self._answers.standing(place.function)
        self._wanted = place.function in Wanted(report)

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
            _shown(statement.verdict, statement.kind, keep),
        )

    def may_delete(self) -> Iterator[Entry]:
        """The answer that most people come for."""
        yield from map(Entry, self._answers.may_delete(self._function))

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
            shown = alone(each.verdict, self.standing, wanted=self._wanted)
            yield Entry(" ".join(filter(None, sentences)), each.lambda_function, shown)

    def lines(self) -> Iterator[Entry]:
        """Lines that never ran: proven, then unproven."""
        for each in self._function.dead_lines:
            label = _lines(each.first, each.last)
            keep = self._function.keep if holds(self._function.keep) else each.keep
            shown = _shown(Verdict.DEAD, each.kind, keep)
            yield Entry(words.lines(each.kind, each.keep), label, shown)
        if self._function.verdict in _ALIVE and self._file:
            for first, last in _unproven(self._file.statements, self._function):
                yield Entry(
                    "Never noticed to run, on too thin evidence to call it dead.",
                    _lines(first, last),
                    Standing.UNPROVEN,
                )

    def members(self) -> Iterator[Entry]:
        """What is in it, each with its verdict; of a file, all."""
        if not self._inside:
            return
        stands = {id(each): self._answers.standing(each) for each in self._inside}
        numbers = Counter(stands.values())
        if not self._place.whole_file:
            named = [f"{number:,} {standing.value}" for standing, number in numbers.most_common()]
            yield Entry(f"{', '.join(named).replace('_', ' ')}.")
        for each in self._inside:
            told = use(each) if each.verdict in _ALIVE else ""
            yield Entry(told or each.reason, f"{each.line} {each.name}", stands[id(each)])

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


def _shown(verdict: Verdict, kind: RangeKind, keep: Keep | None) -> Standing | None:
    """Silent stubs and error handling are not called dead, nor is what is to be kept."""
    if verdict in _ALIVE or verdict is Verdict.NOT_DEPLOYED:
        return Standing(verdict.value)
    if holds(keep):
        return Standing.KEPT
    apart = verdict is Verdict.DEAD and kind is not RangeKind.CODE
    return None if apart else Standing(verdict.value)


def _lines(first: int, last: int) -> str:
    return f"{'line' if first == last else 'lines'} {line_range(first, last)}"


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
