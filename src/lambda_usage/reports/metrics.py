"""A dead-code report as numbers for a dashboard: a few gauges, by verdict and Lambda function.

Verdicts come twice, and neither adds up to the other: all Lambda functions together say whether
code may go, and each alone says what its own package could do without.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lambda_usage.evidence.model import (
    DeadCodeReport,
    Evidence,
    FileState,
    LambdaFunction,
    Verdict,
)
from lambda_usage.reports._findings import Wanted, alone, standings
from lambda_usage.reports._lines import LETTERS, MEANINGS, counted, dead_share, letters, state_of
from lambda_usage.telemetry.definitions import GAUGE, Attribute, Metric

FUNCTION_NAME = "faas.name"
ALIAS = "lambda_usage.alias"
"""Only where the Lambda function is known by one."""

VERDICT = Attribute(
    "lambda_usage.verdict", tuple((state, meaning) for state, (_, meaning) in MEANINGS.items())
)
CONFLICT = Attribute(
    "lambda_usage.conflict",
    (
        (FileState.DIFFERS.value, "no Lambda function ships this version of the file"),
        (FileState.ELSEWHERE.value, "the file is shipped under another path"),
    ),
)

FUNCTIONS = Metric(
    "lambda_usage.report.functions",
    GAUGE,
    "{function}",
    "Functions, class and module bodies, by what all Lambda functions together say of them.",
    VERDICT,
)
LINES = Metric(
    "lambda_usage.report.lines",
    GAUGE,
    "{line}",
    "Lines of source, by what all Lambda functions together say of them.",
    VERDICT,
)
DEAD_SHARE = Metric(
    "lambda_usage.report.dead.share",
    GAUGE,
    "1",
    "Dead lines, as a share of the lines that any Lambda function ships.",
)
SHIPPED = Metric(
    "lambda_usage.report.shipped.functions",
    GAUGE,
    "{function}",
    "Functions, class and module bodies that one Lambda function ships, by what it alone says.",
    VERDICT,
)
EXPOSURE = Metric(
    "lambda_usage.report.exposure",
    GAUGE,
    "{invocation}",
    "Invocations of one Lambda function that would have noticed a function had it run.",
)
DATA_AGE = Metric(
    "lambda_usage.report.data.age",
    GAUGE,
    "s",
    "How old the newest data of one Lambda function was when the report was made.",
)
BUNDLES_MISSING = Metric(
    "lambda_usage.report.bundles.missing",
    GAUGE,
    "{bundle}",
    "Bundles of one Lambda function that were made and never arrived.",
)
UNFINISHED = Metric(
    "lambda_usage.report.processes.unfinished",
    GAUGE,
    "{process}",
    "Processes of one Lambda function that ended without a last bundle, or still run.",
)
CONFLICTS = Metric(
    "lambda_usage.report.conflicts",
    GAUGE,
    "{file}",
    "Source files that are not what Lambda functions ship, so that nothing is known of them.",
    CONFLICT,
)

REPORT_METRICS = (
    FUNCTIONS,
    LINES,
    DEAD_SHARE,
    SHIPPED,
    EXPOSURE,
    DATA_AGE,
    BUNDLES_MISSING,
    UNFINISHED,
    CONFLICTS,
)


@dataclass(frozen=True, slots=True)
class Point:
    """One number of one metric."""

    metric: Metric
    value: float
    attributes: Mapping[str, str] = field(default_factory=dict)


def points(report: DeadCodeReport, now: datetime) -> list[Point]:
    """All numbers of a report, those of one metric together.

    Verdicts that nothing has are there as 0: a line in a diagram that ends does not say that.

    Args:
        report: Which code is not used.
        now: When it was made.
    """
    return [
        *_functions(report),
        *_lines(report),
        *_shipped(report),
        *_evidence(report.evidence, now),
        *_conflicts(report),
    ]


def _functions(report: DeadCodeReport) -> Iterator[Point]:
    found = Counter(state_of(function, standing) for function, standing in standings(report))
    for state in LETTERS:
        yield Point(FUNCTIONS, found[state], {VERDICT.name: state})


def _lines(report: DeadCodeReport) -> Iterator[Point]:
    painted = letters(report)
    found: Counter[str] = Counter()
    for file in report.files:
        found += counted(painted[file.file], file.state)
    for state, letter in LETTERS.items():
        yield Point(LINES, found[letter], {VERDICT.name: state})
    share = dead_share(report)
    if share is not None:
        yield Point(DEAD_SHARE, share)


def _shipped(report: DeadCodeReport) -> Iterator[Point]:
    wanted = Wanted(report)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for function, standing in standings(report):
        for each in function.lambda_functions:
            here = alone(each.verdict, standing, wanted=function in wanted)
            found[each.lambda_function][state_of(function, here)] += 1
    for name in sorted(found):
        # no Lambda function ships what is not deployed
        for state in (each for each in LETTERS if each != Verdict.NOT_DEPLOYED):
            yield Point(SHIPPED, found[name][state], {**_named(name), VERDICT.name: state})


def _evidence(evidence: Evidence, now: datetime) -> Iterator[Point]:
    heard_of = evidence.lambda_functions
    for each in heard_of:
        yield Point(EXPOSURE, each.exposure, _named(each.name))
    for each in heard_of:
        if each.last:
            yield Point(DATA_AGE, _age(each, now), _named(each.name))
    for each in heard_of:
        yield Point(BUNDLES_MISSING, each.bundles_missing, _named(each.name))
    for each in heard_of:
        yield Point(UNFINISHED, each.processes_unfinished, _named(each.name))


def _age(function: LambdaFunction, now: datetime) -> float:
    newest = datetime.fromisoformat(str(function.last))
    return max(0.0, (now - newest).total_seconds())  # clocks differ


def _conflicts(report: DeadCodeReport) -> Iterator[Point]:
    states = Counter(file.state.value for file in report.files)
    for state, _ in CONFLICT.values:
        yield Point(CONFLICTS, states[state], {CONFLICT.name: state})


def _named(lambda_function: str) -> dict[str, str]:
    name, _, alias = lambda_function.partition(":")
    return {FUNCTION_NAME: name, ALIAS: alias} if alias else {FUNCTION_NAME: name}
