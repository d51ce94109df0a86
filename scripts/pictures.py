"""Draws the demo's reports as the documents show them: run ``make demo`` first.

The text reports become SVG files, views of the HTML report PNG files, which takes a Chromium.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.terminal_theme import MONOKAI

from lambda_usage.bundle.reader import read_bundle
from lambda_usage.evidence.dead_code import dead_code_report
from lambda_usage.evidence.hot_paths import hot_paths_report
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.model import Thresholds
from lambda_usage.reports._text_dead_code import write_dead_code
from lambda_usage.reports._text_hot_paths import write_hot_paths

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.browser import launched  # noqa: E402

SOURCE = ROOT / "examples" / "test_platform" / "src"
IMAGES = ROOT / "docs" / "images"
WIDTH = 88
REPORT = ROOT / "build" / "demo" / "report.html"


class View(NamedTuple):
    """A view of the HTML report, and how much of it to show."""

    name: str
    function: str = ""
    """Name of the function whose page it is; else ``fragment`` says which."""
    fragment: str = ""
    height: int = 900
    scheme: Literal["light", "dark"] = "light"


VIEWS = (
    View("overview", fragment="view=overview", height=1210),
    View("may-i-delete", function="Notifier.weekly_digest", height=620),
    View("what-would-i-miss", function="Notifier.test_broke", height=860),
    View("traffic", fragment="view=traffic", height=820),
    View("file", fragment="file=services/notification_service.py", height=1000, scheme="dark"),
)


def page() -> Console:
    """A terminal that remembers what it showed."""
    return Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )


def main() -> None:
    """Write all pictures."""
    _text_reports()
    _html_report()


def _html_report() -> None:
    with sync_playwright() as playwright:
        browser = launched(playwright)
        for view in VIEWS:
            context = browser.new_context(
                viewport={"width": 1280, "height": view.height}, color_scheme=view.scheme
            )
            page = context.new_page()
            page.goto(f"{REPORT.as_uri()}#{view.fragment or 'view=functions&q=' + view.function}")
            page.locator("html[data-ready]").wait_for(state="attached")
            if view.function:
                page.get_by_role("link", name=view.function, exact=True).first.click()
                page.locator("#view h1").filter(has_text=view.function).wait_for()
            page.screenshot(path=IMAGES / f"report-{view.name}.png")
            context.close()
        browser.close()


def _text_reports() -> None:
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
