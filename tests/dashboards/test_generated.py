"""What is committed is what the code makes, and Grafana can do something with it."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import combinations
from typing import Any

import pytest

from dashboards.build import files, grafana
from dashboards.panels import COLOURS
from dashboards.queries import name_of
from lambda_usage.reports._lines import LETTERS
from lambda_usage.reports.metrics import REPORT_METRICS
from lambda_usage.telemetry.definitions import HISTOGRAM, METRICS
from tests.dashboards.expressions import as_json, asked
from tests.support.paths import ROOT

BOARDS = {name: as_json(board) for name, board in grafana().items()}


def names() -> set[str]:
    found = set()
    for each in (*METRICS, *REPORT_METRICS):
        parts = ("_bucket", "_sum", "_count") if each.kind == HISTOGRAM else ("",)
        found |= {name_of(each) + part for part in parts}
    return found


def panels(board: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in board["panels"] if each["type"] != "row"]


def test_the_files_are_made_from_the_code() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dashboards.build", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_is_left_of_a_dashboard_that_is_no_more() -> None:
    there = {f"grafana/{each.name}" for each in (ROOT / "dashboards/grafana").iterdir()}
    assert there == {name for name in files() if name.startswith("grafana/")}


def test_every_metric_is_on_some_dashboard() -> None:
    text = " ".join(each.expression for each in asked(grafana().values()))
    for metric in (*METRICS, *REPORT_METRICS):
        assert re.search(rf"\b{name_of(metric)}(_bucket)?\b", text), metric.name


def test_nothing_is_asked_of_a_metric_that_is_not_sent() -> None:
    for each in asked(grafana().values()):
        # labels stand in parentheses after "by", metrics in those of a function
        used = set(re.findall(r"(?<=\w\()lambda_usage_\w+", each.expression))
        assert used, each
        assert used <= names(), each


@pytest.mark.parametrize("name", BOARDS)
def test_every_panel_says_what_it_means_and_takes_the_chosen_data_source(name: str) -> None:
    board = BOARDS[name]
    assert board["uid"].startswith("lambda-usage-")
    assert board["templating"]["list"][0]["name"] == "datasource"
    for panel in panels(board):
        assert panel["title"], panel
        assert panel["description"].endswith("."), panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}", panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]


@pytest.mark.parametrize("name", BOARDS)
def test_panels_have_a_place_and_a_number_of_their_own(name: str) -> None:
    board = BOARDS[name]
    numbers = [each["id"] for each in board["panels"]]
    assert len(set(numbers)) == len(numbers)
    places = [each["gridPos"] for each in board["panels"]]
    assert all(each["x"] + each["w"] <= 24 for each in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below, (one, other)


def test_what_is_told_by_lambda_function_leads_to_the_dashboard_about_it() -> None:
    for board in BOARDS.values():
        for panel in panels(board):
            legends = {each["legendFormat"].split()[0] for each in panel["targets"]}
            links = panel["fieldConfig"]["defaults"].get("links", [])
            assert bool(links) is ("{{faas_name}}" in legends), panel["title"]
            for link in links:
                assert link["url"].startswith(f"/d/{BOARDS['function']['uid']}?var-function=")


def test_every_verdict_has_a_colour() -> None:
    assert COLOURS.keys() == LETTERS.keys()
