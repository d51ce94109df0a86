"""Which distributions lie beside the code and are never imported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from re import findall

from lambda_usage.bundle.model import Bundle, Distribution
from lambda_usage.evidence.exposure import (
    Observed,
    Trials,
    Unit,
    by_lambda_function,
)
from lambda_usage.evidence.ledger import Ledger
from lambda_usage.evidence.model import (
    DependencyEvidence,
    LambdaFunctionVerdict,
    Thresholds,
    Verdict,
)
from lambda_usage.evidence.packages import shipments, without_idle
from lambda_usage.evidence.reasons import all_trials, shortage, withheld
from lambda_usage.evidence.sightings import FORKS
from lambda_usage.evidence.unread import own


def dependencies(
    bundle: Bundle,
    thresholds: Thresholds,
    not_seen: Sequence[str] = (),
    unread: Sequence[str] = (),
) -> tuple[DependencyEvidence, ...]:
    """Judge each shipped distribution that holds modules.

    It is ``used`` as soon as any of its modules was imported, while a process started or later.
    Whether it was is looked up whenever a bundle is made, so no window is needed.

    Args:
        bundle: What the fleet has seen.
        thresholds: How much evidence ``dead`` needs.
        not_seen: Lambda functions that were expected and never seen.
        unread: Those of which some is in bundles alone that were too large to be read.
    """
    shipping: dict[str, list[Observed]] = defaultdict(list)
    unknown: list[Observed] = []
    shipped = shipments(bundle)
    for origin, usage in without_idle(bundle.origins).items():
        if not usage.distributions and not shipped[origin].complete:
            unknown.append((origin, usage))
        for name in usage.distributions:
            shipping[name].append((origin, usage))
    ledger = Ledger()
    return tuple(
        _judge(name, [*shipping[name], *unknown], thresholds, not_seen, unread, ledger)
        for name in sorted(shipping)
    )


def _judge(
    name: str,
    shipping: Sequence[Observed],
    thresholds: Thresholds,
    not_seen: Sequence[str],
    unread: Sequence[str],
    ledger: Ledger,
) -> DependencyEvidence:
    functions = by_lambda_function(shipping)
    found = [_distribution(name, each) for each in functions.values()]
    counted = [_trials(name, function, each, ledger) for function, each in functions.items()]
    alone = [
        _alone(each, distribution, thresholds, own(unread, each.lambda_function))
        for each, distribution in zip(counted, found, strict=True)
    ]
    verdict, reason = _together(found, counted, thresholds, withheld(not_seen, unread))
    return DependencyEvidence(
        name,
        _versions(shipping, name),
        verdict,
        min(each.count for each in counted),
        min(each.days for each in counted),
        tuple(alone),
        reason,
    )


def _distribution(name: str, observed: Sequence[Observed]) -> Distribution:
    found = Distribution(name, "", imported=False)
    for _, usage in observed:
        found |= usage.distributions.get(name, found)
    return found


def _trials(name: str, function: str, observed: Sequence[Observed], ledger: Ledger) -> Trials:
    """Invocations after which ``sys.modules`` was looked at; none where children were forked."""
    if any(usage.losses.get(FORKS) for _, usage in observed):
        return Trials(function, Unit.INVOCATIONS, 0.0, 0.0, 0)
    telling = [each for each in observed if name in each[1].distributions]
    return ledger.invocation_trials(function, telling)


def _versions(observed: Sequence[Observed], name: str) -> str:
    shipped = {
        usage.distributions[name].version for _, usage in observed if name in usage.distributions
    }
    return ", ".join(sorted(shipped, key=lambda each: [int(n) for n in findall(r"\d+", each)]))


def _together(
    found: Sequence[Distribution],
    counted: Sequence[Trials],
    thresholds: Thresholds,
    silent: str,
) -> tuple[Verdict, str]:
    if any(each.imported for each in found):
        importing = sum(each.imported for each in found)
        whose = "" if len(found) == 1 else f" by {importing} of {len(found)} Lambda functions"
        return Verdict.USED, f"imported{whose}"
    if silent:
        return Verdict.UNPROVEN, silent
    limits = thresholds.min_exposure, thresholds.min_days
    wanting = sorted((t for t in counted if not t.reach(*limits)), key=lambda t: t.count)
    if wanting:
        return Verdict.UNPROVEN, shortage(wanting[0], thresholds, len(counted) - len(wanting))
    return Verdict.DEAD, f"never imported in {all_trials(counted)}"


def _alone(
    each: Trials, found: Distribution, thresholds: Thresholds, unread: Sequence[str]
) -> LambdaFunctionVerdict:
    verdict, reason = _together([found], [each], thresholds, withheld((), unread))
    return LambdaFunctionVerdict(
        each.lambda_function,
        verdict,
        each.count,
        each.days,
        None if found.imported else each.use_upper_bound,
        None,
        None,
        None,
        None,
        None,
        reason,
    )
