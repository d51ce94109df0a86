"""Whether it may be deleted, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from explanation_cases import (
    CLASS,
    DEAD,
    FILE,
    KEEP,
    LOADED,
    NIGHTLY,
    UNPROVEN,
    USED,
    explained,
    told,
)

from lambda_usage.evidence.model import (
    DeadCodeReport,
    DeadRange,
    FileEvidence,
    FunctionEvidence,
    Keep,
    KeepEvidence,
    KeepState,
    RangeKind,
    Verdict,
)
from lambda_usage.reports._explanation import explain
from lambda_usage.reports._findings import Standing
from lambda_usage.reports._places import Place


def test_dead_code_may_be_deleted_on_evidence_of_a_period(dead_code: DeadCodeReport) -> None:
    answer = explained(dead_code, DEAD)["May I delete it?"]
    assert answer[0] == (
        "On this evidence, yes: never run in 41,377 invocations of orders-nightly over 16 days."
    )
    assert "16 days, 2026-11-01 to 2026-11-16 (UTC)" in answer[1]
    assert "a yearly job" in answer[1]


@pytest.mark.parametrize(
    ("function", "answer"),
    [
        (UNPROVEN, "Not on this evidence: shipped by orders-nightly too"),
        (USED, "No: run in about 37 % of invocations."),
        (replace(USED, verdict=Verdict.STARTUP, reason="run while"), "Not by itself: run while."),
        (replace(DEAD, verdict=Verdict.NOT_DEPLOYED), "This data cannot say: no Lambda function"),
        (CLASS, "The verdict does not say: run when its module was loaded, needed or not."),
    ],
)
def test_other_code_may_not_be_deleted(
    dead_code: DeadCodeReport, function: FunctionEvidence, answer: str
) -> None:
    assert explained(dead_code, function)["May I delete it?"][0].startswith(answer)


def test_what_somebody_keeps_may_not_be_deleted(dead_code: DeadCodeReport) -> None:
    answer = explained(dead_code, replace(DEAD, keep=KEEP))["May I delete it?"]
    assert answer[0] == "No: it is kept on purpose until 2027-03-01 (year-end job)."
    assert answer[1].startswith("But for that, the evidence would do: never run in 41,377")


@pytest.mark.parametrize("keep", [None, replace(KEEP, expired=True)])
def test_what_holds_kept_lines_may_not_be_deleted(
    dead_code: DeadCodeReport, keep: Keep | None
) -> None:
    lines = DeadRange(44, 46, RangeKind.CODE, KEEP), DeadRange(50, 50, RangeKind.CODE, KEEP)
    function = replace(DEAD, keep=keep, dead_lines=(*DEAD.dead_lines, *lines))
    found = explain(
        replace(dead_code, functions=(function,), files=(FileEvidence(FILE, LOADED, (), 90),)),
        Place(function, 45),
    )
    assert found.standing is Standing.KEPT
    text = told(found)["May I delete it?"]
    assert text[0] == "Not as a whole: something in it is kept on purpose."
    assert text[-1] == "Kept on purpose in it: lines 44-46, line 50."
    assert " yes" not in " ".join(text)


def test_what_is_apart_may_not_be_counted_on(dead_code: DeadCodeReport) -> None:
    failing = replace(DEAD, dead_lines=(DeadRange(41, 58, RangeKind.ERROR_HANDLING),))
    answer = explained(dead_code, failing)["May I delete it?"]
    assert answer == [
        "Do not count on it: nothing but stubs and error handling is silent in it.",
        "Never run in 41,377 invocations of orders-nightly over 16 days.",
    ]


@pytest.mark.parametrize(
    ("dead", "standing"),
    [
        (replace(DEAD, keep=KEEP), Standing.KEPT),
        (replace(USED, keep=KEEP), Standing.KEPT),
        (replace(USED, keep_inside=(KEEP,)), Standing.KEPT),
        (
            replace(DEAD, dead_lines=(DeadRange(41, 58, RangeKind.ERROR_HANDLING),)),
            Standing.APART,
        ),
    ],
)
def test_what_is_kept_or_apart_is_dead_for_no_lambda_function(
    dead_code: DeadCodeReport, dead: FunctionEvidence, standing: Standing
) -> None:
    whole = replace(dead_code, functions=(dead,), files=(FileEvidence(FILE, LOADED, (), 90),))
    parts = {part.heading: part.entries for part in explain(whole, Place(dead)).parts}
    shown = {each.label: each.standing for each in parts["In each Lambda function"]}
    assert shown[NIGHTLY] is standing


def test_what_was_kept_until_a_day_that_is_over_may_be_deleted(dead_code: DeadCodeReport) -> None:
    expired = replace(KEEP, expired=True)
    report = replace(
        dead_code, keeps=(KeepEvidence(expired, KeepState.EXPIRED, (f"{FILE}:legacy",)),)
    )
    found = explained(report, replace(DEAD, keep=expired))
    assert found["May I delete it?"][0].startswith("On this evidence, yes")
    assert found["Suppressions"] == [
        "orders/pricing.py:40 Was to be kept until 2027-03-01 (year-end job): that day is over, "
        "so it counts as others."
    ]


def test_what_is_in_it_and_not_dead_is_named(dead_code: DeadCodeReport) -> None:
    inside = [
        replace(USED, name="Coupons.apply", line=42, last_line=50),
        replace(DEAD, name="Coupons.redeem", line=52, last_line=58, keep=KEEP),
        replace(USED, name="CouponsToo", line=70, last_line=80),
    ]
    found = explained(dead_code, CLASS, None, (), *inside)
    assert "Not dead in it: Coupons.apply (1 of 2)." in found["May I delete it?"]
    assert not any(each.startswith("Dead in it") for each in found["May I delete it?"])
    assert "Kept on purpose in it: Coupons.redeem." in found["May I delete it?"]
    assert found["Functions and classes in it"][0] == "1 used, 1 kept."
    assert [each.split()[1] for each in found["Functions and classes in it"][1:]] == [
        "Coupons.apply",
        "Coupons.redeem",
    ]


def test_of_a_file_all_functions_are_listed(dead_code: DeadCodeReport) -> None:
    module = replace(CLASS, name="<module>", line=1, last_line=90)
    found = explained(dead_code, module, None, (), DEAD, USED, whole_file=True)
    assert found["Functions and classes in it"] == [
        "40 legacy never run in 41,377 invocations of orders-nightly over 16 days",
        "40 price runs in 37 % of invocations",
    ]
