"""What would be missed without it, in words: the paths that run it."""

from __future__ import annotations

from dataclasses import replace

from explanation_cases import (
    API,
    DEAD,
    NIGHTLY,
    USED,
    explained,
    says,
)

from lambda_usage.evidence.model import (
    DeadCodeReport,
    HotPathsReport,
    PathShare,
    Verdict,
)


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
