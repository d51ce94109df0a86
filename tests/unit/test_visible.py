"""Text that a terminal shows and does not obey."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_usage.evidence.model import BlindSpot, Verdict
from lambda_usage.visible import all_visible, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("app/jobs.py", "app/jobs.py"),
        ("naïve/日本.py", "naïve/日本.py"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\nb\x9bc", "a\\x0ab\\x9bc"),
        ("a\u202eb", "a\\u202eb"),
        ("a\udcffb", "a\\udcffb"),
        ("a\U000e0041b", "a\\U000e0041b"),
    ],
)
def test_control_characters_become_escapes(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters(codec=None)))
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    shown = visible(text)
    assert not {unicodedata.category(each) for each in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert not {unicodedata.bidirectional(each) for each in shown} & {"RLO", "LRO", "RLE", "LRE"}
    assert shown.encode().decode() == shown


def test_text_in_plain_data_becomes_visible_wherever_it_is() -> None:
    data = (BlindSpot("kind", "a\x1bb"), ("\x07", 1, None, Verdict.DEAD))
    assert all_visible(data) == (BlindSpot("kind", "a\\x1bb"), ("\\x07", 1, None, Verdict.DEAD))
    assert all_visible(data)[1][3] is Verdict.DEAD  # type: ignore[index]
