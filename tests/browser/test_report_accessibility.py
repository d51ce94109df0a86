"""axe finds nothing to complain of, on any view, in either scheme, at any width."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from lambda_usage.evidence.model import DeadCodeReport, Evidence, HotPathsReport, Thresholds
from lambda_usage.evidence.scopes import Inventory
from tests.browser.conftest import written
from tests.browser.looking import single_pages
from tests.browser.synthetic import Made
from tests.support.browser import Opened, opened

VIEWS = (
    "view=overview",
    "view=dead",
    "view=dead&group=apart",
    "view=dead&group=kept",
    "view=functions",
    "view=functions&lambda=orders-nightly",
    "view=files",
    "view=traffic",
    "view=traffic&lambda=run-scheduler",
    "view=dependencies",
    "view=suppressions",
    "file=nothing.py",
)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 1440), ("dark", 360)])
def test_axe_finds_no_fault(
    browser: Browser, small: Path, made: Made, scheme: str, width: int
) -> None:
    with opened(
        browser, small, color_scheme=scheme, viewport={"width": width, "height": 900}
    ) as report:
        for place in (*VIEWS, *single_pages(made)):
            report.go(place)
            assert faults(report) == [], place


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_where_there_is_no_source_and_no_data(
    browser: Browser, tmp_path: Path, made: Made, scheme: str
) -> None:
    nothing = Evidence(0, 0, 0.0, 0, 0, 0, 0, 0, None, None, ())
    empty = Made(
        DeadCodeReport(nothing, (), Thresholds(), (), ()),
        HotPathsReport(nothing, (), (), ()),
        Inventory(None, {}),
    )
    with opened(browser, written(empty, tmp_path), color_scheme=scheme) as report:
        for place in VIEWS:
            report.go(place)
            assert faults(report) == [], place
    without = Made(made.dead_code, made.hot_paths, Inventory(None, {}))
    with opened(browser, written(without, tmp_path), color_scheme=scheme) as report:
        for place in single_pages(made):
            report.go(place)
            assert faults(report) == [], place


def faults(report: Opened) -> list[tuple[str, list[str]]]:
    """The rules that a view breaks, and where."""
    found = Axe().run(report.page).response["violations"]
    return [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found]
