"""Numbers as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_usage.evidence.model import LambdaFunctionVerdict, Verdict
from lambda_usage.reports import _wording as wording
from lambda_usage.reports._findings import DeadUnit
from lambda_usage.reports._sentences import unit_bound
from lambda_usage.reports.html._use import use_of


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.374, "37 %"),
        (0.05, "5 %"),
        (0.0125, "1.2 %"),
        (0.00094, "0.094 %"),
        (0.996, "99.6 %"),
        (0.99996, "99.9 %"),
        (1e-9, "<0.0001 %"),
    ],
)
def test_shares_have_two_significant_digits(share: float, words: str) -> None:
    assert wording.percent(share) == words


@given(st.floats(min_value=1e-12, max_value=1.0))
def test_a_rounded_bound_is_never_below_the_bound(share: float) -> None:
    shown = float(wording.percent_above(share).removesuffix(" %")) / 100
    assert shown >= share * (1 - 1e-8)
    assert shown <= max(share * 1.11, share + 0.011)


def test_a_bound_reads_as_a_sentence() -> None:
    assert wording.bound(0.00149) == "used in less than 0.15 % of invocations"


def test_a_bound_of_everything_is_told_to_be_none() -> None:
    unit = DeadUnit("app.py", "f", 1, 2, 0, 0.99, "invocations")
    assert unit_bound(unit) == "nothing bounds its use"
    thin = LambdaFunctionVerdict(
        "api", Verdict.DEAD, 1.0, 1, 0.99, None, None, None, None, None, "never ran"
    )
    assert use_of(thin, "invocations").words == "not known"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0000042, "4.2 µs"), (0.0123, "12 ms"), (0.2041, "204 ms"), (0.9996, "1.0 s"), (75, "75 s")],
)
def test_durations_choose_their_unit(seconds: float, words: str) -> None:
    assert wording.duration(seconds) == words


@given(st.floats(min_value=0, max_value=1))
def test_a_bar_fits_and_shows_whatever_is_there(share: float) -> None:
    bar = wording.bar(share, 20)
    assert len(bar) <= 20
    assert bool(bar) == (share > 0)


def test_counts_agree_with_their_noun() -> None:
    assert wording.count(1, "process", "processes") == "1 process"
    assert wording.count(1200, "process", "processes") == "1,200 processes"
