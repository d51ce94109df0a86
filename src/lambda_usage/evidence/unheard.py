"""How many invocations no bundle tells of, where somebody knows how many there were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from lambda_usage.bundle.model import Bundle
from lambda_usage.evidence.model import BlindSpot, DeadCodeReport, HotPathsReport, Unheard
from lambda_usage.evidence.reasons import count

Report = TypeVar("Report", DeadCodeReport, HotPathsReport)


def with_true_counts(report: Report, bundle: Bundle, counts: Mapping[str, int]) -> Report:
    """A report that also tells of the invocations that were never heard of.

    Args:
        report: What is known.
        bundle: The data that it was made of.
        counts: How many invocations there were in the same time, more than 0: the sum of
            CloudWatch's ``AWS/Lambda Invocations``, say. By Lambda function, with or without its
            alias; under the empty name, of all functions that the data tells of.
    """
    found: tuple[Unheard, ...] = tuple(
        _unheard(bundle, name, number) for name, number in sorted(counts.items())
    )
    return replace(
        report,
        evidence=replace(report.evidence, never_heard_of=found),
        blind_spots=(*_blind_spots(found), *report.blind_spots),
    )


def never_heard_of(bundle: Bundle, invocations: int, lambda_function: str = "") -> float | None:
    """The share of a true number of invocations that no bundle tells of.

    Args:
        bundle: The data.
        invocations: How many there were, of the same functions in the same time.
        lambda_function: Which function's, with or without its alias; all, where left out.

    Returns:
        Between 0 and 1; ``None`` where there were none. Retries and clocks that differ may make
        the bundles tell of some more than there were, which is 0.
    """
    if invocations <= 0:
        return None
    return max(0, invocations - _heard(bundle, lambda_function)) / invocations


def _heard(bundle: Bundle, name: str) -> int:
    return sum(
        exposure.invocations
        for origin, usage in bundle.origins.items()
        if not name or name in (origin.function_name, origin.lambda_function)
        for exposure in usage.exposures.values()
    )


def _unheard(bundle: Bundle, name: str, number: int) -> Unheard:
    share = never_heard_of(bundle, number, name)
    return Unheard(name, number, _heard(bundle, name), 0.0 if share is None else share)


def _blind_spots(found: tuple[Unheard, ...]) -> Iterator[BlindSpot]:
    told = [
        f"{each.invocations - each.heard:,} of {count(each.invocations, 'invocation')}"
        f"{f' of {each.lambda_function}' if each.lambda_function else ''} ({each.share:.2%})"
        for each in found
        if each.share
    ]
    if told:
        yield BlindSpot(
            "never_heard_of",
            f"Never heard of: {', '.join(told)}. What only they ran is not seen.",
        )
