"""The pages of single functions, files and paths."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, expect

from lambda_usage.evidence.scopes import Inventory
from lambda_usage.reports._findings import Standing
from tests.browser.conftest import written
from tests.browser.looking import of
from tests.browser.synthetic import Made
from tests.support.browser import Opened, opened


def test_a_functions_page_answers_whether_it_may_go_and_who_would_miss_it(
    report: Opened, made: Made
) -> None:
    dead = of(made, Standing.DEAD)[0]
    report.go(f"function={dead.file}:{dead.name}:{dead.line}")
    page = report.page
    expect(page.get_by_role("heading", level=1)).to_contain_text(dead.name.split(".")[-1])
    expect(page.locator(".answer")).to_contain_text(f"On this evidence, yes: {dead.reason}.")
    expect(page.locator(".missed")).to_contain_text("no Lambda function ran it")
    table = page.get_by_role("table", name="Verdict of each Lambda function")
    expect(table.locator("tbody tr")).to_have_count(len(dead.lambda_functions))
    expect(page.locator(".source .line.is-dead").first).to_be_visible()


def test_a_used_function_says_which_paths_run_it(report: Opened, made: Made) -> None:
    path = made.hot_paths.paths[0]
    file, _, name = path.functions[0].rpartition(":")
    used = next(f for f in made.dead_code.functions if (f.file, f.name) == (file, name))
    report.go(f"function={file}:{name}:{used.line}")
    expect(report.page.locator(".answer")).to_contain_text("No: ")
    expect(report.page.locator(".missed")).to_contain_text(f"last on {used.last_seen[:10]}")  # type: ignore[index]
    expect(report.page.locator(".missed")).to_contain_text(path.id[:8])


def test_a_file_is_opened_from_its_table_and_shows_its_source(report: Opened, made: Made) -> None:
    file = made.dead_code.files[0]
    report.go("view=files")
    report.page.get_by_role("searchbox").fill(file.file)
    report.page.get_by_role("link", name=file.file).click()
    expect(report.page.locator(".source .line")).to_have_count(file.lines)
    text = made.inventory.text(file.file)
    assert text is not None
    shown = report.page.locator(".source .code").evaluate_all(
        "cells => cells.map(cell => cell.textContent)"
    )
    assert [line.rstrip("\n") for line in shown] == text.splitlines()


def test_dead_ranges_are_walked_by_key(report: Opened, made: Made) -> None:
    file = next(f for f in made.dead_code.files if len(f.dead_lines) > 1 and f.lambda_functions)
    report.go(f"file={file.file}")
    first = report.page.locator(".source .line.is-dead, .source .line.is-error-handling").first
    report.page.keyboard.press("n")
    expect(first).to_have_class(re.compile("chosen"))
    expect(report.page.locator(".position")).to_have_text(re.compile(r"^1 of \d+: "))
    report.page.keyboard.press("n")
    expect(first).not_to_have_class(re.compile("chosen"))
    report.page.keyboard.press("p")
    expect(first).to_have_class(re.compile("chosen"))


def test_a_link_to_a_line_survives_a_reload(report: Opened, made: Made) -> None:
    file = next(each for each in made.dead_code.files if each.lines > 80)
    report.go(f"file={file.file}&line=70")
    for _ in range(2):
        line = report.page.locator('.source tr[data-line="70"]')
        expect(line).to_have_class(re.compile("chosen"))
        expect(line).to_be_in_viewport()
        report.page.reload()
        report.settled()


def test_characters_that_turn_the_writing_are_shown_as_what_they_are(
    browser: Browser, tmp_path: Path, made: Made
) -> None:
    file = made.dead_code.files[0]
    texts = {file.file: "x = 1  # \u202e nothing to see here\n" * file.lines}
    turned = Made(made.dead_code, made.hot_paths, Inventory(None, {}, texts=texts))
    with opened(browser, written(turned, tmp_path)) as report:
        report.go(f"file={file.file}")
        expect(report.page.locator(".source .code").first).to_contain_text("⟦U+202E⟧")


def test_markup_in_a_functions_name_is_shown_and_not_run(
    browser: Browser, tmp_path: Path, made: Made
) -> None:
    name = "<img src=x onerror=\"document.title='run'\">"
    first = replace(made.dead_code.functions[0], name=name, reason=name)
    functions = (first, *made.dead_code.functions[1:])
    dead_code = replace(made.dead_code, functions=functions)
    with opened(
        browser, written(Made(dead_code, made.hot_paths, made.inventory), tmp_path)
    ) as report:
        report.go("view=functions&q=onerror")
        expect(report.page.locator("#view td.c-reason")).to_have_text(name)
        report.page.locator("#view a.row-link").click()
        expect(report.page.locator(".answer")).to_contain_text(name)
        assert report.page.locator("img").count() == 0


def test_a_click_on_a_line_number_makes_it_the_address(report: Opened, made: Made) -> None:
    report.go(f"file={made.dead_code.files[0].file}")
    report.page.get_by_role("link", name="Line 5", exact=True).click()
    assert report.page.evaluate("location.hash").endswith("&line=5")


def test_a_path_shows_its_functions_and_what_sets_it_apart(report: Opened, made: Made) -> None:
    report.go("view=traffic")
    page = report.page
    expect(page.locator("#view table.data").first.locator("tbody tr")).to_have_count(
        len(made.hot_paths.paths)
    )
    second = made.hot_paths.paths[1]
    page.get_by_role("link", name=second.id[:8]).click()
    expect(page.locator(".along li")).to_have_count(len(second.functions))
    expect(page.locator(".along .special").first).to_contain_text("only here")


def test_what_the_report_does_not_hold_is_said_to_be_missing(report: Opened) -> None:
    for place in ("file=nothing.py", "function=nothing.py:f:1", "path=abc"):
        report.go(place)
        expect(report.page.get_by_role("heading", level=1)).to_have_text("Not in this report")
