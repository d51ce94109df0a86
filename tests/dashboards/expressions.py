"""What dashboards ask for, as their JSON has it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

_VARIABLES = {"${__rate_interval_ms}": "2400000", "$__rate_interval": "40m"}
MINUTES = 40
"""In the window of a diagram that shows a day."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One query of one panel."""

    dashboard: str
    panel: str
    expression: str


def as_json(board: Dashboard) -> dict[str, Any]:
    """What Grafana reads."""
    read: dict[str, Any] = json.loads(json.dumps(board, cls=JSONEncoder))
    return read


def asked(boards: Iterable[Dashboard]) -> Iterator[Asked]:
    """All queries of all panels."""
    for each in map(as_json, boards):
        for panel in each["panels"]:
            for target in panel.get("targets", ()):
                yield Asked(each["uid"], panel["title"], target["expr"])


def filled(expression: str, function: str) -> str:
    """An expression as Grafana sends it, with a day on a diagram as wide as most.

    Args:
        expression: As the dashboard has it.
        function: Which Lambda function is chosen, where a dashboard is about one.
    """
    for variable, value in {**_VARIABLES, "$function": function}.items():
        expression = expression.replace(variable, value)
    assert "$" not in expression, expression
    return expression
