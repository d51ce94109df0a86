"""Bundles may come in any order, twice, or not at all: what remains is counted exactly."""

from __future__ import annotations

from copy import deepcopy

from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_usage.bundle.model import Bundle, BundleId
from lambda_usage.combine.merge import merge_into

from .bundles import bundles


def combined(parts: list[Bundle]) -> Bundle:
    target = Bundle()
    for part in parts:
        merge_into(target, deepcopy(part))
    return target


def renumbered(parts: list[Bundle]) -> list[Bundle]:
    """The same bundles, each with names of its own."""
    for number, part in enumerate(parts):
        part.bundles = {
            (name := BundleId(f"p{number}", old.sequence)): deepcopy(info).__class__(
                name, info.origin, info.final, info.first_time, info.last_time
            )
            for old, info in part.bundles.items()
        }
    return parts


several = st.lists(bundles(), min_size=1, max_size=4).map(renumbered)


@settings(max_examples=60, deadline=None)
@given(several, st.randoms(use_true_random=False))
def test_order_does_not_matter(parts: list[Bundle], random: object) -> None:
    shuffled = list(parts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert combined(shuffled) == combined(parts)


@settings(max_examples=60, deadline=None)
@given(several, st.data())
def test_repeats_count_once(parts: list[Bundle], data: st.DataObject) -> None:
    repeats = data.draw(st.lists(st.sampled_from(parts), max_size=4))
    assert combined(parts + repeats) == combined(parts)


@settings(max_examples=60, deadline=None)
@given(several)
def test_grouping_does_not_matter(parts: list[Bundle]) -> None:
    first, second = combined(parts[: len(parts) // 2]), combined(parts[len(parts) // 2 :])
    assert combined([first, second]) == combined(parts)


@settings(max_examples=60, deadline=None)
@given(several)
def test_counts_of_what_remains_are_exact(parts: list[Bundle]) -> None:
    whole = combined(parts)
    for origin, usage in whole.origins.items():
        with_it = [part.origins[origin] for part in parts if origin in part.origins]
        for day, exposure in usage.exposures.items():
            days = [each.exposures[day] for each in with_it if day in each.exposures]
            assert exposure.invocations == sum(each.invocations for each in days)
            assert exposure.weight == sum(each.weight for each in days)
            assert exposure.weight_max == max(each.weight_max for each in days)
        for key, code in usage.codes.items():
            known = [each.codes[key] for each in with_it if key in each.codes]
            assert code.invoke_lines == frozenset().union(*(c.invoke_lines for c in known))


@settings(max_examples=60, deadline=None)
@given(several)
def test_a_line_once_seen_stays_seen(parts: list[Bundle]) -> None:
    whole = combined(parts)
    for part in parts:
        for origin, usage in part.origins.items():
            for key, code in usage.codes.items():
                assert code.init_lines <= whole.origins[origin].codes[key].init_lines
                assert code.invoke_lines <= whole.origins[origin].codes[key].invoke_lines
