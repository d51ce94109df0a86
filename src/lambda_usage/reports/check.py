"""Whether a dead-code report is what a team wants it to be: a gate for pipelines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lambda_usage.evidence.model import REPORT_SCHEMA, DeadCodeReport, FunctionEvidence, Verdict
from lambda_usage.reports._findings import Standing, standings
from lambda_usage.reports._lines import dead_share
from lambda_usage.reports._wording import count, percent

_DAY_S = 86_400.0

Names = Mapping[tuple[str, str], int]
"""How many functions have a file and a qualified name: lambdas, and a property's, share theirs."""


class BaselineError(Exception):
    """What was given as a baseline is none; says why."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is asked of a report. ``None`` asks nothing."""

    baseline: Names | None = None
    """What was dead before: whatever else is dead is new."""
    new_dead: int = 0
    """So many functions may be dead that were not."""
    dead_share: float | None = None
    """Dead lines at most, as a share of those that any Lambda function ships."""
    age_days: float | None = None
    """How old the newest data of each Lambda function may be."""
    exposure: int | None = None
    """Invocations of each Lambda function that would have noticed a function, at the least."""
    expected: tuple[str, ...] = ()
    """Lambda functions that ought to report."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was asked, and the answer."""

    name: str
    passed: bool
    message: str
    details: tuple[str, ...] = ()
    """What made it fail, one line each."""


def baseline_of(text: str) -> Names:
    """What an earlier report in JSON calls dead, suppressed code left out.

    Raises:
        BaselineError: It is no such report.
    """
    try:
        report: Any = json.loads(text)
    except ValueError as error:
        raise BaselineError(f"it is no JSON ({error})") from error
    if not isinstance(report, dict) or report.get("report") != "dead-code":
        raise BaselineError("it is no dead-code report")
    if report.get("schema") != REPORT_SCHEMA:
        raise BaselineError(f"it has schema {report.get('schema')}, and not {REPORT_SCHEMA}")
    try:
        return Counter(
            (str(each["file"]), str(each["name"]))
            for each in report["functions"]
            if each["verdict"] == Verdict.DEAD and not _is_kept(each)
        )
    except (KeyError, TypeError) as error:
        raise BaselineError("its functions are not as the report's schema has them") from error


def _is_kept(function: dict[str, Any]) -> bool:
    keeps = [function["keep"], *function["keep_inside"]]
    return any(each and not each["expired"] for each in keeps)


def check(report: DeadCodeReport, limits: Limits, now: datetime) -> list[Check]:
    """Hold a report against limits: an answer for each of them.

    Args:
        report: What the evidence says.
        limits: What is asked of it.
        now: When that is.
    """
    return list(_checks(report, limits, now))


def _checks(report: DeadCodeReport, limits: Limits, now: datetime) -> Iterator[Check]:
    if limits.expected:
        yield _expected(report, limits.expected)
    if limits.age_days is not None:
        yield _age(report, limits.age_days, now)
    if limits.exposure is not None:
        yield _exposure(report, limits.exposure)
    if limits.dead_share is not None:
        yield _dead_share(report, limits.dead_share)
    if limits.baseline is not None:
        yield _new_dead(report, limits.baseline, limits.new_dead)


def _expected(report: DeadCodeReport, expected: tuple[str, ...]) -> Check:
    seen = {each.name for each in report.evidence.lambda_functions}
    seen |= {name.partition(":")[0] for name in seen}
    missing = tuple(each for each in expected if each not in seen)
    number = count(len(expected), "expected Lambda function")
    message = f"{len(missing)} of {number} never reported" if missing else f"{number} reported"
    return Check("expected functions", not missing, message, missing)


def _age(report: DeadCodeReport, most: float, now: datetime) -> Check:
    ages = {
        each.name: (now - datetime.fromisoformat(each.last)).total_seconds() / _DAY_S
        for each in report.evidence.lambda_functions
        if each.last
    }
    old = {name: days for name, days in ages.items() if days > most}
    newest = f"the oldest is {max(ages.values(), default=0):.1f} days old"
    message = (
        f"the newest data of {count(len(old), 'Lambda function')} is older than {most:g} days"
        if old
        else f"no Lambda function's newest data is older than {most:g} days; {newest}"
    )
    details = tuple(f"{name}: {days:.1f} days" for name, days in old.items())
    return Check("data age", not old, message, details)


def _exposure(report: DeadCodeReport, least: int) -> Check:
    thin = [each for each in report.evidence.lambda_functions if each.exposure < least]
    message = (
        f"{count(len(thin), 'Lambda function')} with an exposure below {least:,} invocations"
        if thin
        else f"every Lambda function has an exposure of {least:,} invocations or more"
    )
    details = tuple(f"{each.name}: {each.exposure:,.0f}" for each in thin)
    return Check("exposure", not thin, message, details)


def _dead_share(report: DeadCodeReport, most: float) -> Check:
    share = dead_share(report)
    if share is None:
        words = "no Lambda function ships a line of this source: nothing can be said of it"
        return Check("dead share", passed=False, message=words)
    passed = share <= most
    message = f"{percent(share)} of the shipped lines are dead, {percent(most)} at most are allowed"
    return Check("dead share", passed, message)


def _new_dead(report: DeadCodeReport, baseline: Names, most: int) -> Check:
    found, known = [], Counter(baseline)
    for each, standing in standings(report):
        if standing is Standing.DEAD:
            known[each.file, each.name] -= 1
            if known[each.file, each.name] < 0:
                found.append(each)
    number = count(len(found), "function")
    message = f"{number} dead that the baseline does not call dead, {most:,} at most are allowed"
    details = tuple(_place(each) for each in found)
    passed = len(found) <= most
    return Check("new dead functions", passed, message, () if passed else details)


def _place(function: FunctionEvidence) -> str:
    return f"{function.file}:{function.line} {function.name}"
