"""Writes docs/metrics.md from ``telemetry/definitions.py``, so that it cannot drift.

``--check`` writes nothing and fails where the file is not what it would write.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from lambda_usage.telemetry.definitions import METRICS, SCOPE, SPAN_ATTRIBUTES, Attribute

PAGE = Path(__file__).parents[1] / "docs" / "metrics.md"
HEAD = f"""\
# Metrics and span attributes

What a function sends where telemetry is on; [OpenTelemetry](opentelemetry.md) says how to turn it on. The instrumentation scope is `{SCOPE}`. Counters, and the histograms, count from the start of a process, or from the restore of its snapshot. What tells functions and processes apart (`faas.name`, `service.instance.id` and others) is on the resource. No file, no line and no path is on any metric.

## Metrics

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
This page is made by `python scripts/metrics.py` from `src/lambda_usage/telemetry/definitions.py`.
"""


def _attributes() -> Iterator[Attribute]:
    for each in METRICS:
        if each.attribute is not None:
            yield each.attribute


def page() -> str:
    """The page's text."""
    parts = [HEAD]
    for each in METRICS:
        attribute = f"`{each.attribute.name}`" if each.attribute else "–"
        parts.append(
            f"| `{each.name}` | {each.kind} | `{each.unit}` | {each.description} | {attribute} |\n"
        )
    for known in _attributes():
        parts.append(f"\n### `{known.name}`\n\n| value | meaning |\n|---|---|\n")
        parts += [f"| `{value}` | {meaning} |\n" for value, meaning in known.values]
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
