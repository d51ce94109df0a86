"""Paths in every form: what they run, told apart where names do not."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest

from lambda_usage.evidence.model import (
    DeadCodeReport,
    FunctionEvidence,
    HotPathsReport,
    PathEvidence,
    Verdict,
)
from lambda_usage.reports import renderer_for
from lambda_usage.reports._explanation import explain
from lambda_usage.reports._places import Place
from lambda_usage.reports.html._numbering import NOWHERE, numbering
from lambda_usage.reports.html._payload import for_the_start

FILE = "orders/pricing.py"
NAME = "Price.net"


def judged(line: int, verdict: Verdict) -> FunctionEvidence:
    return FunctionEvidence(
        FILE, NAME, line, verdict, 2000.0, None, None, None, None, (), last_line=line + 2
    )


GETTER, SETTER = judged(2, Verdict.DEAD), judged(6, Verdict.USED)


def path(name: str, *lines: int) -> PathEvidence:
    places = tuple(f"{FILE}:{NAME}" for _ in lines)
    return PathEvidence(name, 0.5, 0.4, 0.6, 9, None, 0.0, places, function_lines=lines)


@pytest.fixture
def report(dead_code: DeadCodeReport) -> DeadCodeReport:
    return replace(dead_code, functions=(GETTER, SETTER))


def taken(hot_paths: HotPathsReport, *paths: PathEvidence) -> HotPathsReport:
    return replace(hot_paths, paths=paths)


def missed(report: DeadCodeReport, function: FunctionEvidence, traffic: HotPathsReport) -> str:
    parts = explain(report, Place(function), traffic).parts
    return next(p.entries[0].words for p in parts if p.heading == "What would I miss?")


def test_a_setter_that_runs_says_nothing_of_its_getter(
    report: DeadCodeReport, hot_paths: HotPathsReport
) -> None:
    traffic = taken(hot_paths, path("a", 6))
    assert "does not run it" in missed(report, GETTER, traffic)
    assert "recorded runs it" in missed(report, SETTER, traffic)


def test_a_path_that_may_run_a_function_counts_as_one_that_does(
    report: DeadCodeReport, hot_paths: HotPathsReport
) -> None:
    traffic = taken(hot_paths, path("a", 60))
    assert "recorded runs it" in missed(report, GETTER, traffic)


def test_a_function_alone_with_its_name_is_found_wherever_another_version_has_it(
    report: DeadCodeReport, hot_paths: HotPathsReport
) -> None:
    traffic = taken(hot_paths, path("a", 60))
    alone = replace(report, functions=(SETTER,))
    assert "recorded runs it" in missed(alone, SETTER, traffic)
    assert numbering(alone, traffic).function(FILE, NAME, 60) == 0


def test_the_page_links_each_step_to_the_function_that_it_is(
    report: DeadCodeReport, hot_paths: HotPathsReport
) -> None:
    traffic = taken(hot_paths, path("a", 6), path("b", 2, 6), path("c", 60))
    start = for_the_start(
        report, traffic, numbering(report, traffic), {f.file: "" for f in report.files}, ()
    )
    steps = [[start["along"][step] for step in each[-1]] for each in start["paths"]]
    getter, setter = [FILE, NAME, 0], [FILE, NAME, 1]
    assert steps == [[setter], [getter, setter], [[FILE, NAME, NOWHERE]]]


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_functions_of_one_name_are_told_apart_by_their_lines(
    form: str, hot_paths: HotPathsReport
) -> None:
    out = io.StringIO()
    renderer_for(form).hot_paths(taken(hot_paths, path("a", 2, 6), path("b", 6)), out)
    assert f"{NAME}:2" in out.getvalue()
    assert f"{NAME}:6" in out.getvalue()
    out = io.StringIO()
    renderer_for(form).hot_paths(taken(hot_paths, path("a", 6)), out)
    assert NAME in out.getvalue()
    assert f"{NAME}:6" not in out.getvalue()


def test_json_names_the_line_of_each_function(hot_paths: HotPathsReport) -> None:
    out = io.StringIO()
    renderer_for("json").hot_paths(taken(hot_paths, path("a", 2, 6)), out)
    assert json.loads(out.getvalue())["paths"][0]["function_lines"] == [2, 6]
