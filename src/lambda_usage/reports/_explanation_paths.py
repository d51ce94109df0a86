"""The traffic that would miss a piece of code: each Lambda function's own first, then all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from lambda_usage.evidence.model import FunctionEvidence, HotPathsReport, PathEvidence, Verdict
from lambda_usage.reports._paths import Meant, steps
from lambda_usage.reports._wording import count, duration, named, percent, percent_between

MAX_PATHS = 5
MAX_NAMES = 5
ID_WIDTH = 8


def missed(
    function: FunctionEvidence,
    inside: Sequence[FunctionEvidence],
    meant: Meant,
    traffic: HotPathsReport,
) -> Iterator[tuple[str, str]]:
    """Sentences, each with what it is about, if that is not the code itself.

    Args:
        function: The code.
        inside: The functions and classes in it.
        meant: Tells which functions paths run.
        traffic: Where the traffic goes.
    """
    if not traffic.paths:
        return
    asked = {(each.file, each.name, each.line) for each in (function, *inside)}
    found = [each for each in traffic.paths if _runs_any(each, asked, meant)]
    told = _ways(len(found), len(traffic.paths))
    if not found:
        yield f"{told}.{' It ran outside windows.' if function.verdict is Verdict.USED else ''}", ""
        return
    yield f"{told}.", ""
    losses = _losses(function, found)
    for name, share in losses[:MAX_NAMES]:
        yield f"About {percent(share)} of the invocations of {name} run it.", ""
    if len(losses) > MAX_NAMES:
        others = [name for name, _ in losses[MAX_NAMES:]]
        yield f"So do invocations of {named(others, MAX_NAMES)}.", ""
    if not losses or len(traffic.evidence.lambda_functions) > 1:
        whole = percent(_together(found))
        yield f"Of the invocations of all Lambda functions together, {whole} took these ways.", ""
    for path in found[:MAX_PATHS]:
        yield _path(path), path.id[:ID_WIDTH]
    if len(found) > MAX_PATHS:
        rest = percent(_together(found[MAX_PATHS:]))
        yield f"and {count(len(found) - MAX_PATHS, 'other')}: {rest} of all invocations.", ""


def _runs_any(path: PathEvidence, asked: set[tuple[str, str, int]], meant: Meant) -> bool:
    """Whether a path runs any of some functions. Where names leave that open, it does."""
    names = {(file, name) for file, name, _ in asked}
    for step in steps(path):
        line = meant.line(step)
        is_it = (step.file, step.name) in names if line is None else (*step[:2], line) in asked
        if is_it:
            return True
    return False


def _losses(function: FunctionEvidence, found: Sequence[PathEvidence]) -> list[tuple[str, float]]:
    """The share of each Lambda function's own invocations that run it, the greatest first."""
    shares: dict[str, float] = defaultdict(float)
    for each in (share for path in found for share in path.lambda_functions):
        shares[each.lambda_function] += each.share
    if function.unit == "invocations":
        # rarer paths are not kept one by one, but what they run is counted
        for own in function.lambda_functions:
            shares[own.lambda_function] = max(shares[own.lambda_function], own.frequency or 0.0)
    ran = ((name, min(share, 1.0)) for name, share in shares.items() if share > 0)
    return sorted(ran, key=lambda each: (-each[1], each[0]))


def _together(paths: Sequence[PathEvidence]) -> float:
    return min(sum(each.share for each in paths), 1.0)


def _ways(found: int, every: int) -> str:
    """How many of the recorded paths run it."""
    if every == 1:
        runs = "runs it" if found else "does not run it"
        return f"The one way through the code that was recorded {runs}"
    number = f"{found:,} of the" if found else "None of the"
    runs = "run" if found > 1 else "runs"
    whole = f"{'All' if found == every else number} {every:,}"
    return f"{whole} ways through the code that were recorded {runs} it"


def _path(found: PathEvidence) -> str:
    """A way through the code, in one sentence: its share of whose traffic, and what came of it."""
    own = sorted(found.lambda_functions, key=lambda each: (-each.share, each.lambda_function))
    facts = [
        f"{percent(each.share)} of the invocations of {each.lambda_function} "
        f"({percent_between(each.share_low, each.share_high)})"
        for each in own[:MAX_NAMES]
    ]
    if own[MAX_NAMES:]:
        facts.append(f"some of those of {len(own) - MAX_NAMES:,} more")
    if not own:
        between = percent_between(found.share_low, found.share_high)
        facts.append(f"{percent(found.share)} of all invocations ({between})")
    if found.duration_mean_s is not None:
        facts.append(f"{duration(found.duration_mean_s)} on average")
    if found.errors > 0:
        facts.append(f"about {count(max(found.errors, 1), 'error')}")
    return f"{', '.join(facts)}."
