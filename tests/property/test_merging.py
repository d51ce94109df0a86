"""Bundles may come in any order, twice, or not at all: what remains is counted exactly."""

from __future__ import annotations

from copy import deepcopy
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_usage.bundle.model import Bundle, BundleId, TracedWindow
from lambda_usage.bundle.traces import KEPT_TRACES, latest
from lambda_usage.combine.merge import merge_into

from .bundles import bundles, traces


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
def test_of_each_path_the_latest_traces_remain(parts: list[Bundle]) -> None:
    whole = combined(parts)
    for origin, usage in whole.origins.items():
        with_it = [part.origins[origin] for part in parts if origin in part.origins]
        for name, path in usage.paths.items():
            known = {each for u in with_it if name in u.paths for each in u.paths[name].traces}
            newest = {
                trace_id: max(each for each in known if each.trace_id == trace_id)
                for trace_id in {each.trace_id for each in known}
            }
            expected = sorted(newest.values(), reverse=True)[:KEPT_TRACES]
            assert list(path.traces) == expected


@given(st.lists(traces, max_size=4), st.randoms(use_true_random=False))
def test_traces_come_out_alike_in_whatever_order_and_however_often(
    parts: list[tuple[TracedWindow, ...]], random: Random
) -> None:
    whole = latest(each for part in parts for each in part)
    random.shuffle(parts)
    found: tuple[TracedWindow, ...] = ()
    for part in [*parts, *parts[:2]]:
        found = latest((*found, *part))
    assert found == whole
    assert len(found) <= KEPT_TRACES


@settings(max_examples=60, deadline=None)
@given(several)
def test_a_line_once_seen_stays_seen(parts: list[Bundle]) -> None:
    whole = combined(parts)
    for part in parts:
        for origin, usage in part.origins.items():
            for key, code in usage.codes.items():
                assert code.init_lines <= whole.origins[origin].codes[key].init_lines
                assert code.invoke_lines <= whole.origins[origin].codes[key].invoke_lines
