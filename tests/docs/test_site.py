"""The site that `make docs` builds: clean, whole, and made of nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest

from tests.support.site import built

ROOT = Path(__file__).parents[2]
HOME = "docs/index.html"
LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, lxml.html.HtmlElement]:
    return {
        file.relative_to(site).as_posix(): lxml.html.parse(file).getroot()
        for file in site.rglob("*.html")
    }


def links(page: lxml.html.HtmlElement) -> Iterator[str]:
    return (each.get("href") for each in page.iter("a") if each.get("href"))


def test_make_docs_takes_warnings_for_errors() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^\t@\$\(BIN\)/sphinx-build .*--fail-on-warning", makefile, re.MULTILINE)


def test_each_document_is_a_page_that_the_home_page_leads_to(
    pages: dict[str, lxml.html.HtmlElement],
) -> None:
    found, left = {HOME}, [HOME]
    while left:
        here = left.pop()
        for link in links(pages[here]):
            parts = urlsplit(link)
            target = (ROOT / here).parent.joinpath(unquote(parts.path)).resolve()
            name = target.relative_to(ROOT).as_posix() if not parts.scheme else ""
            if parts.path and name in pages and name not in found:
                found.add(name)
                left.append(name)
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    expected = {each.relative_to(ROOT).with_suffix(".html").as_posix() for each in documents}
    assert expected <= found


def test_the_first_page_leads_to_the_home_page(site: Path) -> None:
    assert "url=docs/index.html" in (site / "index.html").read_text(encoding="utf-8")


def test_every_link_within_the_site_leads_to_a_page_and_to_its_place(
    site: Path, pages: dict[str, lxml.html.HtmlElement]
) -> None:
    places = {name: set(page.xpath("//@id")) for name, page in pages.items()}
    for name, page in pages.items():
        for link in links(page):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (site / name).parent.joinpath(unquote(parts.path)).resolve()
            assert not parts.path or target.is_file(), f"{name}: {link}"
            ids = places[name] if not parts.path else places.get(str(target.relative_to(site)))
            if parts.fragment and ids is not None:
                assert unquote(parts.fragment) in ids, f"{name}: {link}"


def test_links_that_leave_the_site_are_addresses_that_could_be(
    pages: dict[str, lxml.html.HtmlElement],
) -> None:
    for name, page in pages.items():
        for link in links(page):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                assert parts.scheme in ("https", "http"), f"{name}: {link}"
                assert parts.scheme == "https" or parts.hostname == "localhost", f"{name}: {link}"
                assert re.fullmatch(r"localhost|[\w-]+(\.[\w-]+)+", parts.hostname or ""), link


def test_nothing_is_loaded_from_anywhere_else(
    site: Path, pages: dict[str, lxml.html.HtmlElement]
) -> None:
    for name, page in pages.items():
        loaded = [
            *(each.get(attribute) for tag, attribute in LOADS.items() for each in page.iter(tag)),
            *(each.get("href") for each in page.iter("link") if each.get("rel") != "canonical"),
        ]
        for address in filter(None, loaded):
            assert not re.match(r"[a-z]+:(?!image/)|//", address), f"{name}: {address}"
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"@import\s|url\(\s*['\"]?(https?:)?//", text), sheet.name
    for picture in site.rglob("*.svg"):
        text = picture.read_text(encoding="utf-8")
        assert not re.search(r"(href|src)=\"https?://|url\([\"']?https?:", text), picture.name


def test_each_picture_says_what_it_shows(pages: dict[str, lxml.html.HtmlElement]) -> None:
    for name, page in pages.items():
        assert all(each.get("alt") for each in page.iter("img")), name
