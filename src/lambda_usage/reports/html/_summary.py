"""The summary at the top of the page, in words and round numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from lambda_usage.evidence.model import (
    DeadCodeReport,
    Evidence,
    FileState,
    LambdaFunction,
)
from lambda_usage.reports._findings import dead_units, different_lines, ranges_inside
from lambda_usage.reports._lines import LETTERS, MEANINGS, counted
from lambda_usage.reports._sentences import heard, period, rule, traffic
from lambda_usage.reports._wording import count, percent
from lambda_usage.reports.html._numbering import Numbering

_ALWAYS_SHOWN = ("used", "startup", "dead", "unproven", "not_deployed")


@dataclass(frozen=True, slots=True)
class Standings:
    """How much code stands in one way."""

    state: str
    name: str
    meaning: str
    functions: int
    lines: int
    share: float
    share_words: str


@dataclass(frozen=True, slots=True)
class Summary:
    """All that the summary says."""

    headline: str
    """What the evidence supports, claiming no more."""
    support: str
    """The evidence in one sentence."""
    rule: str
    """What ``dead`` means here."""
    facts: tuple[tuple[str, str], ...]
    """What the report rests on: name and words."""
    standings: tuple[Standings, ...]
    functions: int
    lines: int
    lambda_functions: tuple[LambdaFunction, ...]
    """Busiest first."""
    busiest: int
    """Invocations of the first of them."""


def summary(report: DeadCodeReport, numbers: Numbering, lines: Mapping[str, str]) -> Summary:
    """Sum up which code is not used, and what that rests on.

    Args:
        report: Which code is not used.
        numbers: The functions with their standings.
        lines: A letter for each line of each file.
    """
    counts: Counter[str] = Counter()
    shipped = 0
    for file in report.files:
        found = counted(lines[file.file], file.state)
        counts += found
        shipped += 0 if file.state is FileState.NOT_DEPLOYED else found.total()
    seen = report.evidence
    busiest = sorted(seen.lambda_functions, key=lambda each: (-each.invocations, each.name))
    return Summary(
        headline=_headline(report, shipped),
        support=_support(report),
        rule=rule(report.thresholds),
        facts=_facts(seen),
        standings=_standings(counts, Counter(state for _, state in numbers.functions)),
        functions=len(numbers.functions),
        lines=counts.total(),
        lambda_functions=tuple(busiest),
        busiest=max((each.invocations for each in busiest), default=0),
    )


def _headline(report: DeadCodeReport, shipped: int) -> str:
    dead = different_lines([*dead_units(report), *ranges_inside(report)])
    if not _seen_anything(report.evidence):
        return "Nothing was recorded, so nothing can be said"
    if not report.files:
        return "Without source code, there is no verdict on it"
    if not shipped:
        return "No Lambda function ships any of this source"
    if not dead:
        return f"None of {count(shipped, 'line')} is dead on this evidence"
    return f"{dead:,} of {count(shipped, 'line')} {_are(dead)} dead on this evidence"


def _support(report: DeadCodeReport) -> str:
    if not _seen_anything(report.evidence):
        return "The data holds no traffic: check that the layer is attached, and that it delivers."
    if not report.files:
        return (
            "Give --source with what the Lambda functions ship, or upload it once with "
            "lambda-usage inventory. Where the traffic goes is told all the same."
        )
    return (
        f"Judged by {traffic(report.evidence)} on {count(report.evidence.days, 'day')}. "
        "Code that is needed less often, by a yearly job say, looks the same as dead code."
    )


def _seen_anything(seen: Evidence) -> bool:
    return bool(seen.invocations or seen.inits)


def _facts(seen: Evidence) -> tuple[tuple[str, str], ...]:
    names = seen.lambda_functions
    lost = []
    if seen.bundles_missing:
        lost.append(f"{seen.bundles_missing:,} more are missing")
    if seen.processes_unfinished:
        lost.append(f"{count(seen.processes_unfinished, 'process', 'processes')} unfinished")
    recorded = count(seen.windows, "invocation")
    some = 0 < seen.windows < seen.invocations
    share = f" ({percent(seen.windows / seen.invocations)}), drawn at random" if some else ""
    told = heard(seen)
    return (
        ("Traffic", f"{count(seen.invocations, 'invocation')}, all counted"),
        *((("Heard of", told),) if told else ()),
        ("Process starts", f"{seen.inits:,}"),
        ("Lambda functions", f"{len(names):,}" if len(names) != 1 else names[0].name),
        ("Period", period(seen)),
        ("Recorded in full", f"{recorded}{share}"),
        ("Bundles", "; ".join([count(seen.bundles, "bundle"), *lost])),
    )


def _standings(lines: Counter[str], functions: Counter[str]) -> tuple[Standings, ...]:
    total = lines.total()
    rows = []
    for state, (name, meaning) in MEANINGS.items():
        number = lines[LETTERS[state]]
        if state in _ALWAYS_SHOWN or number:
            share = number / total if total else 0.0
            words = percent(share)
            rows.append(Standings(state, name, meaning, functions[state], number, share, words))
    return tuple(rows)


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
