"""What tests of spans share: the attributes, and the variables of a function."""

from __future__ import annotations

from pathlib import Path

from lambda_usage.telemetry.definitions import SPAN_ATTRIBUTES

ALWAYS = {each.name for each in SPAN_ATTRIBUTES if not each.windows_only}
IN_WINDOWS = {each.name for each in SPAN_ATTRIBUTES}
TRACED = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled={}"


def environment(folder: Path) -> dict[str, str]:
    return {
        "COVERAGE_HANDLER": "app.handler",
        "COVERAGE_S3_BUCKET": str(folder / "store"),
        "COVERAGE_OVERHEAD_BUDGET": "1",
    }
