"""The sentences that explain a verdict."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lambda_usage.evidence.model import (
    DeadCodeReport,
    FunctionEvidence,
    Keep,
    LambdaFunctionVerdict,
    RangeKind,
    StatementEvidence,
    Thresholds,
    Verdict,
)
from lambda_usage.evidence.shipped import Edition, Shipped
from lambda_usage.reports._findings import Standing
from lambda_usage.reports._sentences import period
from lambda_usage.reports._wording import (
    CONFIDENCE,
    UNBOUNDED,
    count,
    named,
    percent,
    percent_above,
    percent_between,
)

MAX_NAMES = 5
MAX_VERSIONS = 3

_RARE = 0.1
"""Larger shares say more as a percentage than as one in so many."""

_TRIALS = {"inits": "process start"}
_EDITIONS = {
    Edition.SAME: "ships this very file",
    Edition.OTHER: "ships another version of this file",
    Edition.UNREAD: "ships a file of this path that was not recorded",
    Edition.UNLISTED: "may ship it: its list of files never arrived",
}
_KINDS = {
    RangeKind.CODE: "never ran",
    RangeKind.ERROR_HANDLING: "error handling that never ran: that nothing failed proves nothing",
    RangeKind.STUB: "a stub that never ran: it was never meant to",
}


def trials(number: float, unit: str) -> str:
    """``1,000 invocations``, ``20 process starts``."""
    return count(number, _TRIALS.get(unit, "invocation"))


def one_in(share: float) -> str:
    """``1 in 333``: rounded so that "at most" stays true of it, to three digits."""
    number = 1 / share
    step = 10 ** max(0, math.floor(math.log10(number)) - 2)
    return f"1 in {math.floor(number / step + 1e-9) * step:,}"


def bound(share: float, unit: str) -> str:
    """What an upper bound means that bounds anything."""
    whole = trials(2, unit)[2:]
    if share > _RARE:
        return f"At most about {percent_above(share)} of {whole} run it ({CONFIDENCE} confidence)."
    return f"At most about {one_in(share)} {whole} runs it ({CONFIDENCE} confidence)."


def overall_bound(function: FunctionEvidence) -> str:
    """What the upper bound of all Lambda functions together means; empty where it has none."""
    if function.use_upper_bound is None or not function.lambda_functions:
        return ""
    if function.use_upper_bound < UNBOUNDED:
        return bound(function.use_upper_bound, function.unit)
    blind = [each.lambda_function for each in function.lambda_functions if not each.exposure]
    if blind:
        return f"Nothing bounds its use: {named(blind, MAX_NAMES)} could not have noticed it."
    thin = [each.lambda_function for each in function.lambda_functions if not _is_bounded(each)]
    return f"Nothing bounds its use: {named(thin, MAX_NAMES)} had too few trials."


def _is_bounded(each: LambdaFunctionVerdict) -> bool:
    return each.use_upper_bound is not None and each.use_upper_bound < UNBOUNDED


def overall_frequency(this: FunctionEvidence) -> str:
    """How often it runs in all Lambda functions that ship it."""
    ships = [each.lambda_function for each in this.lambda_functions]
    of = f"the {len(ships):,} Lambda functions that ship it" if ships[1:] else "".join(ships)
    whose = f"the invocations of {of}" if of else "invocations"
    return frequency(this.frequency, this.frequency_low, this.frequency_high, whose)


def frequency(value: float | None, low: float | None, high: float | None, whose: str) -> str:
    """How often it runs. ``whose`` invocations these are."""
    if value is None or low is None or high is None:
        return "How often it runs is not known, for want of windows."
    if value <= 0:
        few = "they are too few to bound its use"
        bounded = f"in less than {percent_above(high)} of {whose}" if high < UNBOUNDED else few
        return f"It ran in none of the windows: {bounded}."
    between = percent_between(low, high)
    return f"It runs in {percent(value)} of {whose} ({between} at {CONFIDENCE})."


def seen(ran: bool, first: str | None, last: str | None) -> str:
    """When it was noticed to run."""
    if not first or not last:
        return "When it ran was not noticed." if ran else "It was never noticed to run."
    if moment(first) == moment(last):
        return f"It was noticed to run {moment(first)}."
    return f"It was first noticed to run {moment(first)}, and last {moment(last)}."


def moment(iso: str) -> str:
    """``on 2026-11-01 at 00:00 UTC``."""
    return f"on {iso[:10]} at {iso[11:16]} UTC"


def verdict(
    report: DeadCodeReport, function: FunctionEvidence, standing: Standing
) -> Iterator[str]:
    """Whether it may be deleted, as far as the evidence goes.

    Args:
        report: What it rests on.
        function: What it is about.
        standing: Under which heading it comes. What is kept or apart never gets a yes.
    """
    if function.verdict is Verdict.DEAD and standing is Standing.APART:
        yield "Do not count on it: nothing but stubs and error handling is silent in it."
        yield _sentence(function.reason)
    elif function.verdict is Verdict.DEAD:
        kept = standing is Standing.KEPT
        asked = "But for that, the evidence would do" if kept else "On this evidence, yes"
        yield f"{asked}: {function.reason}."
        yield (
            f"The evidence is of {period(report.evidence)}. What is needed less often than that "
            "shows, such as a yearly job, looks the same as dead code."
        )
    elif function.verdict is Verdict.UNPROVEN:
        yield f"Not on this evidence: {function.reason}."
    elif function.verdict is Verdict.STARTUP:
        yield f"Not by itself: {function.reason}."
    elif function.verdict is Verdict.NOT_DEPLOYED:
        yield "This data cannot say: no Lambda function that reported ships its file."
    elif function.unit == "inits":
        yield (
            f"The verdict does not say: {function.reason}, needed or not. What counts is what "
            "is in it."
        )
    else:
        yield f"No: {function.reason}."


def keep(found: Keep) -> str:
    """A suppression, and whether it holds."""
    why = f" ({found.reason})" if found.reason else ""
    if found.expired:
        return f"Was to be kept until {found.until}{why}: that day is over, so it counts as others."
    return f"Is kept on purpose {f'until {found.until}' if found.until else 'for good'}{why}."


def ships(found: Shipped | None) -> str:
    """What a Lambda function ships, in which of its versions."""
    if found is None:
        return ""
    parts = []
    for edition, versions in found.editions.items():
        newest_first = sorted(versions, key=lambda each: (len(each), each), reverse=True)
        which = f" (version {named(newest_first, MAX_VERSIONS)})" if versions else ""
        parts.append(_EDITIONS[edition] + which)
    return _sentence(" and ".join(parts))


def alone(each: LambdaFunctionVerdict, unit: str, limits: Thresholds) -> Iterator[str]:
    """What one Lambda function says of it."""
    if each.verdict in (Verdict.USED, Verdict.STARTUP):
        if each.verdict is Verdict.USED and unit == "invocations":
            shares = each.frequency, each.frequency_low, each.frequency_high
            yield frequency(*shares, "its invocations")
        else:
            yield _sentence(each.reason)
        yield seen(True, each.first_seen, each.last_seen)
        return
    yield (
        f"{trials(each.exposure, unit)} on {count(each.days, 'day')} would have noticed it "
        f"({limits.min_exposure:,} on {limits.min_days:,} needed)."
    )
    if each.use_upper_bound is not None and each.use_upper_bound < UNBOUNDED:
        yield bound(each.use_upper_bound, unit)
    elif each.use_upper_bound is not None and each.exposure:
        yield "Nothing bounds its use: that is too little."
    if each.verdict is Verdict.UNPROVEN and not missing(each, limits, unit):
        yield _sentence(each.reason)


def missing(each: LambdaFunctionVerdict, limits: Thresholds, unit: str) -> list[tuple[str, int]]:
    """What a Lambda function is short of: a trial's or a day's name, and how many more it takes."""
    # one trial at least, however low the limit
    exposure = math.ceil(max(limits.min_exposure, 1) - each.exposure)
    days = limits.min_days - each.days
    trial = _TRIALS.get(unit, "invocation")
    return [(what, number) for what, number in ((trial, exposure), ("day", days)) if number > 0]


def lines(kind: RangeKind, found: Keep | None) -> str:
    """What is known of lines that never ran."""
    return f"{_sentence(_KINDS[kind])} {keep(found) if found else ''}".rstrip()


def statement(found: StatementEvidence, *, on_loading: bool) -> str:
    """What is known of one statement.

    Args:
        found: The statement.
        on_loading: Whether it stands where code runs when its module is loaded.
    """
    if found.verdict is Verdict.USED:
        if on_loading:
            return "It ran when its module was loaded."
        if found.invocations > 0:
            return f"It ran in about {trials(found.invocations, '')} or more."
        return "It ran, though in no window."
    if found.verdict is Verdict.STARTUP:
        return "It ran while processes started, never in an invocation."
    if found.verdict is Verdict.NOT_DEPLOYED:
        return "No Lambda function that reported ships it."
    if found.verdict is Verdict.UNPROVEN:
        return "It was never noticed to run, on too thin evidence to call it dead."
    if found.kind is not RangeKind.CODE:
        return _sentence(_KINDS[found.kind])
    return f"{_sentence(_KINDS[found.kind])} The evidence is enough to say so."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""
