"""How long the HTML report takes to write and to open: `python benchmarks/html_report.py`.

Synthetic fleets of 500 to 5,000 functions, each shipped by up to eight Lambda functions, with
source text. Writing is timed in this process; opening in headless Chromium, from the start of the
navigation until the table of functions stands and can be used, as the page itself marks it. Medians
of fresh windows. Needs the `dev` extra and a Chromium.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from lambda_usage.reports.html import write_html
from tests.browser.synthetic import make_reports
from tests.support.browser import launched, opened

FUNCTIONS = (500, 2000, 5000)
LAMBDA_FUNCTIONS = 8
ROUNDS = 5
TABLE = "view=functions"
ONE_OF_THEM = f"{TABLE}&lambda=orders-nightly"
USABLE = "performance.getEntriesByName('usable')[0].startTime"


def main() -> None:
    """Print one row for each size."""
    print("functions   lines  written in     size    opened in  one Lambda function's view in")
    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        browser = launched(playwright)
        for functions in FUNCTIONS:
            made = make_reports(functions, LAMBDA_FUNCTIONS)
            file = Path(folder) / f"{functions}.html"
            start = time.perf_counter()
            with file.open("w", encoding="utf-8") as out:
                write_html(made.dead_code, made.hot_paths, made.inventory, out)
            written = time.perf_counter() - start
            lines = sum(each.lines for each in made.dead_code.files)
            print(
                f"{functions:9,} {lines:7,} {written:8.1f} s {file.stat().st_size / 1e6:8.1f} MB"
                f" {usable(browser, file, TABLE):9.0f} ms"
                f" {usable(browser, file, ONE_OF_THEM):9.0f} ms"
            )


def usable(browser: Browser, file: Path, place: str) -> float:
    """Milliseconds until a view of a page can be used."""
    found = []
    for _ in range(ROUNDS):
        with opened(browser, file) as report:
            report.go(place)
            found.append(float(report.page.evaluate(USABLE)))
    return statistics.median(found)


if __name__ == "__main__":
    main()
