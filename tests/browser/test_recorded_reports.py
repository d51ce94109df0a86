"""The HTML reports of code that really ran: a package of more than fifty files, and the platform.

The three questions that the report is there for are answered here from the page alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.recorded import package_page, platform_page
from tests.support.browser import Opened, opened

VIEWS = ("overview", "dead", "functions", "files", "traffic", "dependencies", "suppressions")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package_page(tmp_path_factory.mktemp("package").resolve())


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return platform_page(tmp_path_factory.mktemp("platform").resolve())


@pytest.fixture(params=["package", "platform"])
def recorded(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Opened]:
    with opened(browser, request.getfixturevalue(request.param)) as found:
        yield found


@pytest.fixture
def page(browser: Browser, platform: Path) -> Iterator[Page]:
    """The platform's page."""
    with opened(browser, platform) as found:
        yield found.page


def test_every_view_opens_and_is_accessible(recorded: Opened) -> None:
    for view in VIEWS:
        recorded.go(f"view={view}")
        expect(recorded.page.get_by_role("heading", level=1)).to_be_visible()
        assert [each["id"] for each in Axe().run(recorded.page).response["violations"]] == []


def test_sorting_and_filtering_work_on_it(recorded: Opened) -> None:
    page = recorded.page
    recorded.go("view=functions")
    page.get_by_role("columnheader", name="Lines").get_by_role("button").click()
    lines = page.locator("td.c-lines").all_inner_texts()
    assert [int(each.replace(",", "")) for each in lines] == sorted(
        (int(each.replace(",", "")) for each in lines), reverse=True
    )
    page.get_by_role("group", name="Verdict").get_by_role("button", name="Dead").click()
    expect(page.locator("td.c-verdict").first).to_have_text("Dead")
    assert set(page.locator("td.c-verdict").all_inner_texts()) == {"Dead"}


def test_each_file_can_be_opened(recorded: Opened) -> None:
    page = recorded.page
    recorded.go("view=files")
    addresses = page.locator("#view a.row-link").evaluate_all("all => all.map(a => a.hash)")
    assert len(addresses) >= 50
    for address in addresses[::5]:
        recorded.follow(address)
        expect(page.locator("#view[data-view='file'] h1")).to_be_visible()
        assert page.locator(".source .line").count() > 0 or "__init__" in address


def test_the_package_has_more_than_fifty_files_and_names_its_dead_ones(
    browser: Browser, package: Path
) -> None:
    with opened(browser, package) as found:
        found.go("view=dead&q=debug")
        expect(found.page.get_by_text("whole file, never imported").first).to_be_visible()


def test_may_i_delete_this(page: Page) -> None:
    page.get_by_role("link", name="Dead code").click()
    page.get_by_role("searchbox").fill("ChatRoom.send")
    page.get_by_role("link", name="ChatRoom.send").click()
    answer = page.locator(".answer")
    expect(answer).to_contain_text(
        "On this evidence, yes: never run in 300 invocations of run-test"
    )
    expect(page.get_by_role("table", name="Verdict of each")).to_contain_text("run-test")
    expect(page.locator(".source .line.is-dead").first).to_contain_text("def send")


def test_what_would_i_miss_if_i_did(page: Page) -> None:
    page.get_by_role("link", name="Functions", exact=True).click()
    page.get_by_role("searchbox").first.fill("ResultService.page")
    page.locator("#view a.row-link").first.click()
    expect(page.locator(".answer")).to_contain_text("No: run in about")
    missed = page.locator(".missed")
    expect(missed).to_contain_text("get-results ran it, last on")
    expect(missed).to_contain_text("of all invocations")
    expect(missed.locator("li")).not_to_have_count(0)


def test_where_does_our_traffic_go(page: Page) -> None:
    page.get_by_role("link", name="Traffic", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where does our traffic go?")
    table = page.get_by_role("table", name="Paths")
    expect(table.locator("tbody tr")).not_to_have_count(0)
    shares = [
        float(each.split()[0]) for each in table.locator(".share .num:not(.sub)").all_inner_texts()
    ]
    assert shares == sorted(shares, reverse=True)
    assert 95 < sum(shares) < 105
    assert set(table.locator("td.c-lambdas").all_inner_texts()) == {"run-test", "get-results"}
    table.get_by_role("link").first.click()
    expect(page.get_by_role("link", name="lambda_handler")).to_be_visible()


def test_what_is_kept_on_purpose_is_apart(page: Page) -> None:
    page.get_by_role("link", name="Suppressions").click()
    expect(page.locator("#view tbody tr")).not_to_have_count(0)
    page.locator("#view tbody a").first.click()
    expect(page.locator(".answer")).to_contain_text("kept on purpose")
