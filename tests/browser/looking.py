"""Where to look in a report's page."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Locator, Page

from lambda_usage.evidence.model import FunctionEvidence, Verdict
from lambda_usage.reports._findings import Standing, standings
from tests.browser.synthetic import Made


def rows(page: Page) -> Locator:
    return page.locator("#view table.data tbody tr")


def column(page: Page, name: str) -> list[str]:
    return page.locator(f"#view table.data td.c-{name}").all_inner_texts()


def of(made: Made, standing: Standing) -> list[FunctionEvidence]:
    return [each for each, found in standings(made.dead_code) if found is standing]


def single_pages(made: Made) -> Iterator[str]:
    """A function of each standing, files in each state, and paths."""
    seen = set()
    for function, standing in standings(made.dead_code):
        if standing not in seen:
            seen.add(standing)
            yield f"function={function.file}:{function.name}:{function.line}"
    used = next(f for f in made.dead_code.functions if f.verdict is Verdict.USED and f.dead_lines)
    yield f"function={used.file}:{used.name}:{used.line}"
    states = {each.state: each for each in made.dead_code.files}
    yield from (f"file={each.file}" for each in states.values())
    yield from (f"path={each.id}" for each in (*made.hot_paths.paths[:2], made.hot_paths.paths[3]))
    first = made.hot_paths.paths[0]
    yield f"file={first.files[0].file}&path={first.id}"
