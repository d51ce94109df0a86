"""The documents' site in Chromium, from a folder and without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.site import built

WIDTH = 390


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("site"))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """One that may load files alone, and say nothing on its console."""
    context = browser.new_context()
    page = context.new_page()
    wrong: list[str] = []
    page.on(
        "request",
        lambda each: None if each.url[:5] in ("file:", "data:") else wrong.append(each.url),
    )
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert wrong == []


def test_no_page_asks_for_anything_or_is_wider_than_a_telephone(site: Path, page: Page) -> None:
    page.set_viewport_size({"width": WIDTH, "height": 900})
    for file in sorted(site.rglob("*.html")):
        if file != site / "index.html":  # it leads on at once
            page.goto(file.as_uri())
            wide = page.evaluate("document.scrollingElement.scrollWidth")
            assert wide <= WIDTH, file.relative_to(site)


def test_a_word_is_found(site: Path, page: Page) -> None:
    page.goto((site / "docs" / "index.html").as_uri())
    page.get_by_role("textbox", name="Search").fill("exposure")
    page.keyboard.press("Enter")
    found = page.locator("#search-results a", has_text="Concepts").first
    found.click()
    page.get_by_role("heading", name="Concepts", exact=False).first.wait_for()
    assert "concepts.html" in page.url
