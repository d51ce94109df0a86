"""What was combined, in numbers that need no source code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from lambda_usage.bundle.model import Bundle, Exposure
from lambda_usage.combine.combiner import Combined

Json = dict[str, object]

SUCCESS = "success"
PARTIAL = "partial"
"""Done, but files were set aside as broken."""
EMPTY = "empty"
"""No bundle could be read, and nothing was written."""


def summarize(combined: Combined, output: str | None) -> Json:
    """The summary, ready for JSON.

    Args:
        combined: What was read.
        output: Address of what was written; ``None`` where nothing was.

    Returns:
        ``status`` (``success``, ``partial`` or ``empty``), ``message``, ``bundles``,
        ``duplicates``, ``broken``, ``combined_files_skipped``, ``lambda_functions``,
        ``invocations``, ``inits``, ``windows``, ``first``, ``last`` and ``output``.
    """
    bundle = combined.bundle
    exposures = list(_exposures(bundle))
    infos = bundle.bundles.values()
    return {
        "status": status_of(combined),
        "message": _message(combined, output),
        "bundles": combined.read,
        "duplicates": combined.duplicates,
        "broken": [{"name": name, "reason": reason} for name, reason in combined.broken],
        "combined_files_skipped": len(combined.skipped_outputs),
        "lambda_functions": _lambda_functions(bundle),
        **_totals(exposures),
        "first": iso_time(min((info.first_time for info in infos), default=None)),
        "last": iso_time(max((info.last_time for info in infos), default=None)),
        "output": output,
    }


def status_of(combined: Combined) -> str:
    """``success``, ``partial`` or ``empty``."""
    if not combined.read:
        return EMPTY
    return PARTIAL if combined.broken else SUCCESS


def iso_time(seconds: float | None) -> str | None:
    """A time since the epoch as ISO 8601 in UTC, to the second."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _exposures(bundle: Bundle) -> Iterable[Exposure]:
    for usage in bundle.origins.values():
        yield from usage.exposures.values()


def _lambda_functions(bundle: Bundle) -> list[Json]:
    exposures: dict[str, list[Exposure]] = {}
    for origin, usage in bundle.origins.items():
        exposures.setdefault(origin.lambda_function, []).extend(usage.exposures.values())
    return [{"name": name, **_totals(exposures[name])} for name in sorted(exposures)]


def _totals(exposures: list[Exposure]) -> dict[str, int]:
    counts: dict[str, Callable[[Exposure], int]] = {
        "invocations": lambda exposure: exposure.invocations,
        "inits": lambda exposure: exposure.inits,
        "windows": lambda exposure: exposure.windows,
    }
    return {name: sum(map(count, exposures)) for name, count in counts.items()}


def _message(combined: Combined, output: str | None) -> str:
    if not combined.read:
        return "no bundle could be read" if combined.broken else "no bundles found"
    aside = f", {len(combined.broken)} set aside as broken" if combined.broken else ""
    target = f" into {output}" if output else ""
    return f"combined {combined.read} bundles{target}{aside}"
