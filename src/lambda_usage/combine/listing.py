"""The data as JSON, as far as it can be told without the source code.

For those who combine inside Lambda and look at the result there: which code objects ran, how
often, and along which paths. Verdicts need the source, and so the command line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from lambda_usage.bundle.model import (
    Bundle,
    Code,
    CodeKey,
    Counts,
    Origin,
    OriginUsage,
    Path,
)
from lambda_usage.combine.summary import Json

LISTING_SCHEMA = 1
NO_VERDICTS = (
    "There are no verdicts here: they need the source code, which is not at hand. "
    "lambda-usage report dead-code STORE gives them, with --source DIR, or with the inventory that "
    "lambda-usage inventory DIR --store STORE has uploaded."
)


def list_usage(bundle: Bundle) -> Json:
    """Functions and paths of every origin; data of different origins is never mixed.

    Returns:
        ``functions`` (per code object: lines that can run and that did, windows, weight, and the
        share of invocations that ran it), ``paths``, and ``no_verdicts``, which says why there
        are none. Shares are ``None`` where they cannot be estimated.
    """
    functions: list[Json] = []
    paths: list[Json] = []
    for origin in sorted(bundle.origins, key=_order):
        usage = bundle.origins[origin]
        whence = {"lambda_function": origin.lambda_function, "version": origin.version}
        weight = _weight(origin, usage)
        counts = _counts(usage)
        functions += [
            {**whence, **_function(usage.codes[key], counts[key], weight)}
            for key in sorted(usage.codes)
        ]
        paths += [
            {**whence, **_path(path, weight, timed=origin.observes_every_invocation)}
            # The tracer of 3.11 slows code down too much for its times to mean anything.
            for path in sorted(usage.paths.values(), key=lambda path: -path.counts.weight)
        ]
    return {
        "schema": LISTING_SCHEMA,
        "no_verdicts": NO_VERDICTS,
        "functions": functions,
        "paths": paths,
    }


def _order(origin: Origin) -> tuple[str, ...]:
    return (origin.lambda_function, origin.version, origin.runtime, origin.package)


def _weight(origin: Origin, usage: OriginUsage) -> float:
    if not origin.estimates:
        return 0.0
    return sum(exposure.weight for exposure in usage.exposures.values())


def _counts(usage: OriginUsage) -> dict[CodeKey, Counts]:
    counts: defaultdict[CodeKey, Counts] = defaultdict(Counts, usage.other)
    for path in usage.paths.values():
        for key in path.lines:
            counts[key] += path.counts
    return counts


def _function(code: Code, counts: Counts, total_weight: float) -> Json:
    return {
        "file": code.key.path,
        "name": code.key.qualname,
        "line": code.key.first_line,
        "executable_lines": sorted(code.executable),
        "init_lines": sorted(code.init_lines),
        "invoke_lines": sorted(code.invoke_lines),
        "windows": counts.windows,
        "weight": counts.weight,
        "frequency": _share(counts.weight, total_weight),
    }


def _path(path: Path, total_weight: float, *, timed: bool) -> Json:
    weight = path.counts.weight
    return {
        "id": path.id,
        "windows": path.counts.windows,
        "weight": weight,
        "share": _share(weight, total_weight),
        "duration_mean_s": path.duration / weight if weight and timed else None,
        "errors": path.errors,
        "functions": _names(path.lines),
    }


def _share(weight: float, total: float) -> float | None:
    return min(1.0, weight / total) if total else None


def _names(keys: Iterable[CodeKey]) -> list[str]:
    return [f"{key.path}:{key.qualname}" for key in sorted(keys)]
