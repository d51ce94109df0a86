"""Every night: yesterday's bundles as one file, and what they tell in a few lines.

An EventBridge schedule calls it. It needs the layer, but not the exec wrapper, and beside what its
bucket's readers may do `s3:PutObject` for the combined file.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import Any

from lambda_usage import combine_coverage_files

BUCKET = os.environ["COVERAGE_S3_BUCKET"]
PREFIX = os.environ.get("COVERAGE_S3_PREFIX", "coverage/")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """What the fleet did on the day before the schedule's own: a retry combines the same day."""
    day = datetime.fromisoformat(event["time"]).date() - timedelta(days=1)
    summary = combine_coverage_files(
        bucket_name=BUCKET,
        prefix=f"{PREFIX}{day:%Y/%m/%d}/",
        output_key=f"daily/{day}.coverage",
    )
    return {"day": day.isoformat(), "lines": lines(summary), "output": summary["output"]}


def lines(summary: dict[str, Any]) -> list[str]:
    """For people."""
    if summary["status"] == "empty":
        return ["nobody recorded anything"]
    found = [
        f"{each['name']}: {each['invocations']:,} invocations"
        for each in summary["lambda_functions"]
    ]
    if summary["broken"]:
        found.append(f"{len(summary['broken'])} files could not be read")
    return found
