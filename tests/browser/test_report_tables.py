"""The report's tables and its summary, as people use them."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from lambda_usage.reports._findings import Standing
from tests.browser.looking import column, of, rows
from tests.browser.synthetic import Made
from tests.support.browser import Opened


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


def test_filters_survive_going_to_a_function_and_back(functions: Page) -> None:
    functions.get_by_role("group", name="Verdict").get_by_role("button", name="Unproven").click()
    number = rows(functions).count()
    functions.locator("#view a.row-link").nth(2).click()
    expect(functions.get_by_role("heading", name="May I delete this?")).to_be_visible()
    functions.keyboard.press("Escape")
    expect(functions.locator("#view a.row-link").nth(2)).to_be_focused()
    expect(rows(functions)).to_have_count(number)
    assert set(column(functions, "verdict")) == {"Unproven"}


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
