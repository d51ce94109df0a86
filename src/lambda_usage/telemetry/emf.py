"""Metrics as lines in CloudWatch's embedded metric format, for ``COVERAGE_METRICS=emf``.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from lambda_usage.telemetry.definitions import UPLOAD_DURATION, UPLOAD_SIZE, Metric

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lambda_usage.telemetry.readings import Readings, Values

NAMESPACE = "LambdaUsage"
FUNCTION = "FunctionName"
_UNITS = {"s": "Seconds", "By": "Bytes", "1": "None"}


class EmfMetrics:
    """Lines on standard output, with each upload, of what was counted since the last."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings
        self._told: Values = {}

    def send(self, *, final: bool) -> None:
        """Write the lines, at once: others write there too."""
        counters, gauges = self._readings.counters(), self._readings.gauges()
        changes = {each: value - self._told.get(each, 0.0) for each, value in counters.items()}
        self._told = counters
        groups: dict[str, dict[Metric, Any]] = {"": {}}
        for (metric, value), number in {**changes, **gauges}.items():
            if number or not value:
                groups.setdefault(value, {})[metric] = number
        arrivals = self._readings.take_arrivals()
        if arrivals:
            groups[""][UPLOAD_DURATION] = [seconds for seconds, _ in arrivals]
            groups[""][UPLOAD_SIZE] = [size for _, size in arrivals]
        now = round(time.time() * 1000)
        lines = [json.dumps(_line(found, value, now)) for value, found in groups.items()]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()

    def restored(self) -> None:
        """Be another process: what it counted was told."""
        self._readings.restart()
        self._told = {}


def _line(found: dict[Metric, Any], value: str, now: int) -> dict[str, Any]:
    """One line for all metrics with the same dimensions."""
    attributes = {each.attribute.name: value for each in found if value and each.attribute}
    dimensions = {FUNCTION: os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local"), **attributes}
    metrics = [{"Name": each.name, "Unit": _UNITS.get(each.unit, "Count")} for each in found]
    directive = {"Namespace": NAMESPACE, "Dimensions": [list(dimensions)], "Metrics": metrics}
    return {
        "_aws": {"Timestamp": now, "CloudWatchMetrics": [directive]},
        **dimensions,
        **{each.name: number for each, number in found.items()},
    }
