"""Why a verdict is what it is, in one plain sentence."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

from lambda_usage.evidence.exposure import Trials, Unit
from lambda_usage.evidence.judging import Case
from lambda_usage.evidence.model import FileState, Thresholds, Verdict
from lambda_usage.evidence.scopes import ScopeKind

ANOTHER_FILE = "name the functions of this source (--source-function)"
"""What to do where one path is not one file."""


def reason(case: Case) -> str:
    """Say why the evidence supports a verdict, or no stronger one."""
    if case.verdict is Verdict.NOT_DEPLOYED:
        return "shipped by no Lambda function"
    if case.verdict is Verdict.USED:
        return _used(case)
    if case.verdict is Verdict.STARTUP:
        return f"run while starting, never in {all_trials(case.trials)}"
    if case.verdict is Verdict.DEAD:
        return f"never run in {all_trials(case.trials)}"
    return _unproven(case)


def count(number: float, singular: str, plural: str = "") -> str:
    """A number and what it counts: ``1 day``, ``2,000 invocations``."""
    rounded = round(number)
    return f"{rounded:,} {singular if rounded == 1 else plural or singular + 's'}"


def withheld(not_seen: Sequence[str], unread: Sequence[str]) -> str:
    """Why nothing can be proven, however much there is to read; empty where it can.

    Args:
        not_seen: Lambda functions that were expected and never seen.
        unread: Those of which some is in bundles alone that were too large to be read.
    """
    if not_seen:
        return f"{', '.join(not_seen)} was expected and has not been seen"
    return f"bundles of {', '.join(unread)} were too large to be read" if unread else ""


def _used(case: Case) -> str:
    if case.scope.kind is not ScopeKind.FUNCTION:
        return "run when its module was loaded" if case.scope.per_init else "run"
    estimate = case.frequency
    if estimate is None:
        return "run in invocations; how often is not known, for want of windows"
    if estimate.value <= 0:
        return "run in invocations, though in none of the windows"
    return f"run in about {_percent(estimate.value)} of invocations"


def all_trials(trials: Sequence[Trials]) -> str:
    """The trials of the Lambda function that has the fewest, and that the others had as many."""
    fewest, *others = sorted(trials, key=lambda each: each.count)
    words = f"{_trials(fewest)} of {fewest.lambda_function} over {count(fewest.days, 'day')}"
    if not others:
        return words
    if len(others) == 1:
        return f"{words}, nor in {floor(others[0].count):,} of {others[0].lambda_function}"
    return f"{words}, nor in as many or more of each of {len(others):,} other Lambda functions"


def shortage(fewest: Trials, thresholds: Thresholds, others: int) -> str:
    """What the Lambda function with the fewest trials is short of.

    Args:
        fewest: Its trials.
        thresholds: What it takes.
        others: How many others have enough.
    """
    name = fewest.lambda_function
    if fewest.reach(thresholds.min_exposure, 0):
        return f"only {fewest.days} of {count(thresholds.min_days, 'day')} of {name}"
    words = f"only {_trials(fewest)} of {thresholds.min_exposure:,}"
    return f"shipped by {name}{' too' if others else ''}, which had {words}"


def _unproven(case: Case) -> str:
    if case.file.state is FileState.ELSEWHERE:
        name, path = case.file.elsewhere[0]
        return f"{name} ships it as {path}: give the folder with that path as the source"
    start = "run while starting only, but " if case.ran else ""
    if case.file.state is FileState.DIFFERS and case.file.unrecorded:
        return "patterns keep its file out of the recorders' scope, or it could not be read"
    if case.file.state is FileState.DIFFERS:
        words = f"{_names(case)} {_verb(case, 'ships', 'ship')} another version of this file"
        claimed = f"{words}, and none of the source's functions ships any"
        return claimed if case.file.unclaimed else words
    if not case.recorded:
        return "its file was loaded, but its code was never recorded"
    if words := withheld(case.not_seen, case.unread):
        return start + words
    if not case.wanting and not case.scope.stub:
        return "runs only when something fails: that nothing failed is no evidence of its death"
    if not case.wanting:
        return "a stub: that it never ran is no evidence of its death"
    return start + _shortage(case, case.wanting[0])


def _shortage(case: Case, fewest: Trials) -> str:
    name = fewest.lambda_function
    equal = {view.origin.lambda_function for view in case.file.equal}
    if name not in equal:
        words = f"{name} ships another version of this file"
        ask = not case.thresholds.source_functions and case.only_versions_differ
        return f"{words}; if it is another file of that name, {ANOTHER_FILE}" if ask else words
    return shortage(fewest, case.thresholds, len(case.trials) - len(case.wanting))


def _trials(each: Trials) -> str:
    # what is there is never rounded up to what is asked for
    name = "process start" if each.unit is Unit.INITS else "invocation"
    return count(floor(each.count), name)


def _names(case: Case) -> str:
    return ", ".join(each.lambda_function for each in case.trials)


def _verb(case: Case, singular: str, plural: str) -> str:
    return singular if len(case.trials) == 1 else plural


def _percent(value: float) -> str:
    return f"{100 * value:.2g} %" if value < 0.995 else f"{100 * value:.0f} %"
