"""Five thousand functions: all of them are there, and each part still works."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.support.browser import opened

FUNCTIONS = 5000
MEGABYTE = 1_000_000


def test_the_page_stays_small_enough_to_send(large: Path) -> None:
    assert large.stat().st_size < 5 * MEGABYTE


def test_all_functions_are_found_sorted_and_filtered(browser: Browser, large: Path) -> None:
    with opened(browser, large) as report:
        page = report.page
        report.go("view=functions")
        expect(page.get_by_text("5,000 of 5,000 functions").first).to_be_visible()
        page.get_by_role("columnheader", name="Use").get_by_role("button").click()
        expect(page.locator("#view td.c-use").first).to_contain_text("%")
        page.get_by_role("combobox", name="Lambda function").select_option("authoriser")
        expect(page.get_by_text("as authoriser alone sees them")).to_be_visible()
        page.get_by_role("group", name="Verdict").get_by_role("button", name="Unproven").click()
        expect(page.locator("#view td.c-reason").first).to_contain_text("of authoriser")


def test_a_file_and_a_function_of_it_open(browser: Browser, large: Path) -> None:
    with opened(browser, large) as report:
        page = report.page
        report.go("view=files")
        page.locator("#view a.row-link").nth(40).click()
        expect(page.locator(".source .line").first).to_be_visible()
        page.locator(".outline li a").first.click()
        expect(page.get_by_role("heading", name="May I delete this?")).to_be_visible()
        expect(page.locator(".source .line").first).to_be_visible()
