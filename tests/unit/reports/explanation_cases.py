"""Functions of each verdict, made by hand, and what is told of them."""

from __future__ import annotations

from dataclasses import replace

from lambda_usage.evidence.model import (
    DeadCodeReport,
    DeadRange,
    FileEvidence,
    FileState,
    FunctionEvidence,
    HotPathsReport,
    Keep,
    LambdaFunctionVerdict,
    RangeKind,
    Verdict,
)
from lambda_usage.evidence.shipped import Edition, Shipped
from lambda_usage.reports._explanation import Explanation, explain
from lambda_usage.reports._places import Place

FILE = "orders/pricing.py"
LOADED = FileState.LOADED
API, NIGHTLY = "orders-api:live", "orders-nightly"
SAME = {Edition.SAME: ("42",)}


def says(
    name: str,
    verdict: Verdict,
    exposure: float,
    days: int,
    bound: float | None = None,
    frequency: float | None = None,
    reason: str = "",
) -> LambdaFunctionVerdict:
    ran = verdict in (Verdict.USED, Verdict.STARTUP)
    return LambdaFunctionVerdict(
        lambda_function=name,
        verdict=verdict,
        exposure=exposure,
        days=days,
        use_upper_bound=bound,
        frequency=frequency,
        frequency_low=None if frequency is None else frequency - 0.02,
        frequency_high=None if frequency is None else frequency + 0.02,
        first_seen="2026-11-01T00:00:12Z" if ran else None,
        last_seen="2026-11-16T23:59:58Z" if ran else None,
        reason=reason,
    )


DEAD = FunctionEvidence(
    file=FILE,
    name="legacy",
    line=40,
    verdict=Verdict.DEAD,
    exposure=41_377.0,
    use_upper_bound=7.24e-5,
    frequency=0.0,
    frequency_low=0.0,
    frequency_high=1e-4,
    dead_lines=(DeadRange(41, 58, RangeKind.CODE),),
    reason="never run in 41,377 invocations of orders-nightly over 16 days",
    last_line=58,
    lambda_functions=(
        says(API, Verdict.DEAD, 2_000_000, 16, 1.5e-6),
        says(NIGHTLY, Verdict.DEAD, 41_377, 16, 7.24e-5),
    ),
)
UNPROVEN = replace(
    DEAD,
    verdict=Verdict.UNPROVEN,
    use_upper_bound=0.00467,
    dead_lines=(),
    reason="shipped by orders-nightly too, which had only 640 invocations of 1,000",
    lambda_functions=(
        says(API, Verdict.DEAD, 2_000_000, 16, 1.5e-6),
        says(NIGHTLY, Verdict.UNPROVEN, 640, 5, 0.00467, reason="only 640 invocations of 1,000"),
    ),
)
USED = replace(
    DEAD,
    name="price",
    verdict=Verdict.USED,
    use_upper_bound=None,
    frequency=0.374,
    frequency_low=0.354,
    frequency_high=0.394,
    dead_lines=(
        DeadRange(44, 46, RangeKind.CODE),
        DeadRange(50, 50, RangeKind.ERROR_HANDLING),
    ),
    reason="run in about 37 % of invocations",
    first_seen="2026-11-01T00:00:12Z",
    last_seen="2026-11-16T23:59:58Z",
    lambda_functions=(
        says(API, Verdict.USED, 2_000_000, 16, frequency=0.38),
        says(NIGHTLY, Verdict.DEAD, 41_377, 16, 7.24e-5),
    ),
)
CLASS = replace(
    USED, name="Coupons", unit="inits", reason="run when its module was loaded", dead_lines=()
)
KEEP = Keep("orders/pricing.py:40", "year-end job", "2027-03-01", expired=False)


def explained(
    report: DeadCodeReport,
    function: FunctionEvidence,
    hot_paths: HotPathsReport | None = None,
    shipped: tuple[Shipped, ...] = (),
    *others: FunctionEvidence,
    file: FileEvidence | None = None,
    line: int | None = None,
    **place: bool,
) -> dict[str, list[str]]:
    """The words under each heading."""
    whole = replace(
        report,
        functions=(function, *others),
        files=(file or FileEvidence(FILE, FileState.LOADED, function.dead_lines, 90),),
    )
    return told(explain(whole, Place(function, line, **place), hot_paths, shipped))


def told(found: Explanation) -> dict[str, list[str]]:
    """The words under each heading."""
    return {
        part.heading: [f"{each.label} {each.words}".strip() for each in part.entries]
        for part in found.parts
    }
