"""What a report rests on, and what its data cannot show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from lambda_usage.bundle.model import Bundle, Exposure, OriginUsage
from lambda_usage.evidence.exposure import Observed, Unit, by_lambda_function, trials
from lambda_usage.evidence.model import Evidence, LambdaFunction, Thresholds
from lambda_usage.evidence.times import iso


def evidence(bundle: Bundle) -> Evidence:
    """Sum up what a bundle has observed."""
    functions = by_lambda_function(bundle.origins.items())
    exposures = [e for usage in bundle.origins.values() for e in usage.exposures.values()]
    infos = bundle.bundles.values()
    return Evidence(
        invocations=sum(each.invocations for each in exposures),
        inits=sum(each.inits for each in exposures),
        exposure=sum(trials(n, Unit.INVOCATIONS, o).count for n, o in functions.items()),
        windows=sum(each.windows for each in exposures),
        days=_days(bundle.origins.values()),
        bundles=len(bundle.bundles),
        bundles_missing=bundles_missing(bundle),
        processes_unfinished=processes_unfinished(bundle),
        first=iso(min((each.first_time for each in infos), default=None)),
        last=iso(max((each.last_time for each in infos), default=None)),
        lambda_functions=tuple(_function(name, each) for name, each in functions.items()),
    )


def bundles_missing(bundle: Bundle) -> int:
    """Gaps in the numbers that each process gives its bundles."""
    return sum(max(numbers) + 1 - len(numbers) for numbers in _numbers(bundle).values())


def processes_unfinished(bundle: Bundle) -> int:
    """Processes that never said that they were done."""
    finished = {info.id.process_id for info in bundle.bundles.values() if info.final}
    return len(_numbers(bundle).keys() - finished)


def not_seen(bundle: Bundle, thresholds: Thresholds) -> tuple[str, ...]:
    """Lambda functions that were expected and never reported."""
    seen = {origin.function_name for origin in bundle.origins}
    seen |= {origin.lambda_function for origin in bundle.origins}
    return tuple(name for name in thresholds.expected_functions if name not in seen)


def _numbers(bundle: Bundle) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for process_id, sequence in bundle.bundles:
        found[process_id].add(sequence)
    return found


def _function(name: str, observed: Sequence[Observed]) -> LambdaFunction:
    exposures = [e for _, usage in observed for e in usage.exposures.values()]
    return LambdaFunction(
        name,
        invocations=sum(each.invocations for each in exposures),
        inits=sum(each.inits for each in exposures),
        windows=sum(each.windows for each in exposures),
        days=_days(usage for _, usage in observed),
    )


def _days(usages: Iterable[OriginUsage]) -> int:
    return len({day for u in usages for day, each in u.exposures.items() if _observed(each)})


def _observed(exposure: Exposure) -> bool:
    return bool(exposure.invocations or exposure.inits or exposure.windows)
