"""The report in a window: keys, colour schemes, widths, paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import rows, single_pages
from tests.browser.synthetic import Made
from tests.support.browser import Opened, opened

NARROW = {"width": 360, "height": 780}


def test_the_table_is_walked_by_keys_alone(functions: Page) -> None:
    functions.keyboard.press("/")
    search = functions.get_by_role("searchbox", name="Filter by name, path or reason")
    expect(search).to_be_focused()
    search.fill("order")
    functions.keyboard.press("Enter")
    links = functions.locator("#view a.row-link")
    expect(links.nth(0)).to_be_focused()
    functions.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    name = links.nth(1).inner_text()
    functions.keyboard.press("Enter")
    heading = functions.get_by_role("heading", level=1)
    expect(heading).to_contain_text(name)
    expect(heading).to_be_focused()
    functions.keyboard.press("Escape")
    expect(links.nth(1)).to_be_focused()


def test_escape_clears_the_filter_before_it_goes_anywhere(functions: Page) -> None:
    functions.keyboard.press("/")
    functions.keyboard.type("order")
    functions.keyboard.press("Escape")
    expect(functions.get_by_role("searchbox").first).to_have_value("")
    expect(functions.get_by_text("300 of 300 functions").first).to_be_visible()


def test_the_tab_key_reaches_everything_once_and_shows_where_it_is(page: Page) -> None:
    reached = []
    page.locator("body").press("Tab")
    for _ in range(9):
        reached.append(
            page.evaluate(
                "(() => { const at = document.activeElement;"
                " return [at.textContent.trim(), getComputedStyle(at).outlineStyle] })()"
            )
        )
        page.keyboard.press("Tab")
    names = [name for name, _ in reached]
    assert names[:3] == ["Skip to content", "lambda-usage", "Overview"]
    assert names[-1] == "Suppressions"
    assert {outline for _, outline in reached} == {"solid"}


def test_the_skip_link_leads_past_the_tabs(page: Page) -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_slash_leads_from_the_summary_to_the_functions(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox").first).to_be_focused()
    page.keyboard.type("order")
    expect(page.get_by_role("searchbox").first).to_have_value("order")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_follow_the_systems_scheme(browser: Browser, small: Path, scheme: str) -> None:
    with opened(browser, small, color_scheme=scheme) as report:
        dark = _luminance(report.page) < 0.2
        assert dark == (scheme == "dark")
        button = report.page.get_by_role("button", name="Dark mode")
        expect(button).to_have_attribute("aria-pressed", "true" if dark else "false")


def test_the_switch_turns_the_scheme_and_is_remembered(page: Page, report: Opened) -> None:
    page.get_by_role("button", name="Dark mode").click()
    assert _luminance(page) < 0.2
    page.reload()
    report.settled()
    assert _luminance(page) < 0.2
    page.get_by_role("button", name="Dark mode").click()
    assert _luminance(page) > 0.8


@pytest.mark.parametrize(
    "view",
    ["overview", "dead", "functions", "files", "traffic", "dependencies", "suppressions"],
)
@pytest.mark.parametrize("width", [360, 768, 2560])
def test_no_view_is_wider_than_the_window(
    browser: Browser, small: Path, view: str, width: int
) -> None:
    with opened(browser, small, viewport={"width": width, "height": 900}) as report:
        report.go(f"view={view}")
        assert _overflow(report.page) <= 0


def test_no_single_page_is_wider_than_a_phone(browser: Browser, small: Path, made: Made) -> None:
    with opened(browser, small, viewport=NARROW) as report:
        for place in single_pages(made):
            report.go(place)
            assert _overflow(report.page) <= 0, place


def test_all_rows_are_printed_and_the_controls_are_not(functions: Page, made: Made) -> None:
    functions.evaluate("dispatchEvent(new Event('beforeprint'))")
    functions.emulate_media(media="print")
    expect(rows(functions)).to_have_count(len(made.dead_code.functions))
    expect(functions.get_by_role("navigation")).to_be_hidden()
    expect(functions.get_by_role("searchbox").first).to_be_hidden()


def _overflow(page: Page) -> int:
    found = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return int(found)


def _luminance(page: Page) -> float:
    """How bright the page's ground is: 0 for black, 1 for white."""
    colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    red, green, blue = (int(each) / 255 for each in re.findall(r"\d+", colour)[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
