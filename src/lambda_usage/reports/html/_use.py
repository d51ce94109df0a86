"""How often something is used, in the few words of a table's cell."""

from __future__ import annotations

from typing import NamedTuple

from lambda_usage.evidence.model import FunctionEvidence, LambdaFunctionVerdict, Verdict
from lambda_usage.reports._wording import UNBOUNDED, percent, percent_above, percent_between


class Use(NamedTuple):
    """An estimate, or a bound on what was never seen."""

    words: str
    interval: str
    rank: float
    """For sorting: the share for what ran, below 0 for what never did."""


def use_of(each: FunctionEvidence | LambdaFunctionVerdict, unit: str) -> Use:
    """The estimated share with its interval, or the bound for what never ran."""
    if each.verdict is Verdict.NOT_DEPLOYED:
        return Use("–", "", -4.0)
    if each.use_upper_bound is not None:
        return _bound(each.use_upper_bound, unit)
    if each.verdict is Verdict.STARTUP:
        return Use("at start only", "", -1.0)
    if each.frequency is None:
        return Use("when loaded" if unit == "inits" else "ran, share unknown", "", -0.5)
    if each.frequency_low is None or each.frequency_high is None:
        return Use(percent(each.frequency), "", each.frequency)
    interval = between(each.frequency_low, each.frequency_high)
    return Use(percent(each.frequency), interval, each.frequency)


def between(low: float, high: float) -> str:
    """An interval with a dash between numbers, as typesetters set it."""
    return percent_between(low, high).replace("-", "–")


def _bound(bound: float, unit: str) -> Use:
    rank = -3.0 + min(bound, 1.0)
    if bound >= UNBOUNDED:
        return Use("not known", "", rank)
    return Use(f"< {percent_above(bound)}", "of starts" if unit == "inits" else "", rank)
