"""Writes docs/metrics.md from ``telemetry/definitions.py``, so that it cannot drift.

``--check`` writes nothing and fails where the file is not what it would write.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from lambda_usage.reports.metrics import REPORT_METRICS
from lambda_usage.telemetry.definitions import (
    METRICS,
    SCOPE,
    SPAN_ATTRIBUTES,
    Attribute,
    Metric,
)

PAGE = Path(__file__).parents[1] / "docs" / "metrics.md"
HEAD = f"""\
# Metrics and span attributes

What a function sends where telemetry is on; [OpenTelemetry](opentelemetry.md) says how to turn it on. The instrumentation scope is `{SCOPE}`. Counters, and the histograms, count from the start of a process, or from the restore of its snapshot. What tells functions and processes apart (`faas.name`, `service.instance.id` and others) is on the resource. No file, no line and no path is on any metric.

## Metrics

| name | kind | unit | meaning | attribute |
|---|---|---|---|---|
"""
REPORT = """
## Metrics of a report

What `lambda-usage metrics` sends of a dead-code report, once in each run. What is told of one Lambda function has its name as `faas.name`, and its alias, if it has one, as `lambda_usage.alias`. All Lambda functions together say whether code may go, each alone what its own package could do without; the one is not the sum of the other.

| name | kind | unit | meaning | attribute |
|---|---|---|---|---|
"""
SPANS = """
## Span attributes

On the span that is current where our wrapper runs. For the X-Ray SDK they are annotations of a subsegment `lambda-usage`, with `_` for each dot.

| name | type | meaning | where |
|---|---|---|---|
"""
TAIL = """
This page is made by `python scripts/metrics.py` from `src/lambda_usage/telemetry/definitions.py` and `src/lambda_usage/reports/metrics.py`.
"""


def _attributes(metrics: Iterable[Metric]) -> list[Attribute]:
    """Each once, in order."""
    return list(dict.fromkeys(each.attribute for each in metrics if each.attribute))


def _tables(metrics: Iterable[Metric]) -> Iterator[str]:
    for each in metrics:
        attribute = f"`{each.attribute.name}`" if each.attribute else "–"
        yield f"| `{each.name}` | {each.kind} | `{each.unit}` | {each.description} | {attribute} |\n"
    for known in _attributes(metrics):
        yield f"\n### `{known.name}`\n\n| value | meaning |\n|---|---|\n"
        yield from (f"| `{value}` | {meaning} |\n" for value, meaning in known.values)


def page() -> str:
    """The page's text."""
    parts = [HEAD, *_tables(METRICS), REPORT, *_tables(REPORT_METRICS)]
    parts.append(SPANS)
    for span in SPAN_ATTRIBUTES:
        where = "windows" if span.windows_only else "each invocation"
        parts.append(f"| `{span.name}` | {span.type} | {span.description} | {where} |\n")
    return "".join(parts) + TAIL


def main() -> int:
    """Write the page, or check it."""
    if "--check" in sys.argv:
        if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page():
            return 0
        print("docs/metrics.md is out of date: run python scripts/metrics.py")
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
