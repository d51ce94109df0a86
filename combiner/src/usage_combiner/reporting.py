"""The reports of a combined file, as JSON and as one page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TextIO

from lambda_usage.bundle.model import Bundle
from lambda_usage.combine.combiner import Combined
from lambda_usage.evidence.dead_code import dead_code_report
from lambda_usage.evidence.hot_paths import hot_paths_report
from lambda_usage.evidence.model import Thresholds
from lambda_usage.evidence.scopes import Inventory
from lambda_usage.reports.html import write_html
from lambda_usage.reports.json import JsonRenderer

DEAD_CODE, HOT_PATHS, PAGE = "dead-code.json", "hot-paths.json", "report.html"
REPORTS = (DEAD_CODE, HOT_PATHS, PAGE)


def write_reports(
    combined: Combined, inventory: Inventory, thresholds: Thresholds, folder: Path
) -> None:
    """Write :data:`REPORTS` into a folder. Equal data gives equal bytes.

    Suppressions count as they stood on the last day of the data, not by the clock.
    """
    bundle, broken = combined.bundle, combined.broken
    dead = dead_code_report(bundle, inventory, thresholds, broken, last_day(bundle))
    hot = hot_paths_report(bundle, inventory, broken)
    json = JsonRenderer()
    _write(folder / DEAD_CODE, lambda out: json.dead_code(dead, out))
    _write(folder / HOT_PATHS, lambda out: json.hot_paths(hot, out))
    _write(folder / PAGE, lambda out: write_html(dead, hot, inventory, out))


def last_day(bundle: Bundle) -> date:
    """The day (UTC) of the last thing that the data tells."""
    last = max(info.last_time for info in bundle.bundles.values())
    return datetime.fromtimestamp(last, UTC).date()


def _write(path: Path, write: Callable[[TextIO], None]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        write(out)
