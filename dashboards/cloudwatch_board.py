"""A dashboard for CloudWatch, where functions write metrics with ``COVERAGE_METRICS=emf``.

It knows what functions send, not what reports say: those go over OTLP.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lambda_usage.telemetry import definitions as sent
from lambda_usage.telemetry.definitions import Attribute, Metric
from lambda_usage.telemetry.emf import FUNCTION, NAMESPACE

REGION = "${AWS::Region}"
"""CloudFormation's ``Fn::Sub`` puts the region here; ``sed`` does elsewhere."""
PERIOD = 900
"""Seconds: functions write with each upload, every five to twenty minutes."""
_WIDTH, _HEIGHT, _COLUMNS = 12, 6, 24


@dataclass(frozen=True, slots=True)
class Widget:
    """One diagram: expressions by their labels."""

    title: str
    lines: Mapping[str, str]
    unit: str = ""
    limit: tuple[str, float] | None = None
    """A line across, and what it is called."""


def body() -> str:
    """The dashboard, as CloudWatch takes it."""
    content = {
        "start": "-PT24H",
        "widgets": [_placed(number, each) for number, each in enumerate(_widgets())],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def search(metric: Metric, statistic: str, where: str = "") -> str:
    """All series of a metric, one for each Lambda function."""
    dimensions = [NAMESPACE, FUNCTION, *([metric.attribute.name] if metric.attribute else [])]
    schema = ",".join(f'"{each}"' if "." in each else each for each in dimensions)
    asked = f'{{{schema}}} MetricName="{metric.name}"{where and f" {where}"}'
    return f"SEARCH('{asked}', '{statistic}', {PERIOD})"


def _of(attribute: Attribute | None, value: str) -> str:
    assert attribute is not None
    return f'"{attribute.name}"="{value}"'


def _total(metric: Metric, where: str = "") -> str:
    return f"SUM({search(metric, 'Sum', where)})"


def _widgets() -> Sequence[Widget]:
    return (
        Widget(
            "Overhead of all functions, as a share of the time that handlers ran",
            {"overhead": f"100 * {_total(sent.OVERHEAD_TIME)} / {_total(sent.HANDLER_TIME)}"},
            unit="%",
            limit=("budget, unless COVERAGE_OVERHEAD_BUDGET is set", 1),
        ),
        Widget(
            "Overhead by Lambda function: the worst process",
            {"": f"100 * {search(sent.OVERHEAD_SHARE, 'Maximum')}"},
            unit="%",
        ),
        Widget("Invocations", {"": search(sent.INVOCATIONS, "Sum")}),
        Widget(
            "Windows, as a share of invocations",
            {"windows": f"100 * {_total(sent.WINDOWS)} / {_total(sent.INVOCATIONS)}"},
            unit="%",
        ),
        Widget("Lowest probability of a window", {"": search(sent.PROBABILITY, "Minimum")}),
        Widget("Cold starts", {"": search(sent.INITS, "Sum")}),
        Widget(
            "Uploads by outcome, all functions",
            {
                value: _total(sent.UPLOADS, _of(sent.UPLOADS.attribute, value))
                for value, _ in sent.OUTCOME.values
            },
        ),
        Widget("Losses by Lambda function and reason", {"": search(sent.LOSSES, "Sum")}),
        Widget("Duration of an upload, 95 %", {"": search(sent.UPLOAD_DURATION, "p95")}, unit="s"),
        Widget("Bundles that wait, worst process", {"": search(sent.SPOOL_SIZE, "Maximum")}),
        Widget("Agent off: 0 where it is in any process", {"": search(sent.ACTIVE, "Minimum")}),
        Widget("Errors of our own", {"": search(sent.ERRORS, "Sum")}),
    )


def _placed(number: int, widget: Widget) -> dict[str, Any]:
    column = number * _WIDTH % _COLUMNS
    row = number * _WIDTH // _COLUMNS
    properties: dict[str, Any] = {
        "title": widget.title,
        "region": REGION,
        "view": "timeSeries",
        "stacked": False,
        "period": PERIOD,
        "metrics": [
            [
                {
                    "expression": expression,
                    "id": f"e{position}",
                    **({"label": label} if label else {}),
                }
            ]
            for position, (label, expression) in enumerate(widget.lines.items(), 1)
        ],
        "yAxis": {"left": {"min": 0, "label": widget.unit, "showUnits": False}},
    }
    if widget.limit:
        label, value = widget.limit
        properties["annotations"] = {"horizontal": [{"label": label, "value": value}]}
    return {
        "type": "metric",
        "x": column,
        "y": row * _HEIGHT,
        "width": _WIDTH,
        "height": _HEIGHT,
        "properties": properties,
    }
