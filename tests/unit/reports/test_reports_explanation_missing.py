"""What would make it dead, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from explanation_cases import (
    DEAD,
    NIGHTLY,
    UNPROVEN,
    USED,
    explained,
    says,
)

from lambda_usage.evidence.model import (
    DeadCodeReport,
    Thresholds,
    Verdict,
)
from lambda_usage.evidence.shipped import Edition, Shipped


def test_what_starts_with_a_process_counts_process_starts(dead_code: DeadCodeReport) -> None:
    body = replace(UNPROVEN, unit="inits")
    found = explained(dead_code, body)
    assert found["What is known of it?"][-1].endswith("so process starts count instead.")
    assert "640 process starts on 5 days" in found["In each Lambda function"][1]
    assert found["What would make it dead?"] == [
        "360 more process starts and 9 more days of orders-nightly without a run of it."
    ]


def test_what_is_missing_for_dead_is_counted(dead_code: DeadCodeReport) -> None:
    assert explained(dead_code, UNPROVEN)["What would make it dead?"] == [
        "360 more invocations and 9 more days of orders-nightly without a run of it."
    ]


def test_one_is_singular_and_what_is_enough_is_left_out(dead_code: DeadCodeReport) -> None:
    almost = replace(
        UNPROVEN, lambda_functions=(says(NIGHTLY, Verdict.UNPROVEN, 41_377, 13, 7.24e-5),)
    )
    assert explained(dead_code, almost)["What would make it dead?"] == [
        "1 more day of orders-nightly without a run of it."
    ]


def test_nothing_is_missing_of_what_is_dead(dead_code: DeadCodeReport) -> None:
    assert "What would make it dead?" not in explained(dead_code, DEAD)


@pytest.mark.parametrize(
    ("edition", "first"),
    [
        (Edition.OTHER, "orders-nightly would have to ship this very file. Then 1,000 more"),
        (
            Edition.UNREAD,
            "orders-nightly would have to record the file (COVERAGE_INCLUDE_PATTERNS)",
        ),
        (Edition.UNLISTED, "The list of the files that orders-nightly ships would have to arrive."),
        (
            Edition.SAME,
            "orders-nightly would have to be able to notice it: none of its 41,377 invocations "
            "could. Then 1,000 more",
        ),
    ],
)
def test_what_stands_in_the_way_of_evidence_comes_first(
    dead_code: DeadCodeReport, edition: Edition, first: str
) -> None:
    blind = replace(UNPROVEN, lambda_functions=(says(NIGHTLY, Verdict.UNPROVEN, 0, 0, 1.0),))
    shipped = (Shipped(NIGHTLY, {edition: ()}),)
    (wanted,) = explained(dead_code, blind, None, shipped)["What would make it dead?"]
    assert wanted.startswith(first)
    assert wanted.endswith("14 more days of orders-nightly without a run of it.")


def test_functions_that_were_expected_would_have_to_report(dead_code: DeadCodeReport) -> None:
    limits = Thresholds(1000, 14, ("orders-api", "orders-yearly"))
    enough = replace(UNPROVEN, lambda_functions=DEAD.lambda_functions)
    found = explained(replace(dead_code, thresholds=limits), enough)
    assert found["What would make it dead?"] == [
        "orders-yearly was expected and would have to report."
    ]


def test_what_no_number_proves_says_so(dead_code: DeadCodeReport) -> None:
    stub = replace(
        UNPROVEN, reason="a stub: that it never ran is no evidence of its death",
        lambda_functions=(says(NIGHTLY, Verdict.UNPROVEN, 41_377, 16, 1e-4, reason="a stub"),),
    )  # fmt: skip
    found = explained(dead_code, stub)
    assert found["What would make it dead?"] == [
        "No number of trials: a stub: that it never ran is no evidence of its death."
    ]
    assert found["In each Lambda function"][0].endswith("A stub.")


def test_used_code_is_not_dead_in_this_data(dead_code: DeadCodeReport) -> None:
    assert explained(dead_code, USED)["What would make it dead?"] == [
        "Nothing in this data: it ran, last noticed on 2026-11-16 at 23:59 UTC. Only data of a "
        "later time can."
    ]
