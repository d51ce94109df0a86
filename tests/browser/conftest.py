"""A browser, and reports to open in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from lambda_usage.reports.html import write_html
from tests.browser.synthetic import Made, make_reports
from tests.support.browser import Opened, launched, opened
from tests.support.paths import Unavailable


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for all tests here; each opens its own window.

    It ends with them: while Playwright runs, no other test could run an event loop.
    """
    with sync_playwright() as playwright:
        try:
            started = launched(playwright)
        except Unavailable as reason:
            pytest.skip(str(reason))
        yield started
        started.close()


@pytest.fixture(scope="session")
def made() -> Made:
    """Reports of a fleet of 300 functions in one source tree."""
    return make_reports(300)


@pytest.fixture(scope="session")
def small(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their page."""
    return written(made, tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of 5,000 functions."""
    return written(make_reports(5000), tmp_path_factory.mktemp("large"))


@pytest.fixture
def report(browser: Browser, small: Path) -> Iterator[Opened]:
    """The small report, open at its summary."""
    with opened(browser, small) as found:
        yield found


@pytest.fixture
def page(report: Opened) -> Page:
    """Its page."""
    return report.page


@pytest.fixture
def functions(report: Opened) -> Page:
    """Its page, at the table of functions."""
    report.go("view=functions")
    return report.page


def written(made: Made, folder: Path, trace_url: str = "") -> Path:
    """A report's page, as a file."""
    file = folder / "report.html"
    with file.open("w", encoding="utf-8") as out:
        write_html(made.dead_code, made.hot_paths, made.inventory, out, trace_url)
    return file
