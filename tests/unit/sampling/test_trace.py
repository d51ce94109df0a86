"""A trace is one group and one decision, whoever sees it, and the two are independent."""

from __future__ import annotations

import math
import random
import sys
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambda_usage.bundle.model import GROUPS
from lambda_usage.sampling.sampler import Sampler
from lambda_usage.sampling.trace import Trace, current_trace

TRACE = "_X_AMZN_TRACE_ID"


def header(root: str) -> str:
    return f"Root={root};Parent=53995c3f42cd8ad8;Sampled=1"


def test_one_trace_is_one_group(monkeypatch: pytest.MonkeyPatch) -> None:
    root = "1-5759e988-bd862e3fe1be46a994272793"
    groups = set()
    for text in (
        header(root),
        f"Root={root};Parent=0123456789abcdef;Sampled=0;Lineage=1:a:0",
        f"Root={root}",
        f"Self=1-5759e988-bd862e3fe1be46a994270000;Root={root};Sampled=1",
    ):
        monkeypatch.setenv(TRACE, text)
        groups |= {current_trace().group for _ in range(20)}
    assert groups == {0x94272793 % GROUPS}


def test_all_groups_are_used_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = dict.fromkeys(range(GROUPS), 0)
    for n in range(GROUPS * 50):
        random_part = f"{random.Random(n).getrandbits(96):024x}"
        monkeypatch.setenv(TRACE, header(f"1-5759e988-{random_part}"))
        seen[current_trace().group] += 1
    assert min(seen.values()) > 15
    assert max(seen.values()) < 100


def test_without_a_trace_each_invocation_has_a_group_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(TRACE, raising=False)
    assert {current_trace().group for _ in range(GROUPS * 40)} == set(range(GROUPS))


@pytest.mark.parametrize(
    "text",
    ["", "Root=", "Root=;", "Root=1-2-xyz", "root=1", "Root", ";;;", "Root=1-5759e988-", "é"],
)
def test_a_malformed_header_is_survived(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TRACE, text)
    assert 0 <= current_trace().group < GROUPS


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80))
def test_no_header_whatever_raises(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(TRACE, f"Root={text}")
        assert 0 <= current_trace().group < GROUPS


def known(number: int, state: str = "") -> Trace:
    trace = Trace(number, True)
    if state:
        trace.tell(state)
    return trace


def test_groups_are_those_of_the_bundle() -> None:
    assert {Trace(number, True).group for number in range(1000)} == set(range(GROUPS))


def test_all_who_see_a_trace_decide_alike() -> None:
    random_ids = random.Random(1)
    for _ in range(200):
        number = random_ids.getrandbits(128)
        assert known(number).draw(0.3) == known(number).draw(0.3)
        # X-Ray's id and the W3C id that comes of it have the random part in common
        assert known(number & (1 << 96) - 1).draw(0.3) == known(number).draw(0.3)


@given(st.integers(0, 2**56 - 1), st.floats(1e-9, 1), st.floats(1e-9, 1))
def test_what_a_lower_probability_chooses_a_higher_one_chooses_too(
    number: int, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert not known(number).draw(low)[1] or known(number).draw(high)[1]


@given(st.integers(0, 2**56 - 1), st.floats(1e-12, 1))
@example(0, 1.0)
@example(2**56 - 1, 1e-18)
def test_the_probability_that_is_told_is_that_of_the_threshold(number: int, p: float) -> None:
    told, _ = known(number).draw(p)
    assert 0 < told <= 1
    assert math.isclose(told, p, abs_tol=2**-50)


@pytest.mark.parametrize("p", [0.5, 0.1, 0.01])
def test_the_share_of_chosen_traces_is_the_probability_in_each_group(p: float) -> None:
    """Else a group would hold more or fewer windows than its share, and variances would be off."""
    random_ids = random.Random(2)
    n = 200_000
    chosen = [0] * GROUPS
    for _ in range(n):
        trace = known(random_ids.getrandbits(128))
        chosen[trace.group] += trace.draw(p)[1]
    expected = n * p / GROUPS
    statistic = sum((each - expected) ** 2 for each in chosen) / expected
    # chi-square with 64 degrees of freedom: mean 64, standard deviation 11.3; six of them
    assert statistic < 64 + 6 * 11.3
    assert abs(sum(chosen) - n * p) < 6 * (n * p * (1 - p)) ** 0.5


@pytest.mark.parametrize(
    ("number", "threshold", "chosen"),
    [
        # OTEP 235: chosen is what is not below the threshold, 0x80… for one in two
        (0x80000000000000, 0.5, True),
        (0x7FFFFFFFFFFFFF, 0.5, False),
        (0xC0000000000000, 0.25, True),
        (0xBFFFFFFFFFFFFF, 0.25, False),
        (0, 1.0, True),
    ],
)
def test_the_decision_is_that_of_consistent_probability_sampling(
    number: int, threshold: float, chosen: bool
) -> None:
    assert known(number).draw(threshold) == (threshold, chosen)


def test_explicit_randomness_decides_and_the_group_stays_that_of_the_id() -> None:
    trace = known(5, "rv:ffffffffffffff")
    assert trace.draw(0.001)[1]
    assert trace.group == 5
    assert not known(2**56 - 1, "rv:00000000000000").draw(0.999)[1]


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        ("th:0", 1.0),
        ("th:8", 0.5),
        ("th:c;rv:00000000000001", 0.25),
        ("foo:bar;th:fd70a3d70a3d71", 0.01),
        ("rv:12345678901234", None),
        ("th:", None),
        ("th:nonsense", None),
        ("th:123456789012345", None),
        ("", None),
        (";;:;th", None),
    ],
)
def test_the_threshold_says_with_which_probability_a_trace_is_kept(
    state: str, kept: float | None
) -> None:
    assert known(1, state).kept == pytest.approx(kept)


@given(st.text(max_size=60))
def test_no_trace_state_whatever_raises(state: str) -> None:
    trace = Trace(7, True)
    trace.tell(state)
    assert trace.kept is None or 0 <= trace.kept <= 1


def test_windows_are_those_of_kept_traces_once_their_probability_is_known() -> None:
    sampler = Sampler(0.5, by_trace=True)
    kept = 0.1
    random_ids = random.Random(3)
    sampler.draw(known(2**56 - 1, "th:e6666666666666"))  # from here on it is known
    for _ in range(5000):
        number = random_ids.getrandbits(56)
        is_kept = number / 2**56 >= 1 - kept
        draw = sampler.draw(known(number, "th:e6666666666666" if is_kept else ""))
        assert draw.probability == pytest.approx(kept)
        assert draw.chosen == is_kept


def test_without_a_trace_windows_are_drawn_at_random() -> None:
    sampler = Sampler(0.5, by_trace=True)
    draws = [sampler.draw(Trace(0, False)) for _ in range(400)]
    assert {each.probability for each in draws} == {0.5}
    assert abs(sum(each.chosen for each in draws) - 200) < 60


def test_by_default_the_trace_has_no_part_in_the_decision() -> None:
    sampler = Sampler(0.5)
    assert len({sampler.draw(known(2**56 - 1)).chosen for _ in range(200)}) == 2


@dataclass
class Span:
    context: SimpleNamespace

    def get_span_context(self) -> SimpleNamespace:
        return self.context


def opentelemetry(monkeypatch: pytest.MonkeyPatch, trace_id: int, state: object = None) -> None:
    module = ModuleType("opentelemetry.trace")
    context = SimpleNamespace(trace_id=trace_id, trace_state=state)
    module.get_current_span = lambda: Span(context)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", module)


def test_the_current_trace_of_opentelemetry_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TRACE, header("1-5759e988-bd862e3fe1be46a994272793"))
    opentelemetry(monkeypatch, 0x4BF92F3577B34DA6A3CE929D0E0E4736, {"ot": "th:8"})
    trace = current_trace()
    assert trace.known
    assert trace.group == 0x36
    assert trace.kept == 0.5


@pytest.mark.parametrize("trace_id", [0, None])
def test_where_opentelemetry_has_no_trace_x_rays_counts(
    trace_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TRACE, header("1-5759e988-bd862e3fe1be46a994272793"))
    opentelemetry(monkeypatch, trace_id)
    assert current_trace().group == 0x94272793 % GROUPS


def test_a_module_that_is_half_imported_is_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TRACE, raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", ModuleType("opentelemetry.trace"))
    assert not current_trace().known


def test_opentelemetry_is_never_imported_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "opentelemetry.trace", raising=False)
    current_trace()
    assert "opentelemetry.trace" not in sys.modules
