"""What a report rests on, and what its data cannot show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from lambda_usage.bundle.model import Bundle, BundleInfo, Exposure, OriginUsage
from lambda_usage.evidence.exposure import Observed, Unit, by_lambda_function, trials
from lambda_usage.evidence.model import Evidence, LambdaFunction, Thresholds
from lambda_usage.evidence.sightings import FORKS
from lambda_usage.evidence.times import iso


def evidence(bundle: Bundle) -> Evidence:
    """Sum up what a bundle has observed."""
    functions = by_lambda_function(bundle.origins.items())
    exposures = [e for usage in bundle.origins.values() for e in usage.exposures.values()]
    infos = bundle.bundles.values()
    processes = _processes(bundle)
    ends: dict[str, float] = defaultdict(float)
    for info in infos:
        name = info.origin.lambda_function
        ends[name] = max(ends[name], info.last_time)
    found = tuple(
        _function(name, each, processes[name], ends[name]) for name, each in functions.items()
    )
    return Evidence(
        invocations=sum(each.invocations for each in exposures),
        inits=sum(each.inits for each in exposures),
        exposure=sum(each.exposure for each in found),
        windows=sum(each.windows for each in exposures),
        days=len(_days(bundle.origins.values())),
        bundles=len(bundle.bundles),
        bundles_missing=bundles_missing(bundle),
        processes_unfinished=processes_unfinished(bundle),
        first=iso(min((each.first_time for each in infos), default=None)),
        last=iso(max((each.last_time for each in infos), default=None)),
        lambda_functions=found,
    )


def bundles_missing(bundle: Bundle) -> int:
    """Gaps in the numbers that each process gives its bundles."""
    return _missing(_by_process(bundle))


def processes_unfinished(bundle: Bundle) -> int:
    """Processes that never said that they were done."""
    return _unfinished(_by_process(bundle))


def not_seen(bundle: Bundle, thresholds: Thresholds) -> tuple[str, ...]:
    """Lambda functions that ought to have reported and never did."""
    seen = {origin.function_name for origin in bundle.origins}
    seen |= {origin.lambda_function for origin in bundle.origins}
    return tuple(name for name in thresholds.awaited if name not in seen)


_Process = list[BundleInfo]
"""All bundles of one process."""


def _by_process(bundle: Bundle) -> list[_Process]:
    found: dict[str, _Process] = defaultdict(list)
    for info in bundle.bundles.values():
        found[info.id.process_id].append(info)
    return list(found.values())


def _processes(bundle: Bundle) -> dict[str, list[_Process]]:
    """By the Lambda function and alias of their newest bundles: one may serve several aliases."""
    found: dict[str, list[_Process]] = defaultdict(list)
    for infos in _by_process(bundle):
        newest = max(infos, key=lambda each: each.id.sequence)
        found[newest.origin.lambda_function].append(infos)
    return found


def _missing(processes: Iterable[_Process]) -> int:
    return sum(max(each.id.sequence for each in p) + 1 - len(p) for p in processes)


def _unfinished(processes: Iterable[_Process]) -> int:
    return sum(not any(each.final for each in infos) for infos in processes)


def _function(
    name: str, observed: Sequence[Observed], processes: Sequence[_Process], end: float
) -> LambdaFunction:
    exposures = [e for _, usage in observed for e in usage.exposures.values()]
    noticing = [each for each in observed if not each[1].losses.get(FORKS)]
    days = _days(usage for _, usage in observed)
    # a bundle names the first of its aliases alone; of the others their days are known
    beginning = f"{max(days)}T00:00:00Z" if days else None
    return LambdaFunction(
        name,
        invocations=sum(each.invocations for each in exposures),
        inits=sum(each.inits for each in exposures),
        windows=sum(each.windows for each in exposures),
        days=len(days),
        exposure=trials(name, Unit.INVOCATIONS, noticing).count,
        bundles_missing=_missing(processes),
        processes_unfinished=_unfinished(processes),
        last=iso(end) or beginning,
    )


def _days(usages: Iterable[OriginUsage]) -> set[str]:
    return {day for u in usages for day, each in u.exposures.items() if _observed(each)}


def _observed(exposure: Exposure) -> bool:
    return bool(exposure.invocations or exposure.inits or exposure.windows)
