"""Keys sort by day and by sequence, and are safe whatever a function is called."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_usage.delivery.keys import bundle_key

NOON = 1_767_268_800.0  # 2026-01-01 12:00 UTC


def test_a_key_has_prefix_day_function_process_and_sequence() -> None:
    assert bundle_key("coverage/", "orders", "0a1b", 7, NOON) == (
        "coverage/2026/01/01/orders-0a1b-000007.coverage"
    )
    assert bundle_key("", "orders", "0a1b", 0, NOON).startswith("2026/01/01/orders-")


@pytest.fixture
def far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("far_from_utc")
def test_the_day_is_that_of_utc() -> None:
    assert time.localtime(NOON).tm_mday == 2
    assert "/2026/01/01/" in bundle_key("p/", "f", "x", 0, NOON)
    assert "/2025/12/31/" in bundle_key("p/", "f", "x", 0, NOON - 12 * 3600 - 1)


def test_later_bundles_of_a_process_sort_after_earlier_ones() -> None:
    keys = [bundle_key("p/", "f", "x", n, NOON) for n in (0, 9, 10, 99, 100, 99_999, 100_000)]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("my-func_1.v2", "my-func_1.v2"),
        ("a/b", "a_b"),
        ("../../etc", ".._.._etc"),
        ("stra\u00dfe \n?", "stra_e___"),
        ("", "function"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert bundle_key("p/", name, "x", 0, NOON) == f"p/2026/01/01/{safe}-x-000000.coverage"


@given(st.text(max_size=200), st.integers(0, 10**7), st.floats(0, 4e9))
def test_every_key_has_one_shape(name: str, sequence: int, first: float) -> None:
    key = bundle_key("p/", name, "0a1b", sequence, first)
    assert re.fullmatch(r"p/\d{4}/\d\d/\d\d/[A-Za-z0-9_.-]+-0a1b-\d{6,8}\.coverage", key)
