"""The parts that the HTML page is made of, held to what they promise without running them."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files

import pytest

from lambda_usage.reports._lines import LETTERS
from lambda_usage.reports.html._render import SCRIPTS, STYLES

PACKAGE = files("lambda_usage.reports.html")
_DECLARED = re.compile(r"^(?:async )?(?:function|const|let|class) +(\w+)", re.MULTILINE)


def parts(folder: str) -> dict[str, str]:
    return {each.name: each.read_text("utf-8") for each in PACKAGE.joinpath(folder).iterdir()}


def test_every_part_is_in_the_page() -> None:
    assert {f"{name}.js" for name in SCRIPTS} | {"theme.js"} == set(parts("scripts"))
    assert {f"{name}.css" for name in STYLES} == set(parts("styles"))


@pytest.mark.parametrize(
    "means",
    [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "DOMParser",
        "eval(",
        "new Function",
        "fetch(",
        "XMLHttpRequest",
        "WebSocket",
        "sendBeacon",
        "import(",
        "http://",
        "https://",
    ],
)
def test_no_script_has_the_means_to_run_text_or_to_reach_out(means: str) -> None:
    # the namespace of SVG is a name, not an address
    named = "http://www.w3.org/2000/svg"
    found = [name for name, text in parts("scripts").items() if means in text.replace(named, "")]
    assert found == []


def test_no_two_scripts_declare_the_same_name() -> None:
    declared = Counter(
        name for text in parts("scripts").values() for name in _DECLARED.findall(text)
    )
    assert [name for name, number in declared.items() if number > 1] == []


def test_no_part_could_end_the_element_that_it_stands_in() -> None:
    for text in (*parts("scripts").values(), *parts("styles").values()):
        assert "</" not in text
        assert "<!--" not in text


def test_styles_load_nothing() -> None:
    for name, text in parts("styles").items():
        assert "url(" not in text, name
        assert "@import" not in text, name


def test_every_state_has_a_word_a_glyph_and_a_colour_in_the_page() -> None:
    glyphs = PACKAGE.joinpath("templates/glyphs.html.jinja").read_text("utf-8")
    words = parts("scripts")["words.js"]
    colours = parts("styles")["tokens.css"]
    for state in LETTERS:
        assert f'id="g-{state}"' in glyphs
        assert re.search(rf'(^|[ "{{]){re.escape(state)}"?: "', words, re.MULTILINE), state
        assert f".is-{state}" in colours


def test_the_parts_stay_small_enough_to_read() -> None:
    longest = {
        name: text.count("\n")
        for folder in ("scripts", "styles", "templates")
        for name, text in parts(folder).items()
    }
    assert [name for name, lines in longest.items() if lines > 300] == []
