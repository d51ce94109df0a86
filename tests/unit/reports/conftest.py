"""Reports made by hand, small enough to check by eye."""

from __future__ import annotations

import pytest

from lambda_usage.evidence.model import (
    BlindSpot,
    DeadCodeReport,
    DeadRange,
    Evidence,
    FileEvidence,
    FileState,
    FunctionEvidence,
    FunctionFrequency,
    HotPathsReport,
    LambdaFunction,
    PathEvidence,
    PathTrace,
    RangeKind,
    Thresholds,
    Verdict,
)

EVIDENCE = Evidence(
    invocations=2_041_377,
    inits=214,
    exposure=2_040_000.0,
    windows=48_212,
    days=16,
    bundles=4_711,
    bundles_missing=3,
    processes_unfinished=2,
    first="2026-11-01T00:00:12Z",
    last="2026-11-16T23:59:58Z",
    lambda_functions=(
        LambdaFunction("orders-api:live", 2_000_000, 190, 47_000, 16),
        LambdaFunction("orders-nightly", 41_377, 24, 1_212, 16),
    ),
)
BLIND_SPOTS = (
    BlindSpot(
        "bundles-missing", "3 bundles of 2 processes never arrived: what they counted is lost."
    ),
    BlindSpot("seasonal", "Code that runs less than once a fortnight looks the same as dead code."),
)


def code(first: int, last: int, kind: RangeKind = RangeKind.CODE) -> DeadRange:
    return DeadRange(first, last, kind)


def function(
    file: str,
    name: str,
    line: int,
    verdict: Verdict,
    *dead: DeadRange,
    frequency: float | None = None,
    bound: float | None = None,
    reason: str = "",
) -> FunctionEvidence:
    low = None if frequency is None else max(0.0, frequency - 0.02)
    high = None if frequency is None else min(1.0, frequency + 0.02)
    unit = "inits" if name == "<module>" else "invocations"
    return FunctionEvidence(
        file, name, line, verdict, 41_377.0, bound, frequency, low, high, dead, reason, unit
    )


FUNCTIONS = (
    function("orders/handler.py", "<module>", 1, Verdict.USED, frequency=1.0),
    function(
        "orders/handler.py",
        "handler",
        14,
        Verdict.USED,
        code(31, 33, RangeKind.ERROR_HANDLING),
        frequency=1.0,
    ),
    function("orders/pricing.py", "price", 8, Verdict.USED, code(22, 27), frequency=0.374),
    function("orders/pricing.py", "legacy_discount", 40, Verdict.DEAD, code(41, 58), bound=7.24e-5),
    function("orders/pricing.py", "Coupons", 62, Verdict.STARTUP),
    function("orders/pricing.py", "Coupons.redeem", 64, Verdict.DEAD, code(65, 80), bound=7.24e-5),
    function(
        "orders/pricing.py",
        "Coupons.redeem.<locals>.key",
        66,
        Verdict.DEAD,
        code(67, 67),
        bound=7.24e-5,
    ),
    function(
        "orders/store.py",
        "Store.save",
        12,
        Verdict.DEAD,
        code(13, 13, RangeKind.STUB),
        bound=7.24e-5,
    ),
    function("orders/v1.py", "<module>", 1, Verdict.DEAD, code(1, 5), bound=0.0139),
    function("orders/v1.py", "convert", 7, Verdict.DEAD, code(8, 60), bound=7.24e-5),
    function("orders/v1.py", "convert_all", 62, Verdict.DEAD, code(63, 90), bound=7.24e-5),
    function(
        "orders/nightly.py",
        "archive",
        20,
        Verdict.UNPROVEN,
        reason="orders-nightly has 3 days of 14",
    ),
    function("tools/seed_data.py", "main", 3, Verdict.NOT_DEPLOYED),
)


@pytest.fixture
def dead_code() -> DeadCodeReport:
    return DeadCodeReport(
        evidence=EVIDENCE,
        blind_spots=BLIND_SPOTS,
        thresholds=Thresholds(1000, 14, ("orders-api", "orders-nightly")),
        files=(
            FileEvidence(
                "orders/handler.py", FileState.LOADED, (code(31, 33, RangeKind.ERROR_HANDLING),)
            ),
            FileEvidence("orders/pricing.py", FileState.LOADED, (code(22, 27), code(41, 58))),
            FileEvidence("orders/store.py", FileState.LOADED, (code(13, 13, RangeKind.STUB),)),
            FileEvidence("orders/v1.py", FileState.SHIPPED, (code(1, 90),)),
            FileEvidence("orders/nightly.py", FileState.DIFFERS, ()),
            FileEvidence("tools/seed_data.py", FileState.NOT_DEPLOYED, ()),
        ),
        functions=FUNCTIONS,
    )


@pytest.fixture
def hot_paths() -> HotPathsReport:
    common = ("orders/handler.py:handler", "orders/handler.py:route")
    return HotPathsReport(
        evidence=EVIDENCE,
        blind_spots=BLIND_SPOTS,
        paths=(
            PathEvidence(
                "9f2c01aa77d1",
                0.614,
                0.609,
                0.619,
                29_602,
                0.0123,
                0.0,
                (*common, "orders/pricing.py:price", "orders/store.py:Orders.get"),
            ),
            PathEvidence(
                "0bd41e9c52f0",
                0.374,
                0.369,
                0.379,
                18_031,
                0.2041,
                1204.4,
                (
                    *common,
                    "orders/pricing.py:price",
                    "orders/pricing.py:Coupons.apply",
                    "orders/store.py:Orders.put",
                    "orders/store.py:Orders._key",
                ),
                traces=(
                    PathTrace(
                        "1-5759e988-bd862e3fe1be46a994272793",
                        "2026-11-16T09:41:07Z",
                        0.0512,
                        "orders-api",
                    ),
                    PathTrace(
                        "4bf92f3577b34da6a3ce929d0e0e4736",
                        "2026-11-16T09:40:59Z",
                        None,
                        "orders-nightly",
                    ),
                ),
            ),
            PathEvidence("77aa10c3d4e5", 0.00094, 0.0007, 0.00123, 45, None, 0.3, common),
        ),
        functions=(
            FunctionFrequency("orders/handler.py", "handler", 14, 1.0, 0.99994, 1.0, 48_212),
            FunctionFrequency("orders/pricing.py", "price", 8, 0.988, 0.987, 0.989, 47_633),
            FunctionFrequency(
                "orders/pricing.py", "Coupons.apply", 70, 0.374, 0.369, 0.379, 18_031
            ),
        ),
    )
