"""Whatever is folded away, sums stay what they were."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_usage.bundle.model import GROUPS
from lambda_usage.recording import tally as module
from lambda_usage.recording.codes import LINE_BITS
from lambda_usage.recording.tally import Tally
from lambda_usage.recording.window import WindowHits

Window = tuple[frozenset[int], frozenset[int], float, int, bool]


def hit(code: int, line: int) -> int:
    return code << LINE_BITS | line


HITS = st.frozensets(st.builds(hit, st.integers(1, 6), st.integers(1, 4)), max_size=6)
WHOLE = st.integers(1, 50).map(float)  # sums of whole numbers are exact in floating point
WINDOWS: st.SearchStrategy[Window] = st.tuples(
    HITS, HITS, WHOLE, st.integers(0, GROUPS - 1), st.booleans()
)


def tally_of(windows: list[Window]) -> Tally:
    tally = Tally()
    for own, others, weight, group, error in windows:
        tally.window(WindowHits(own, others, 3), weight, group, 2.0, error=error)
    return tally


def codes(hits: frozenset[int]) -> set[int]:
    return {each >> LINE_BITS for each in hits}


def by_code(tally: Tally) -> dict[int, tuple[int, float, tuple[float, ...]]]:
    """Windows, weight and groups of each code object: paths that hold it, and the rest."""
    windows: Counter[int] = Counter()
    weights: dict[int, float] = {}
    groups: dict[int, list[float]] = {}
    parts = [(code, path) for lines, path in tally.paths.items() for code in codes(lines)]
    parts += list(tally.other.items())  # type: ignore[arg-type]
    for code, each in parts:
        windows[code] += each.windows
        weights[code] = weights.get(code, 0.0) + each.weight
        known = groups.setdefault(code, [0.0] * GROUPS)
        groups[code] = [a + b for a, b in zip(known, each.groups, strict=True)]
    return {code: (windows[code], weights[code], tuple(groups[code])) for code in windows}


def truth(windows: list[Window]) -> dict[int, tuple[int, float, tuple[float, ...]]]:
    found: dict[int, tuple[int, float, list[float]]] = {}
    for own, others, weight, group, _ in windows:
        for code in codes(own | others):
            number, total, groups = found.get(code, (0, 0.0, [0.0] * GROUPS))
            groups[group] += weight
            found[code] = (number + 1, total + weight, groups)
    return {code: (a, b, tuple(c)) for code, (a, b, c) in found.items()}


@settings(max_examples=200, deadline=None)
@given(st.lists(WINDOWS, max_size=30), st.lists(st.integers(0, 8), max_size=3))
def test_folding_keeps_every_total(windows: list[Window], folds: list[int]) -> None:
    tally = tally_of(windows)
    for keep in folds:
        tally.fold(keep)
        assert len(tally.paths) <= keep
    assert by_code(tally) == truth(windows)
    kept = list(tally.paths.values())
    assert sum(each.windows for each in kept) + tally.other_paths.windows == len(windows)
    assert sum(each.weight for each in kept) + tally.other_paths.weight == sum(
        weight for *_, weight, _, _ in windows
    )
    for group in range(GROUPS):
        total = sum(each.groups[group] for each in kept) + tally.other_paths.groups[group]
        assert total == sum(each[2] for each in windows if each[3] == group)


@settings(max_examples=100, deadline=None)
@given(st.lists(WINDOWS, min_size=1, max_size=40), st.integers(2, 6))
def test_a_full_memory_folds_by_itself_and_keeps_every_total(
    windows: list[Window], live: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_LIVE_PATHS", live)
        tally = tally_of(windows)
    assert len(tally.paths) <= live
    assert by_code(tally) == truth(windows)
    assert tally.exposure().windows == len(windows)


@settings(max_examples=100, deadline=None)
@given(st.lists(WINDOWS, max_size=30), st.integers(0, 10))
def test_the_heaviest_paths_are_kept_whole(windows: list[Window], keep: int) -> None:
    tally = tally_of(windows)
    before = {
        lines: (each.windows, each.weight, each.duration, each.callbacks, each.errors)
        for lines, each in tally.paths.items()
    }
    tally.fold(keep)
    assert len(tally.paths) == min(keep, len(before))
    lightest_kept = min((each.weight for each in tally.paths.values()), default=0.0)
    for lines, sums in before.items():
        if lines in tally.paths:
            each = tally.paths[lines]
            assert sums == (
                each.windows,
                each.weight,
                each.duration,
                each.callbacks,
                each.errors,
            )
        else:
            assert sums[1] <= lightest_kept or keep == 0


@given(st.lists(WINDOWS, max_size=20))
def test_exposure_adds_up_the_windows(windows: list[Window]) -> None:
    exposure = tally_of(windows).exposure()
    weights = [each[2] for each in windows]
    assert exposure.windows == len(windows)
    assert exposure.weight == sum(weights)
    assert exposure.weight_squared == sum(each * each for each in weights)
    assert exposure.weight_max == max(weights, default=0.0)
    assert sum(exposure.window_groups) == sum(weights)


def test_a_path_sums_up_duration_callbacks_and_errors_by_weight() -> None:
    tally = Tally()
    own = frozenset({hit(1, 1)})
    tally.window(WindowHits(own, frozenset(), 3), 4.0, 0, 0.5, error=True)
    tally.window(WindowHits(own, frozenset(), 1), 2.0, 1, 1.5, error=False)
    (path,) = tally.paths.values()
    assert (path.windows, path.weight) == (2, 6.0)
    assert (path.duration, path.callbacks, path.errors) == (5.0, 14.0, 4.0)


def test_lines_of_background_threads_count_for_code_and_are_in_no_path() -> None:
    tally = Tally()
    own, others = frozenset({hit(1, 1)}), frozenset({hit(1, 2), hit(2, 1)})
    tally.window(WindowHits(own, others), 2.0, 5, 0.0, error=False)
    assert set(tally.paths) == {own}
    assert {code: each.windows for code, each in tally.other.items()} == {2: 1}


def test_a_path_keeps_the_latest_traces_of_its_own() -> None:
    tally = Tally()
    ways = frozenset({hit(1, 1)}), frozenset({hit(2, 1)})
    for n in range(20):
        hits = WindowHits(ways[n % 2], frozenset(), n)
        tally.window(hits, 1.0, 0, 0.5, error=False, trace=(float(n), f"t{n}"))
    tally.window(WindowHits(ways[0], frozenset()), 1.0, 0, 0.5, error=False)  # has none to keep
    kept = [[name for _, name, *_ in tally.paths[way].traces] for way in ways]
    assert kept == [["t18", "t16", "t14", "t12", "t10"], ["t19", "t17", "t15", "t13", "t11"]]
    assert tally.paths[ways[0]].traces[0] == (18.0, "t18", 0.5, 18)


def test_a_trace_with_several_windows_on_a_path_is_kept_once() -> None:
    tally = Tally()
    own = frozenset({hit(1, 1)})
    for n in range(9):
        hits = WindowHits(own, frozenset())
        tally.window(hits, 1.0, 0, 0.5, error=False, trace=(float(n), f"t{n % 2}"))
    assert [each[:2] for each in tally.paths[own].traces] == [(8.0, "t0"), (7.0, "t1")]


def test_what_is_folded_away_takes_its_traces_along() -> None:
    tally = Tally()
    own = frozenset({hit(1, 1)})
    tally.window(WindowHits(own, frozenset()), 1.0, 0, 0.5, error=False, trace=(1.0, "t"))
    tally.fold(0)
    assert not tally.paths
    assert not hasattr(tally.other_paths, "traces")


@given(st.lists(st.integers(0, 30), max_size=12), st.lists(st.integers(0, 30), max_size=12))
def test_traces_of_a_tally_that_is_absorbed_are_kept_by_time(
    older: list[int], newer: list[int]
) -> None:
    own = frozenset({hit(1, 1)})

    def counted(moments: list[int]) -> Tally:
        tally = Tally()
        for n in moments:
            hits = WindowHits(own, frozenset())
            tally.window(hits, 1.0, 0, 0.5, error=False, trace=(float(n), f"t{n}"))
        return tally

    tally = counted(newer)
    tally.absorb(counted(older))
    whole = counted(older + newer)
    found = {lines: each.traces for lines, each in tally.paths.items()}
    assert found == {lines: each.traces for lines, each in whole.paths.items()}


def test_blind_windows_are_counted_as_such() -> None:
    tally = Tally()
    tally.window(WindowHits(frozenset(), frozenset(), blind=True), 4.0, 0, 0.0, error=False)
    tally.window(WindowHits(frozenset(), frozenset()), 2.0, 0, 0.0, error=False)
    exposure = tally.exposure()
    assert (exposure.windows, exposure.windows_blind) == (2, 1)
    assert (exposure.weight, exposure.weight_blind) == (6.0, 4.0)


def test_invocations_are_counted_with_their_group_and_time() -> None:
    tally = Tally()
    tally.invocation(3, 100.0, sampled=True)
    tally.invocation(3, 105.0, sampled=False)
    exposure = tally.exposure()
    assert (exposure.invocations, exposure.unsampled) == (2, 1)
    assert exposure.invocation_groups[3] == 2.0
    assert sum(exposure.invocation_groups) == 2.0
    assert (tally.first_time, tally.last_time) == (100.0, 105.0)


@settings(max_examples=100)
@given(st.lists(WINDOWS, max_size=20), st.lists(WINDOWS, max_size=20))
def test_what_one_tally_absorbs_is_as_if_it_had_counted_it(
    first: list[Window], second: list[Window]
) -> None:
    older, newer = tally_of(first), tally_of(second)
    for tally, moments in ((older, (10.0, 20.0)), (newer, (30.0, 40.0))):
        for moment in moments:
            tally.invocation(3, moment, sampled=moment < 40)
    newer.absorb(older)
    whole = tally_of(first + second)
    for moment in (10.0, 20.0, 30.0, 40.0):
        whole.invocation(3, moment, sampled=moment < 40)
    assert newer.exposure() == whole.exposure()
    assert by_code(newer) == by_code(whole)
    assert {lines: (each.duration, each.errors) for lines, each in newer.paths.items()} == {
        lines: (each.duration, each.errors) for lines, each in whole.paths.items()
    }
    assert (newer.first_time, newer.last_time) == (10.0, 40.0)
    older.window(WindowHits(frozenset({hit(1, 1)}), frozenset(), 1), 1.0, 0, 1.0, error=False)
    assert newer.exposure() == whole.exposure()  # they share nothing
