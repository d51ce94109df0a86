"""The text form: what it tells, not how it is laid out."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest

from lambda_usage.evidence.model import (
    BlindSpot,
    DeadCodeReport,
    FunctionEvidence,
    HotPathsReport,
    Keep,
    LambdaFunction,
    Verdict,
)
from lambda_usage.reports import renderer_for
from lambda_usage.reports._explanation import explain
from lambda_usage.reports._places import Place
from lambda_usage.reports.text import TextRenderer


def dead_code_text(report: DeadCodeReport) -> str:
    out = io.StringIO()
    renderer_for("text").dead_code(report, out)
    return out.getvalue()


def hot_paths_text(report: HotPathsReport) -> str:
    out = io.StringIO()
    renderer_for("text").hot_paths(report, out)
    return out.getvalue()


def flowing(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def section(text: str, heading: str) -> str:
    """From the line that begins with ``heading`` to the next empty line."""
    start = text.index(f"\n{heading}")
    return text[start + 1 :].partition("\n\n")[0]


def test_what_was_looked_at_comes_first(dead_code: DeadCodeReport) -> None:
    start = flowing(dead_code_text(dead_code).partition("Dead:")[0])
    assert "2,041,377 invocations and 214 process starts of 2 Lambda functions" in start
    assert "16 days, 2026-11-01 to 2026-11-16" in start
    assert "4,711 bundles (3 missing, 2 processes unfinished)" in start
    assert "orders-nightly 41,377 invocations" in start


ESCAPES = "\x1b]0;pwned\x07\x1b[31m\x9b2J\u202e\n  Nothing is dead"


def test_no_name_or_reason_reaches_the_terminal_as_a_command(
    dead_code: DeadCodeReport, hot_paths: HotPathsReport
) -> None:
    keep = Keep("a.py:1", ESCAPES, None, expired=False)
    hostile = replace(dead_code.functions[3], file=ESCAPES, name=ESCAPES, reason=ESCAPES)
    spots = (BlindSpot("kind", ESCAPES),)
    kept = replace(hostile, name="kept", line=99, last_line=99, keep=keep)
    report = replace(dead_code, functions=(hostile, kept), blind_spots=spots)
    path = replace(hot_paths.paths[0], id=ESCAPES, functions=(f"{ESCAPES}:{ESCAPES}",))
    out = io.StringIO()
    TextRenderer().explanation(explain(report, Place(hostile)), out)
    traffic = replace(hot_paths, paths=(path,), blind_spots=spots)
    for text in (dead_code_text(report), hot_paths_text(traffic), out.getvalue()):
        assert "\\x1b" in text
        assert not set("\x1b\x07\x9b\u202e") & set(text)
        assert "\n  Nothing is dead" not in text


def test_the_rule_behind_dead_is_told(dead_code: DeadCodeReport) -> None:
    assert "never ran in 1,000 or more invocations on 14 days or more" in flowing(
        dead_code_text(dead_code)
    )


def test_a_rule_without_days_says_so(dead_code: DeadCodeReport) -> None:
    lenient = replace(dead_code, thresholds=replace(dead_code.thresholds, min_days=0))
    assert "on however few days" in flowing(dead_code_text(lenient))


def test_each_verdict_is_counted(dead_code: DeadCodeReport) -> None:
    text = flowing(dead_code_text(dead_code))
    for words in ("used 3", "startup 1", "dead 6", "stubs 1", "unproven 1", "not deployed 1"):
        assert words in text
    assert "kept" not in text


def test_a_dead_function_has_its_lines_and_its_bound_in_words(dead_code: DeadCodeReport) -> None:
    found = section(dead_code_text(dead_code), "Dead:")
    assert re.search(r"40-58\s+legacy_discount", found)
    assert "used in less than 0.0073 % of invocations (95 %)" in found


def test_what_lies_inside_something_dead_goes_with_it(dead_code: DeadCodeReport) -> None:
    found = section(dead_code_text(dead_code), "Dead:")
    assert re.search(r"64-80\s+Coupons.redeem \(and 1 inside\)", found)
    assert "<locals>" not in found


def test_a_file_that_was_never_imported_is_one_finding(dead_code: DeadCodeReport) -> None:
    found = section(dead_code_text(dead_code), "Dead:")
    assert re.search(r"1-90\s+whole file, never imported \(2 functions\)", found)
    assert "convert" not in found
    assert "used in less than 1.4 % of process starts (95 %)" in found


def test_dead_lines_of_a_used_function_stand_apart(dead_code: DeadCodeReport) -> None:
    found = section(dead_code_text(dead_code), "Dead inside")
    assert re.search(r"22-27\s+price\s+runs in 37 % of invocations", found)
    assert "legacy_discount" not in found


def test_error_handling_and_stubs_are_not_called_dead(dead_code: DeadCodeReport) -> None:
    text = dead_code_text(dead_code)
    apart = section(text, "Error handling and stubs")
    assert re.search(r"31-33\s+handler\s+error handling", apart)
    assert re.search(r"13\s+Store.save\s+stub", apart)
    assert "Store.save" not in section(text, "Dead:")


def test_the_unproven_have_their_reason(dead_code: DeadCodeReport) -> None:
    found = section(dead_code_text(dead_code), "Unproven")
    assert "orders-nightly has 3 days of 14" in found
    assert re.search(r"orders/nightly.py\s+archive:20", found)


def test_a_long_list_of_unproven_is_shortened_and_says_so(dead_code: DeadCodeReport) -> None:
    pattern = next(each for each in dead_code.functions if each.verdict is Verdict.UNPROVEN)
    many = tuple(replace(pattern, name=f"job_{number}", line=number) for number in range(1, 50))
    found = section(dead_code_text(replace(dead_code, functions=many)), "Unproven: 49")
    assert "and 41 more" in flowing(found)
    assert "--format json" in found


def test_the_never_shipped_are_named(dead_code: DeadCodeReport) -> None:
    assert "tools/seed_data.py" in section(dead_code_text(dead_code), "Never shipped: 1 file")


def test_blind_spots_end_both_reports_in_plain_words(
    dead_code: DeadCodeReport, hot_paths: HotPathsReport
) -> None:
    for text in (dead_code_text(dead_code), hot_paths_text(hot_paths)):
        end = flowing(text.partition("What this report cannot see")[2])
        assert end.endswith(
            "Code that runs less than once a fortnight looks the same as dead code. "
        )


def test_nothing_dead_is_said_and_not_left_to_guess(dead_code: DeadCodeReport) -> None:
    used = tuple(each for each in dead_code.functions if each.verdict is Verdict.USED)
    assert "Nothing is dead on this evidence" in dead_code_text(replace(dead_code, functions=used))


def test_one_lambda_function_is_named_and_not_counted(dead_code: DeadCodeReport) -> None:
    alone = replace(
        dead_code.evidence, lambda_functions=(LambdaFunction("orders:live", 5, 1, 5, 1),)
    )
    assert "of orders:live" in dead_code_text(replace(dead_code, evidence=alone))


def test_piped_text_fits_80_columns_and_carries_no_escapes(
    dead_code: DeadCodeReport, hot_paths: HotPathsReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    for text in (dead_code_text(dead_code), hot_paths_text(hot_paths)):
        assert "\x1b" not in text
        assert max(map(len, text.splitlines())) <= 80
        assert not re.search(r" $", text, re.MULTILINE)


def test_no_name_is_lost_where_the_terminal_is_narrow(
    dead_code: DeadCodeReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    text = dead_code_text(dead_code)
    for name in ("orders/pricing.py", "orders/v1.py", "legacy_discount", "Coupons.redeem"):
        assert name in text


def test_names_in_brackets_are_no_markup(dead_code: DeadCodeReport) -> None:
    function = replace(dead_code.functions[3], file="[red]/a.py", name="f.<locals>.[bold]")
    text = dead_code_text(replace(dead_code, functions=(function,), files=()))
    assert "[red]/a.py" in text
    assert "f.<locals>.[bold]" in text


def test_a_path_has_its_share_interval_time_and_errors(hot_paths: HotPathsReport) -> None:
    text = flowing(hot_paths_text(hot_paths))
    assert re.search(r"37 % 36.9-37.9 % 204 ms 1,204 errors 0bd41e9c", text)
    assert re.search(r"61 % 60.9-61.9 % 12 ms no errors 9f2c01aa", text)
    assert "<1 error 77aa10c3" in text


def test_what_all_paths_share_is_told_once(hot_paths: HotPathsReport) -> None:
    paths = hot_paths_text(hot_paths).partition("functions by use")[0]
    assert paths.count("handler, route") == 1
    assert "nothing besides" in paths
    assert re.search(r"orders/store.py\s+Orders.put, Orders._key", paths)


def test_a_path_leads_to_its_latest_trace(hot_paths: HotPathsReport) -> None:
    text = flowing(hot_paths_text(hot_paths))
    newest = "trace 1-5759e988-bd862e3fe1be46a994272793 at 2026-11-16 09:41:07 UTC, 51 ms"
    assert f"{newest}; 1 trace before it" in text
    assert text.count("before it") == 1  # the other paths have none, and say nothing of it


def test_functions_come_with_their_place(hot_paths: HotPathsReport) -> None:
    text = flowing(hot_paths_text(hot_paths))
    assert re.search(r"37 % 36.9-37.9 % \S+ Coupons.apply orders/pricing.py:70", text)


def test_paths_beyond_the_first_are_summed_up(hot_paths: HotPathsReport) -> None:
    path = replace(hot_paths.paths[0], share=0.01)
    many = tuple(replace(path, id=f"{number:012x}") for number in range(50))
    text = flowing(hot_paths_text(replace(hot_paths, paths=many)))
    assert "and 30 paths more, 30 % of invocations together" in text


def test_no_window_is_said_and_not_left_to_guess(hot_paths: HotPathsReport) -> None:
    assert "No path was recorded" in hot_paths_text(replace(hot_paths, paths=(), functions=()))


def test_a_used_module_body_is_called_one(dead_code: DeadCodeReport) -> None:
    body = FunctionEvidence(
        "a.py", "<module>", 1, Verdict.USED, 9.0, None, 1.0, 1.0, 1.0,
        dead_code.functions[2].dead_lines,
    )  # fmt: skip
    found = section(dead_code_text(replace(dead_code, functions=(body,), files=())), "Dead inside")
    assert re.search(r"22-27\s+module body", found)


def test_paths_through_the_same_functions_are_told_apart(hot_paths: HotPathsReport) -> None:
    first = hot_paths.paths[0]
    twins = replace(hot_paths, paths=(first, replace(first, id="abcdef0123", share=0.2)))
    assert "the functions of 9f2c01aa, but other lines of them" in hot_paths_text(twins)


def test_a_long_reason_to_keep_code_goes_on_further_in(dead_code: DeadCodeReport) -> None:
    reason = "the first customers' issue trackers come back with the next release of the platform"
    keep = Keep("pyproject.toml: orders/*.py:*", reason, None, expired=False)
    kept = replace(dead_code.functions[3], keep=keep)
    found = section(dead_code_text(replace(dead_code, functions=(kept,))), "Kept on purpose")
    first, second = found.splitlines()[-2:]
    assert first.startswith("  pyproject.toml: orders/*.py:*: the first customers'")
    assert second.startswith("    ")
    assert reason in flowing(found)
