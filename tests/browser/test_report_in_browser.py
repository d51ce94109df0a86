"""The HTML report as people use it: tables, files, deep links, keys, colour schemes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lambda_usage.evidence.model import FunctionEvidence, Verdict
from lambda_usage.evidence.scopes import Inventory
from lambda_usage.reports._findings import Standing, standings
from tests.browser.conftest import written
from tests.browser.synthetic import Made
from tests.support.browser import Opened, opened

NARROW = {"width": 360, "height": 780}


@pytest.fixture
def page(report: Opened) -> Page:
    return report.page


@pytest.fixture
def functions(report: Opened) -> Page:
    report.go("view=functions")
    return report.page


def rows(page: Page) -> Locator:
    return page.locator("#view table.data tbody tr")


def column(page: Page, name: str) -> list[str]:
    return page.locator(f"#view table.data td.c-{name}").all_inner_texts()


def of(made: Made, standing: Standing) -> list[FunctionEvidence]:
    return [each for each, found in standings(made.dead_code) if found is standing]


def test_the_summary_comes_first_with_what_cannot_be_seen(page: Page, made: Made) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile(r"^[\d,]+ of [\d,]+ lines are dead on this evidence$")
    )
    unseen = page.get_by_role("heading", name="What this report cannot see").locator("..")
    for spot in made.dead_code.blind_spots:
        expect(unseen).to_contain_text(spot.message)


def test_every_function_is_in_the_table_once_it_is_scrolled_to(functions: Page, made: Made) -> None:
    total = len(made.dead_code.functions)
    expect(functions.get_by_text(f"{total} of {total} functions").first).to_be_visible()
    functions.wait_for_function(
        """total => {
            scrollTo(0, document.documentElement.scrollHeight);
            return document.querySelectorAll("#view tbody tr").length === total;
        }""",
        arg=total,
    )
    expect(rows(functions)).to_have_count(total)


def test_a_click_on_a_heading_sorts_and_says_so(functions: Page) -> None:
    heading = functions.get_by_role("columnheader", name="Lines")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    lines = [int(each) for each in column(functions, "lines")]
    assert lines == sorted(lines, reverse=True)
    assert len(set(lines)) > 3
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    lines = [int(each) for each in column(functions, "lines")]
    assert lines == sorted(lines)


def test_a_verdict_can_be_picked_out(functions: Page, made: Made) -> None:
    dead = of(made, Standing.DEAD)
    button = functions.get_by_role("group", name="Verdict").get_by_role("button", name="Dead")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(functions.get_by_text(f"{len(dead)} of ").first).to_be_visible()
    expect(rows(functions)).to_have_count(len(dead))
    assert set(column(functions, "verdict")) == {"Dead"}


def test_a_file_can_be_picked_out(functions: Page, made: Made) -> None:
    file = made.dead_code.files[3].file
    own = [each for each in made.dead_code.functions if each.file == file]
    functions.get_by_role("searchbox", name="Filter by file path").fill(file.upper())
    expect(rows(functions)).to_have_count(len(own))


def test_words_narrow_the_table_and_the_number_is_told(functions: Page, made: Made) -> None:
    some = made.dead_code.functions[5]
    functions.get_by_role("searchbox", name="Filter by name, path or reason").fill(
        f"{some.name} {some.file}"
    )
    expect(rows(functions)).to_have_count(1)
    expect(functions.get_by_role("status")).to_have_text("1 of 300 functions")


def test_one_lambda_functions_verdicts_are_its_own(functions: Page, made: Made) -> None:
    name = "orders-nightly"
    own = [
        verdict
        for function in made.dead_code.functions
        for verdict in function.lambda_functions
        if verdict.lambda_function == name
    ]
    functions.get_by_role("combobox", name="Lambda function").select_option(name)
    expect(functions.get_by_text(f"{len(own)} of 300 functions, as {name} alone")).to_be_visible()
    assert set(column(functions, "exposure")) <= {
        f"{each.exposure:,.0f}" for each in own if each.exposure > 1000
    } | {f"{each.exposure:,.0f} starts" for each in own}
    assert {each.reason for each in own} >= set(column(functions, "reason"))


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


def test_filters_survive_going_to_a_function_and_back(functions: Page) -> None:
    functions.get_by_role("group", name="Verdict").get_by_role("button", name="Unproven").click()
    number = rows(functions).count()
    functions.locator("#view a.row-link").nth(2).click()
    expect(functions.get_by_role("heading", name="May I delete this?")).to_be_visible()
    functions.keyboard.press("Escape")
    expect(functions.locator("#view a.row-link").nth(2)).to_be_focused()
    expect(rows(functions)).to_have_count(number)
    assert set(column(functions, "verdict")) == {"Unproven"}


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


def test_paths_can_be_narrowed_to_a_lambda_function(report: Opened, made: Made) -> None:
    own = [each for each in made.hot_paths.paths if "authoriser" in each.lambda_functions]
    report.go("view=traffic")
    report.page.get_by_role("combobox", name="Lambda function").select_option("authoriser")
    table = report.page.locator("#view table.data").first
    expect(table.locator("tbody tr")).to_have_count(len(own))


def test_kept_code_is_shown_apart_from_dead_code(report: Opened, made: Made) -> None:
    kept = of(made, Standing.KEPT)
    assert kept
    report.go("view=dead")
    names = {each.name for each in kept}
    assert not names & set(column(report.page, "name"))
    report.page.get_by_role("button", name="Kept on purpose").click()
    expect(rows(report.page)).to_have_count(len(kept))
    report.go(f"function={kept[0].file}:{kept[0].name}:{kept[0].line}")
    expect(report.page.locator(".answer")).to_contain_text(kept[0].keep.reason)  # type: ignore[union-attr]


def test_a_box_of_the_picture_opens_its_file(page: Page) -> None:
    box = page.locator("#treemap .box").first
    box.hover()
    note = page.locator("#treemap-note b").inner_text()
    box.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(note)


def test_boxes_are_as_large_as_their_files_have_lines(page: Page, made: Made) -> None:
    boxes = page.locator("#treemap .box").evaluate_all(
        "boxes => boxes.map(box => [Number(box.dataset.file), box.offsetWidth * box.offsetHeight])"
    )
    assert len(boxes) == len(made.dead_code.files)
    per_line = [area / made.dead_code.files[number].lines for number, area in boxes]
    assert max(per_line) < 1.5 * min(per_line)


def test_the_dependencies_say_what_was_never_imported(report: Opened) -> None:
    report.go("view=dependencies")
    row = rows(report.page).filter(has_text="requests")
    expect(row).to_contain_text("Never imported")


def test_the_suppressions_say_what_they_keep(report: Opened, made: Made) -> None:
    report.go("view=suppressions")
    expect(rows(report.page)).to_have_count(len(made.dead_code.keeps))
    expect(rows(report.page)).to_contain_text(["Holds"])


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


def test_what_the_report_does_not_hold_is_said_to_be_missing(report: Opened) -> None:
    for place in ("file=nothing.py", "function=nothing.py:f:1", "path=abc"):
        report.go(place)
        expect(report.page.get_by_role("heading", level=1)).to_have_text("Not in this report")


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
    yield from (f"path={each.id}" for each in made.hot_paths.paths[:2])


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
