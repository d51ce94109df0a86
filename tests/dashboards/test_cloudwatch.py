"""The dashboard for CloudWatch searches for what functions write with ``COVERAGE_METRICS=emf``.

CloudWatch itself cannot be had here: that it draws the dashboard was not tried.
"""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from dashboards.build import HERE
from dashboards.cloudwatch_board import PERIOD, REGION
from lambda_usage import agent as module
from lambda_usage.telemetry.definitions import METRICS
from tests.unit.telemetry.worlds import World, prepare

BODY: dict[str, Any] = json.loads((HERE / "cloudwatch/lambda-usage.json").read_text("utf-8"))
WIDGETS: list[dict[str, Any]] = BODY["widgets"]
_SEARCH = re.compile(r"""SEARCH\('\{([^}]*)\} MetricName="([^"]+)"([^']*)', '(\w+)', (\d+)\)""")

Written = set[tuple[str, tuple[str, ...], str]]


def searches() -> list[re.Match[str]]:
    expressions = [
        line["expression"] for widget in WIDGETS for (line,) in widget["properties"]["metrics"]
    ]
    found = [match for each in expressions for match in _SEARCH.finditer(each)]
    assert len(found) == sum(each.count("SEARCH(") for each in expressions)
    return found


@pytest.fixture
def written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Written:
    """Namespace, dimensions and name of all metrics that a function has written."""
    prepare(monkeypatch, tmp_path)
    token = module._inside.set(False)
    world = World(tmp_path, metrics="emf")
    world.agent.overhead.ran(0.5, 0.0)
    world.invoke(3)
    world.agent.forked()  # one of the losses
    world.flush()
    world.agent.finish()
    module._inside.reset(token)
    found: Written = set()
    for line in filter(lambda each: '"_aws"' in each, capsys.readouterr().out.splitlines()):
        for directive in json.loads(line)["_aws"]["CloudWatchMetrics"]:
            for metric in directive["Metrics"]:
                (dimensions,) = directive["Dimensions"]
                found.add((directive["Namespace"], tuple(dimensions), metric["Name"]))
    return found


def test_each_search_finds_what_functions_write(written: Written) -> None:
    for schema, name, where, _, period in (each.groups() for each in searches()):
        namespace, *dimensions = (each.strip('"') for each in schema.split(","))
        assert (namespace, tuple(dimensions), name) in written, name
        assert int(period) == PERIOD
        for dimension in re.findall(r'"([^"]+)"=', where):
            assert dimension in dimensions


def test_every_metric_that_is_written_is_shown_or_said_in_another() -> None:
    shown = {each[2] for each in searches()}
    missing = {each.name for each in METRICS} - shown
    assert missing == {
        "lambda_usage.lines.new",
        "lambda_usage.overhead.budget",
        "lambda_usage.upload.size",
    }


def test_widgets_are_as_cloudwatch_documents_them() -> None:
    assert len(json.dumps(BODY)) < 100_000
    for widget in WIDGETS:
        assert widget["type"] == "metric"
        assert widget["x"] + widget["width"] <= 24
        properties = widget["properties"]
        assert properties["region"] == REGION
        assert properties["title"]
        identifiers = [line["id"] for (line,) in properties["metrics"]]
        assert len(set(identifiers)) == len(identifiers)
        assert all(re.fullmatch("[a-z][a-zA-Z0-9_]*", each) for each in identifiers)
    for one, other in combinations(WIDGETS, 2):
        assert one["x"] != other["x"] or abs(one["y"] - other["y"]) >= one["height"]
