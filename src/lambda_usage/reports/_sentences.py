"""What a report rests on, in words that every form for people uses."""

from __future__ import annotations

from lambda_usage.evidence.model import (
    Evidence,
    FunctionEvidence,
    Thresholds,
    Unheard,
    Verdict,
)
from lambda_usage.reports._findings import MODULE, DeadUnit
from lambda_usage.reports._wording import CONFIDENCE, UNBOUNDED, bound, count, percent


def traffic(seen: Evidence) -> str:
    """``2,041 invocations and 2 process starts of orders:live``."""
    names = seen.lambda_functions
    whose = names[0].name if len(names) == 1 else count(len(names), "Lambda function")
    starts = count(seen.inits, "process start")
    return f"{count(seen.invocations, 'invocation')} and {starts} of {whose}"


def period(seen: Evidence) -> str:
    """``16 days, 2026-11-01 to 2026-11-16 (UTC)``."""
    days = count(seen.days, "day")
    if not seen.first or not seen.last:
        return days
    first, last = seen.first[:10], seen.last[:10]
    return f"{days}, {first}" if first == last else f"{days}, {first} to {last} (UTC)"


def recorded(seen: Evidence) -> str:
    """How many windows and bundles there are, and what never arrived."""
    windows = f"{count(seen.windows, 'invocation')} recorded in full"
    lost = []
    if seen.bundles_missing:
        lost.append(f"{seen.bundles_missing:,} missing")
    if seen.processes_unfinished:
        lost.append(f"{count(seen.processes_unfinished, 'process', 'processes')} unfinished")
    bundles = count(seen.bundles, "bundle")
    return f"{windows}; {bundles} ({', '.join(lost)})" if lost else f"{windows}; {bundles}"


def heard(seen: Evidence) -> str:
    """``87 % of 1,500 invocations``, and of each function; empty where no number was given."""
    return ", ".join(
        f"{percent(1 - each.share)} of {count(each.invocations, 'invocation')}"
        + (f" of {each.lambda_function}" if each.lambda_function else "")
        + ("" if each.heard <= each.invocations else f" (and {_beyond(each)})")
        for each in seen.never_heard_of
    )


def _beyond(each: Unheard) -> str:
    more = each.heard - each.invocations
    return f"{more:,} more: compare the same functions in the same time"


def rule(thresholds: Thresholds) -> str:
    """What ``dead`` means."""
    days = count(thresholds.min_days, "day")
    when = f" on {days} or more" if thresholds.min_days else ", on however few days"
    return (
        f"never ran in {thresholds.min_exposure:,} or more invocations{when}, "
        "in each Lambda function that ships the file"
    )


def unit_bound(unit: DeadUnit) -> str:
    """``used in less than 0.15 % of invocations (95 %)``; empty where there is no bound."""
    if unit.use_upper_bound is None:
        return ""
    if unit.use_upper_bound >= UNBOUNDED:
        return "nothing bounds its use"
    trials = "process starts" if unit.unit == "inits" else "invocations"
    return f"{bound(unit.use_upper_bound, trials)} ({CONFIDENCE})"


def unit_name(unit: DeadUnit) -> str:
    """What a dead unit is called; what lies inside is counted by :func:`unit_inside`."""
    if unit.whole_file:
        return "whole file, never imported"
    return plain_name(unit.name)


def unit_inside(unit: DeadUnit) -> str:
    """``(2 functions)`` for a file, ``(and 2 inside)`` for a function; empty where none is."""
    if not unit.inside:
        return ""
    return (
        f"({count(unit.inside, 'function')})" if unit.whole_file else f"(and {unit.inside} inside)"
    )


def plain_name(name: str) -> str:
    """A qualified name as people say it."""
    return "module body" if name == MODULE else name


def use(function: FunctionEvidence) -> str:
    """How often a function runs, where that is known and says something."""
    if function.name == MODULE:
        return ""
    if function.verdict is Verdict.STARTUP:
        return "runs at startup only"
    if function.frequency is None:
        return ""
    return f"runs in {percent(function.frequency)} of invocations"
