"""Where the traffic goes: of all Lambda functions together and of one, and line by line."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from lambda_usage.evidence.model import PathEvidence, PathLines, PathShare
from lambda_usage.evidence.scopes import Inventory
from lambda_usage.reports._wording import percent
from tests.browser.conftest import written
from tests.browser.synthetic import Made
from tests.support.browser import Opened, opened

COMMONEST, WITHOUT_A_LINE = 0, 3
"""Places of two paths that run the same functions, of which the second leaves out a line."""


def table(page: Page, name: str) -> Locator:
    return page.get_by_role("table", name=name)


def shares(found: Locator) -> list[str]:
    return found.locator("td.c-share .num:not(.sub)").all_inner_texts()


def taken_by(made: Made, name: str) -> list[tuple[PathShare, PathEvidence]]:
    """The paths of one Lambda function, its commonest first."""
    found = [
        (share, path)
        for path in made.hot_paths.paths
        for share in path.lambda_functions
        if share.lambda_function == name
    ]
    return sorted(found, key=lambda each: -each[0].share)


def file_and_lines(path: PathEvidence) -> PathLines:
    return path.files[0]


def lit(page: Page) -> list[int]:
    return page.locator(".source .on-path").evaluate_all("all => all.map(e => +e.dataset.line)")


def test_a_lambda_functions_paths_have_the_shares_of_its_own_invocations(
    report: Opened, made: Made
) -> None:
    own = taken_by(made, "run-scheduler")
    together = [path for path in made.hot_paths.paths if path in [each for _, each in own]]
    assert [path for _, path in own] != together
    report.go("view=traffic")
    page = report.page
    page.get_by_role("combobox", name="Lambda function").select_option("run-scheduler")
    paths = table(page, "Paths")
    expect(paths.locator("tbody tr")).to_have_count(len(own))
    expect(paths.get_by_role("columnheader", name="Share of")).to_have_text(
        "Share of the invocations of run-scheduler"
    )
    assert shares(paths) == [percent(share.share) for share, _ in own]
    ids = paths.locator("td.c-id").all_inner_texts()
    assert ids[0] == own[0][1].id[:8]
    expect(paths.locator("td.c-reason").first).to_have_text("the commonest path of run-scheduler")
    expect(page.locator(".total")).to_contain_text("of the invocations of run-scheduler")
    page.get_by_role("combobox", name="Lambda function").select_option("All together")
    expect(paths.locator("tbody tr")).to_have_count(len(made.hot_paths.paths))
    assert shares(paths) == [percent(path.share) for path in made.hot_paths.paths]


def test_a_lambda_functions_use_of_functions_is_its_own(report: Opened, made: Made) -> None:
    report.go("view=traffic&lambda=authoriser")
    own = {
        percent(verdict.frequency)
        for function in made.dead_code.functions
        for verdict in function.lambda_functions
        if verdict.lambda_function == "authoriser" and verdict.frequency is not None
    }
    functions = table(report.page, "Functions by use")
    expect(functions.get_by_role("columnheader", name="Share of")).to_have_text(
        "Share of the invocations of authoriser"
    )
    assert len(shares(functions)) > 10
    assert set(shares(functions)) <= own


def test_paths_through_the_same_functions_are_told_apart_by_their_lines(
    report: Opened, made: Made
) -> None:
    commonest, other = (made.hot_paths.paths[each] for each in (COMMONEST, WITHOUT_A_LINE))
    assert commonest.functions == other.functions
    missing = {
        line for first, last in file_and_lines(commonest).lines for line in range(first, last + 1)
    } - {line for first, last in file_and_lines(other).lines for line in range(first, last + 1)}
    (line,) = missing
    place = f"{file_and_lines(commonest).file.rpartition('/')[2]}:{line}"
    report.go(f"view=traffic&q={other.id}")
    expect(report.page.locator("#view td.c-reason").first).to_have_text(f"without {place}")
    report.page.get_by_role("link", name=other.id[:8]).click()
    expect(report.page.locator(".along .differs")).to_have_count(1)
    expect(report.page.locator(".along .differs .minus")).to_have_text(f"without {line}")


def test_a_path_says_how_much_of_whose_traffic_takes_it(report: Opened, made: Made) -> None:
    path = next(each for each in made.hot_paths.paths if len(each.lambda_functions) > 1)
    report.go(f"path={path.id}")
    takers = table(report.page, "Lambda functions that take it")
    expect(takers.locator("tbody tr")).to_have_count(len(path.lambda_functions))
    for each in path.lambda_functions:
        row = takers.locator("tbody tr").filter(has_text=each.lambda_function)
        expect(row).to_contain_text(percent(each.share))
        expect(row).to_contain_text(f"{each.invocations:,.0f}")


def test_a_path_names_its_traces_and_leads_nowhere_unasked(report: Opened, made: Made) -> None:
    path = made.hot_paths.paths[COMMONEST]
    report.go(f"path={path.id}")
    found = report.page.get_by_role("region", name="Its latest traces")
    expect(found.locator("code")).to_have_text([each.id for each in path.traces])
    expect(found.locator("li").first).to_contain_text(
        "2026-11-16 23:59:58 UTC · 51 ms · orders-api"
    )
    expect(found.locator("li").last).to_contain_text("2026-11-01 00:00:12 UTC · orders-nightly")
    expect(found.get_by_role("link")).to_have_count(0)
    found.locator("code").first.click()
    assert report.page.evaluate("getSelection().toString()").strip() == path.traces[0].id
    report.go(f"path={made.hot_paths.paths[COMMONEST + 1].id}")
    expect(report.page.get_by_role("heading", level=1)).to_contain_text("Path")
    expect(found).to_have_count(0)


def test_the_traces_of_a_path_are_looked_up_where_the_user_says(
    browser: Browser, tmp_path: Path, made: Made
) -> None:
    path = made.hot_paths.paths[COMMONEST]
    page = written(made, tmp_path, "https://x.example/{trace_id}?q=%22&t={trace_id}")
    with opened(browser, page) as report:
        report.go(f"path={path.id}")
        links = report.page.get_by_role("region", name="Its latest traces").get_by_role("link")
        expect(links).to_have_count(len(path.traces))
        for link, each in zip(links.all(), path.traces, strict=True):
            expect(link).to_have_attribute("href", f"https://x.example/{each.id}?q=%22&t={each.id}")
            expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_a_path_leads_to_its_lines_and_back(report: Opened, made: Made) -> None:
    path = made.hot_paths.paths[COMMONEST]
    expected = file_and_lines(path)
    report.go(f"path={path.id}")
    page = report.page
    page.locator(".along section").filter(has_text=expected.file).locator("h3 a").click()
    expect(page.locator(".source.of-path")).to_be_visible()
    shown = lit(page)
    for first, last in expected.lines:
        assert set(range(first, last + 1)) <= set(shown)
    assert len(shown) < page.locator(".source .line").count()
    expect(page.locator(".note")).to_contain_text(f"path {path.id[:8]} runs stand out")
    page.keyboard.press("n")
    expect(page.locator(".position")).to_have_text(re.compile(r"^1 of \d+: on the path, lines? "))
    assert f"path={path.id}" in page.evaluate("location.hash")
    page.get_by_role("link", name="All lines alike").click()
    expect(page.locator(".source.of-path")).to_have_count(0)
    page.go_back()
    page.locator(".ways-back").get_by_role("link", name=path.id[:8]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Path {path.id[:8]}")


def test_lines_of_another_version_are_not_marked_in_this_source(
    browser: Browser, tmp_path: Path, made: Made
) -> None:
    path = made.hot_paths.paths[COMMONEST]
    file = file_and_lines(path).file
    length = next(each.lines for each in made.dead_code.files if each.file == file)
    elsewhere = replace(path, files=(PathLines(file, ((length + 40, length + 41),)),))
    hot_paths = replace(made.hot_paths, paths=(elsewhere,))
    with opened(browser, written(replace(made, hot_paths=hot_paths), tmp_path)) as report:
        report.go(f"file={file}&path={path.id}")
        expect(report.page.locator(".note")).to_contain_text("another version of this file")
        assert lit(report.page) == []


def test_a_path_without_source_still_names_its_lines(
    browser: Browser, tmp_path: Path, made: Made
) -> None:
    without = replace(made, inventory=Inventory(None, {}))
    path = made.hot_paths.paths[COMMONEST]
    with opened(browser, written(without, tmp_path)) as report:
        report.go(f"path={path.id}")
        expect(report.page.locator(".along .own-lines").first).to_have_text(
            re.compile(r"^lines? \d")
        )
        expect(report.page.locator(".along .own-lines a")).to_have_count(0)
        report.go(f"file={file_and_lines(path).file}&path={path.id}")
        expect(report.page.locator(".note")).to_contain_text("The source is not at hand")
