"""Draws the demo's reports as the README shows them: run ``make demo`` first."""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI

from lambda_usage.bundle.reader import read_bundle
from lambda_usage.evidence.dead_code import dead_code_report
from lambda_usage.evidence.hot_paths import hot_paths_report
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.model import Thresholds
from lambda_usage.reports._text_dead_code import write_dead_code
from lambda_usage.reports._text_hot_paths import write_hot_paths

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "examples" / "test_platform" / "src"
IMAGES = ROOT / "docs" / "images"
WIDTH = 88


def page() -> Console:
    """A terminal that remembers what it showed."""
    return Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )


def main() -> None:
    """Write one picture for each report."""
    bundle = read_bundle(ROOT / "build" / "demo" / "combined.coverage")
    inventory = read_inventory(SOURCE)
    dead, hot = page(), page()
    write_dead_code(dead, dead_code_report(bundle, inventory, Thresholds(min_days=0)))
    write_hot_paths(hot, hot_paths_report(bundle, inventory))
    for console, name in ((dead, "dead-code"), (hot, "hot-paths")):
        text = console.export_svg(title=f"lambda-usage report {name}", theme=MONOKAI)
        # no font of another server: a picture in a README loads nothing
        text = re.sub(r",\s*url\(\"https[^)]*\)[^;,]*", "", text)
        (IMAGES / f"{name}.svg").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
