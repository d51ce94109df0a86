"""What would have to happen before code can be called dead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lambda_usage.evidence.model import (
    DeadCodeReport,
    FunctionEvidence,
    LambdaFunctionVerdict,
    Thresholds,
    Verdict,
)
from lambda_usage.evidence.reasons import ANOTHER_FILE
from lambda_usage.evidence.shipped import Edition, Shipped
from lambda_usage.reports._explanation_words import MAX_NAMES, missing, moment, trials
from lambda_usage.reports._wording import named


def wants(
    report: DeadCodeReport, function: FunctionEvidence, shipped: Sequence[Shipped]
) -> Iterator[str]:
    """Say what it would take, a sentence for each condition; nothing of what is dead."""
    if function.verdict in (Verdict.USED, Verdict.STARTUP):
        last = f", last noticed {moment(function.last_seen)}" if function.last_seen else ""
        yield f"Nothing in this data: it ran{last}. Only data of a later time can."
    elif function.verdict is Verdict.NOT_DEPLOYED:
        yield "A Lambda function that ships it would have to report."
    elif function.verdict is Verdict.UNPROVEN:
        found = [
            *_unseen(report),
            *_short(report, function, shipped),
            *_other_files(report, shipped),
        ]
        # what evidence there could be is there: the reason is of another kind
        yield from found or [f"No number of trials: {function.reason}."]


def _unseen(report: DeadCodeReport) -> Iterator[str]:
    seen = {each.name for each in report.evidence.lambda_functions}
    seen |= {name.partition(":")[0] for name in seen}
    for name in report.thresholds.awaited:
        if name not in seen:
            yield f"{name} was expected and would have to report."


def _short(
    report: DeadCodeReport, function: FunctionEvidence, shipped: Sequence[Shipped]
) -> Iterator[str]:
    ships = {each.lambda_function: each for each in shipped}
    for each in function.lambda_functions:
        found = ships.get(each.lambda_function)
        had = _had(report, each.lambda_function, function.unit)
        if words := _wanted(each, function.unit, report.thresholds, found, had):
            yield words


def _other_files(report: DeadCodeReport, shipped: Sequence[Shipped]) -> Iterator[str]:
    """What to do where one folder for each function is why versions differ."""
    same = {
        each.lambda_function.partition(":")[0] for each in shipped if Edition.SAME in each.editions
    }
    others = sorted(
        {
            each.lambda_function.partition(":")[0]
            for each in shipped
            if set(each.editions) == {Edition.OTHER}
        }
        - same
    )
    if same and others and not report.thresholds.source_functions:
        ships = "ships" if len(others) == 1 else "ship"
        yield f"If {named(others, MAX_NAMES)} {ships} another file of that name: {ANOTHER_FILE}."


def _had(report: DeadCodeReport, lambda_function: str, unit: str) -> int:
    for each in report.evidence.lambda_functions:
        if each.name == lambda_function:
            return each.inits if unit == "inits" else each.invocations
    return 0


def _wanted(
    each: LambdaFunctionVerdict, unit: str, limits: Thresholds, found: Shipped | None, had: int
) -> str:
    """What one Lambda function would have to see before the code can be called dead.

    Args:
        each: What it says.
        unit: What counts as a trial.
        limits: How many trials it takes.
        found: What it ships, if that is known.
        had: How many invocations or process starts it had, whatever they could notice.
    """
    name = each.lambda_function
    more = [
        f"{number:,} more {what if number == 1 else f'{what}s'}"
        for what, number in missing(each, limits, unit)
    ]
    if not more:
        return ""
    words = f"{' and '.join(more)} of {name} without a run of it"
    first = _obstacle(name, found)
    if not first and had and not each.exposure:
        first = f"{name} would have to be able to notice it: none of its {trials(had, unit)} could"
    return f"{first}. Then {words}." if first else f"{words}."


def _obstacle(name: str, found: Shipped | None) -> str:
    """What keeps a Lambda function from noticing any run of the source."""
    if found is None or Edition.SAME in found.editions:
        return ""
    if Edition.OTHER in found.editions:
        return f"{name} would have to ship this very file"
    if Edition.UNREAD in found.editions:
        return f"{name} would have to record the file (COVERAGE_INCLUDE_PATTERNS)"
    return f"The list of the files that {name} ships would have to arrive"
