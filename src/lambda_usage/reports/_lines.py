"""What became of each line of a file, as one letter a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lambda_usage.evidence.model import (
    DeadCodeReport,
    FileEvidence,
    FileState,
    FunctionEvidence,
    RangeKind,
    StatementEvidence,
    Verdict,
)
from lambda_usage.reports._findings import (
    Standing,
    dead_units,
    kept_units,
    ranges_apart,
    ranges_inside,
    standings,
)

NOTHING = "."
DEAD = "d"
KEPT = "k"
LETTERS = {
    "used": "u",
    "startup": "s",
    "dead": DEAD,
    "error-handling": "e",
    "stub": "t",
    "unproven": "p",
    "kept": KEPT,
    "not_deployed": "n",
}
"""One letter for each way in which code can stand: its verdict, with some silence set apart."""
MEANINGS = {
    "used": ("Used", "ran in invocations; module and class bodies: ran when loaded"),
    "startup": ("Startup", "ran only while a process started"),
    "dead": ("Dead", "never ran, and the evidence is enough to say so"),
    "error-handling": ("Error handling", "never ran; that nothing failed does not make it dead"),
    "stub": ("Stub", "never ran, nor was it meant to: abstract, or not written yet"),
    "unproven": ("Unproven", "never seen to run, but the evidence is too thin"),
    "kept": ("Kept", "never ran, and is kept on purpose"),
    "not_deployed": ("Not deployed", "in the source, in no deployment package"),
}
"""The same ways: the name of each, and what it means."""

_NEVER_RAN = frozenset("detk")
_OF_KIND = {
    RangeKind.CODE: DEAD,
    RangeKind.ERROR_HANDLING: "e",
    RangeKind.STUB: "t",
}

Span = tuple[int, int, str]
"""First line, last line, and the letter of all lines between."""


@dataclass
class _File:
    functions: list[FunctionEvidence] = field(default_factory=list)
    standings: dict[str, Standing] = field(default_factory=dict)
    """By qualified name."""
    found: list[Span] = field(default_factory=list)
    """What the findings say, which outdoes what statements say."""


def letters(report: DeadCodeReport) -> dict[str, str]:
    """One letter for each line of each file: those of :data:`LETTERS`, or :data:`NOTHING`.

    A line is dead exactly where a dead-code report in any form names it, blank lines within
    included, so that counts agree.
    """
    files = {each.file: _File() for each in report.files}
    for function, standing in standings(report):
        file = files.setdefault(function.file, _File())
        file.functions.append(function)
        file.standings.setdefault(function.name, standing)
    for inside in (*ranges_apart(report), *ranges_inside(report)):
        span = inside.range.first, inside.range.last, _OF_KIND[inside.range.kind]
        files[inside.function.file].found.append(span)
    for dead in dead_units(report):
        files[dead.file].found.append((dead.first, dead.last, DEAD))
    for kept in kept_units(report):
        files[kept.file].found.append((kept.first, kept.last, KEPT))
    return {each.file: _lines(each, files[each.file]) for each in report.files}


def state_of(function: FunctionEvidence, standing: Standing) -> str:
    """How a function stands: a key of :data:`LETTERS`."""
    if standing is not Standing.APART:
        return standing.value
    stub = any(each.kind is RangeKind.STUB for each in function.dead_lines)
    return "stub" if stub else "error-handling"


def counted(lines: str, state: FileState) -> Counter[str]:
    """How many lines there are of each letter.

    Comments and blank lines count as the code above them, but never as dead: what is dead is only
    what was found to be.
    """
    current = next((each for each in lines if _spreads(each)), NOTHING)
    if state is FileState.NOT_DEPLOYED:
        current = LETTERS["not_deployed"]
    counts: Counter[str] = Counter()
    for letter in lines:
        current = letter if _spreads(letter) else current
        counts[current if letter == NOTHING else letter] += 1
    return counts


def dead_share(report: DeadCodeReport) -> float | None:
    """Dead lines as a share of those that any Lambda function ships; ``None`` where none does."""
    painted = letters(report)
    dead = shipped = 0
    for file in report.files:
        if file.state is not FileState.NOT_DEPLOYED:
            here = counted(painted[file.file], file.state)
            dead, shipped = dead + here[DEAD], shipped + here.total()
    return dead / shipped if shipped else None


def _lines(file: FileEvidence, seen: _File) -> str:
    spans = _of_statements(file.statements, seen.standings)
    spans = [*(spans or _of_functions(seen)), *seen.found]
    # the file's length is known but for reports made elsewhere: nothing lies beyond it
    length = file.lines or max((last for _, last, _ in spans), default=0)
    painted = [NOTHING] * length
    for first, last, letter in spans:
        last = min(last, length)
        painted[first - 1 : last] = letter * (last - first + 1)
    return "".join(painted)


def _of_statements(
    statements: Sequence[StatementEvidence], standing: Mapping[str, Standing]
) -> list[Span]:
    # What begins later lies inside, and shows.
    ordered = sorted(statements, key=lambda each: (each.first, -each.last))
    return [(s.first, s.last, _letter(s, standing.get(s.function))) for s in ordered]


def _of_functions(seen: _File) -> list[Span]:
    """Where no statements are known, such as for files that were judged elsewhere."""
    return [
        (each.line, max(each.line, each.last_line), LETTERS[state_of(each, standing)])
        for each in seen.functions
        for standing in [seen.standings[each.name]]
        # What is dead is painted as far as the findings name it.
        if standing is not Standing.DEAD
    ]


def _letter(statement: StatementEvidence, standing: Standing | None) -> str:
    silent = statement.verdict in (Verdict.DEAD, Verdict.UNPROVEN)
    if silent and standing is Standing.KEPT:
        return KEPT
    if statement.verdict is not Verdict.DEAD:
        return LETTERS[statement.verdict]
    # Dead ordinary code is what the findings name; the rest of it is not proven.
    unnamed = statement.kind is RangeKind.CODE
    return LETTERS["unproven"] if unnamed else _OF_KIND[statement.kind]


def _spreads(letter: str) -> bool:
    return letter != NOTHING and letter not in _NEVER_RAN
