"""What is known of it, in words: bounds, and when and how often it ran."""

from __future__ import annotations

from dataclasses import replace

from explanation_cases import (
    CLASS,
    DEAD,
    NIGHTLY,
    UNPROVEN,
    USED,
    explained,
    says,
)

from lambda_usage.evidence.model import (
    DeadCodeReport,
    Verdict,
)
from lambda_usage.reports._explanation_words import one_in


def test_a_bound_is_told_as_one_in_so_many(dead_code: DeadCodeReport) -> None:
    known = explained(dead_code, DEAD)["What is known of it?"]
    assert "It was never noticed to run." in known
    assert "At most about 1 in 13,800 invocations runs it (95 % confidence)." in known
    assert any(each.startswith("Dead would mean: never ran in 1,000 or more") for each in known)


def test_a_bound_is_never_told_smaller_than_it_is() -> None:
    assert one_in(0.002991) == "1 in 334"
    assert one_in(1 / 3) == "1 in 3"
    assert one_in(0.4) == "1 in 2"
    assert one_in(1 / 123_999) == "1 in 123,000"


def test_a_bound_that_says_little_is_told_as_a_percentage(dead_code: DeadCodeReport) -> None:
    known = explained(dead_code, replace(UNPROVEN, use_upper_bound=0.9501))["What is known of it?"]
    assert "At most about 96 % of invocations run it (95 % confidence)." in known


def test_a_bound_that_bounds_nothing_is_told_to_be_none(dead_code: DeadCodeReport) -> None:
    thin = replace(
        UNPROVEN,
        use_upper_bound=0.991,
        lambda_functions=(says(NIGHTLY, Verdict.UNPROVEN, 1, 1, 0.991),),
    )
    parts = explained(dead_code, thin)
    assert (
        "Nothing bounds its use: orders-nightly had too few trials."
        in (parts["What is known of it?"])
    )
    told = " ".join(each for part in parts.values() for each in part)
    assert "100 %" not in told
    assert "Nothing bounds its use: that is too little." in told


def test_silence_in_windows_is_never_told_to_bound_more_than_it_does(
    dead_code: DeadCodeReport,
) -> None:
    silent = replace(USED, frequency=0.0, frequency_low=0.0, frequency_high=0.00101)
    known = " ".join(explained(dead_code, silent)["What is known of it?"])
    assert "none of the windows: in less than 0.11 % of" in known
    silent = replace(silent, frequency_high=0.995)
    known = " ".join(explained(dead_code, silent)["What is known of it?"])
    assert "none of the windows: they are too few to bound its use." in known


def test_what_nothing_bounds_is_not_given_a_bound(dead_code: DeadCodeReport) -> None:
    blind = replace(
        UNPROVEN,
        use_upper_bound=1.0,
        lambda_functions=(says(NIGHTLY, Verdict.UNPROVEN, 0, 0, 1.0),),
    )
    known = explained(dead_code, blind)["What is known of it?"]
    assert "Nothing bounds its use: orders-nightly could not have noticed it." in known


def test_when_and_how_often_it_ran_is_told(dead_code: DeadCodeReport) -> None:
    known = explained(dead_code, USED)["What is known of it?"]
    assert known[0] == (
        "It was first noticed to run on 2026-11-01 at 00:00 UTC, and last on 2026-11-16 at "
        "23:59 UTC."
    )
    whose = "the invocations of the 2 Lambda functions that ship it"
    assert f"It runs in 37 % of {whose} (35.4-39.4 % at 95 %)." in known


def test_what_ran_unnoticed_is_not_said_never_to_have_run(dead_code: DeadCodeReport) -> None:
    unnoticed = replace(CLASS, first_seen=None, last_seen=None)
    assert explained(dead_code, unnoticed)["What is known of it?"][0] == (
        "When it ran was not noticed."
    )


def test_one_moment_is_told_once(dead_code: DeadCodeReport) -> None:
    once = replace(USED, last_seen="2026-11-01T00:00:58Z")
    assert explained(dead_code, once)["What is known of it?"][0] == (
        "It was noticed to run on 2026-11-01 at 00:00 UTC."
    )
