"""Verdicts in words: what is told, from evidence made by hand."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest

from lambda_usage.evidence.model import (
    BlindSpot,
    DeadCodeReport,
    DeadRange,
    FileEvidence,
    FileState,
    FunctionEvidence,
    HotPathsReport,
    Keep,
    KeepEvidence,
    KeepState,
    LambdaFunctionVerdict,
    PathShare,
    RangeKind,
    StatementEvidence,
    Thresholds,
    Verdict,
)
from lambda_usage.evidence.shipped import Edition, Shipped
from lambda_usage.reports._explanation import Explanation, explain
from lambda_usage.reports._explanation_words import one_in
from lambda_usage.reports._findings import Standing
from lambda_usage.reports._places import Place
from lambda_usage.reports.text import TextRenderer

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


def test_silent_error_handling_is_not_said_to_be_proven(dead_code: DeadCodeReport) -> None:
    kind = RangeKind.ERROR_HANDLING
    statement = StatementEvidence(45, 45, "legacy", Verdict.DEAD, kind, 0.0)
    file = FileEvidence(FILE, LOADED, (), 90, statements=(statement,))
    (line,) = explained(dead_code, DEAD, file=file, line=45)["Line 45"]
    assert line.endswith("that nothing failed proves nothing.")


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


def test_the_paths_that_run_it_are_what_would_be_missed(
    dead_code: DeadCodeReport, hot_paths: HotPathsReport
) -> None:
    first, *others = hot_paths.paths
    paths = (replace(first, lambda_functions=(PathShare(API, 0.6, 0.5, 0.7, 100.0),)), *others)
    answer = explained(dead_code, USED, replace(hot_paths, paths=paths))["What would I miss?"]
    assert answer[0] == "2 of the 3 ways through the code that were recorded run it."
    assert answer[1] == "About 60 % of the invocations of orders-api:live run it."
    assert "9f2c01aa 60 % of the invocations of orders-api:live (50-70 %), 12 ms on average." in (
        answer
    )
    assert answer[-1].endswith(
        "of all invocations (36.9-37.9 %), 204 ms on average, about 1,204 errors."
    )


def test_what_a_small_lambda_function_would_miss_is_its_own_share_not_the_fleets(
    dead_code: DeadCodeReport, hot_paths: HotPathsReport
) -> None:
    rare = replace(
        hot_paths.paths[0],
        share=0.0099,
        lambda_functions=(PathShare(NIGHTLY, 0.85, 0.8, 0.9, 18_000.0),),
    )
    small = replace(
        USED, lambda_functions=(says(NIGHTLY, Verdict.USED, 20_000, 16, frequency=0.9),)
    )
    answer = explained(dead_code, small, replace(hot_paths, paths=(rare,)))["What would I miss?"]
    assert answer[1:3] == [
        "About 90 % of the invocations of orders-nightly run it.",
        "Of the invocations of all Lambda functions together, 0.99 % took these ways.",
    ]
    assert answer[3].startswith("9f2c01aa 85 % of the invocations of orders-nightly (80-90 %)")
    known = explained(dead_code, small)["What is known of it?"]
    assert any("of the invocations of orders-nightly" in each for each in known)


def test_what_every_path_runs_is_told_so(
    dead_code: DeadCodeReport, hot_paths: HotPathsReport
) -> None:
    handler = replace(USED, file="orders/handler.py", name="handler")
    answer = explained(dead_code, handler, hot_paths)["What would I miss?"]
    assert answer[0] == "All 3 ways through the code that were recorded run it."


def test_that_no_path_runs_it_is_told(dead_code: DeadCodeReport, hot_paths: HotPathsReport) -> None:
    nothing = "None of the 3 ways through the code that were recorded runs it."
    assert explained(dead_code, DEAD, hot_paths)["What would I miss?"] == [nothing]
    rare = replace(USED, name="rare")
    assert explained(dead_code, rare, hot_paths)["What would I miss?"] == [
        f"{nothing} It ran outside windows."
    ]


def test_without_paths_nothing_is_said_of_them(
    dead_code: DeadCodeReport, hot_paths: HotPathsReport
) -> None:
    assert "What would I miss?" not in explained(dead_code, DEAD)
    assert "What would I miss?" not in explained(dead_code, DEAD, replace(hot_paths, paths=()))


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


def test_each_lambda_function_tells_what_it_ships_and_saw(dead_code: DeadCodeReport) -> None:
    shipped = (
        Shipped(API, {Edition.SAME: ("9", "41", "42", "100")}),
        Shipped(NIGHTLY, {Edition.OTHER: ("$LATEST",), Edition.SAME: ()}),
    )
    said = explained(dead_code, UNPROVEN, None, shipped)["In each Lambda function"]
    assert said == [
        "orders-api:live Ships this very file (version 100, 42, 41 and 1 more). "
        "2,000,000 invocations on 16 days would have noticed it (1,000 on 14 needed). "
        "At most about 1 in 666,000 invocations runs it (95 % confidence).",
        "orders-nightly Ships another version of this file (version $LATEST) and ships this very "
        "file. 640 invocations on 5 days would have noticed it (1,000 on 14 needed). "
        "At most about 1 in 214 invocations runs it (95 % confidence).",
    ]


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


def test_lines_that_never_ran_are_told_with_their_kind(dead_code: DeadCodeReport) -> None:
    kept = replace(USED, dead_lines=(*USED.dead_lines, DeadRange(52, 53, RangeKind.STUB, KEEP)))
    assert explained(dead_code, kept)["Lines of it that never ran"] == [
        "lines 44-46 Never ran.",
        "line 50 Error handling that never ran: that nothing failed proves nothing.",
        "lines 52-53 A stub that never ran: it was never meant to. Is kept on purpose until "
        "2027-03-01 (year-end job).",
    ]


def test_lines_on_too_thin_evidence_are_told_apart(dead_code: DeadCodeReport) -> None:
    statements = tuple(
        StatementEvidence(first, last, "price", verdict, RangeKind.CODE, 0.0)
        for first, last, verdict in (
            (41, 41, Verdict.USED),
            (42, 42, Verdict.UNPROVEN),
            (43, 44, Verdict.UNPROVEN),
            (45, 45, Verdict.USED),
            (47, 47, Verdict.UNPROVEN),
        )
    )
    file = FileEvidence(FILE, FileState.LOADED, (), 90, (), statements)
    found = explained(dead_code, replace(USED, dead_lines=()), file=file)
    thin = "Never noticed to run, on too thin evidence to call it dead."
    assert found["Lines of it that never ran"] == [f"lines 42-44 {thin}", f"line 47 {thin}"]


@pytest.mark.parametrize(
    ("verdict", "invocations", "words"),
    [
        (Verdict.USED, 1_200.4, "It ran in about 1,200 invocations or more."),
        (Verdict.USED, 0.0, "It ran, though in no window."),
        (Verdict.STARTUP, 0.0, "It ran while processes started, never in an invocation."),
        (Verdict.DEAD, 0.0, "Never ran. The evidence is enough to say so."),
        (Verdict.UNPROVEN, 0.0, "It was never noticed to run, on too thin evidence"),
        (Verdict.NOT_DEPLOYED, 0.0, "No Lambda function that reported ships it."),
    ],
)
def test_a_line_is_answered_for(
    dead_code: DeadCodeReport, verdict: Verdict, invocations: float, words: str
) -> None:
    around = StatementEvidence(43, 47, "price", Verdict.USED, RangeKind.CODE, 9.0)
    asked = StatementEvidence(44, 45, "price", verdict, RangeKind.CODE, invocations)
    file = FileEvidence(FILE, FileState.LOADED, (), 90, (), (around, asked))
    (found,) = explained(dead_code, USED, file=file, line=45)["Line 45"]
    assert found.startswith(f"lines 44-45 {words}")


def test_a_line_of_a_body_ran_on_loading(dead_code: DeadCodeReport) -> None:
    asked = StatementEvidence(40, 41, "Coupons", Verdict.USED, RangeKind.CODE, 0.0)
    file = FileEvidence(FILE, FileState.LOADED, (), 90, (), (asked,))
    found = explained(dead_code, CLASS, file=file, line=41)
    assert found["Line 41"] == ["lines 40-41 It ran when its module was loaded."]


def test_a_line_without_code_is_told_to_have_none(dead_code: DeadCodeReport) -> None:
    (found,) = explained(dead_code, USED, line=45)["Line 45"]
    assert found.startswith("It has no code of its own")


def test_only_blind_spots_that_bear_on_it_are_told(dead_code: DeadCodeReport) -> None:
    spots = (
        BlindSpot("bundles_missing", "3 bundles are missing."),
        BlindSpot("unsampled", "5 invocations could not have become a window."),
        BlindSpot("ctrace", "reports-api runs on Python 3.11."),
        BlindSpot("source_differs", f"1 file is shipped in another version: {FILE}."),
        BlindSpot("keep_mistakes", "Suppressions to be mended: a.py:1, b.py:1 and 4 more."),
        BlindSpot("body_not_seen", "2 modules had been loaded before recording began."),
        BlindSpot("not_parsed", "Not understood, so not judged: old.py."),
    )
    report = replace(dead_code, blind_spots=spots)
    heading = "What the data cannot show here"

    def told(function: FunctionEvidence) -> list[str]:
        found = explained(report, function)[heading]
        return [each.kind for each in spots if each.message in found]

    assert told(DEAD) == ["bundles_missing", "source_differs", "keep_mistakes"]
    assert told(USED) == ["bundles_missing", "unsampled", "source_differs", "keep_mistakes"]
    assert "body_not_seen" in told(CLASS)


def test_the_text_form_tells_all_of_it(dead_code: DeadCodeReport) -> None:
    report = replace(
        dead_code,
        functions=(UNPROVEN,),
        files=(FileEvidence(FILE, FileState.LOADED, (), 90),),
    )
    explanation: Explanation = explain(report, Place(UNPROVEN))
    out = io.StringIO()
    TextRenderer().explanation(explanation, out)
    text = re.sub(r"\s+", " ", out.getvalue())
    assert text.startswith("legacy unproven orders/pricing.py:40-58 May I delete it? Not on this")
    for part in explanation.parts:
        assert part.heading in text
    assert "orders-nightly unproven 640 invocations on 5 days" in text
    assert "\x1b" not in out.getvalue()
    assert not re.search(r" $", out.getvalue(), re.MULTILINE)
