"""Where the traffic goes."""

from __future__ import annotations

import pytest
from evidence_world import Counts, World, even, exposure, origin, over_days

from lambda_usage.bundle.model import Code, CodeKey, Path, TracedWindow
from lambda_usage.bundle.traces import latest
from lambda_usage.evidence.hot_paths import hot_paths_report
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.model import PathLines

APP = """\
def handler(event):
    if event:
        return often(event)
    return seldom(event)

def often(event):
    return [each for each in event]

def seldom(event):
    return 1
"""


def fleet(world: World, **fields: object):
    world.source(APP)
    where = origin(**fields)
    usage = world.ship(where, over_days(5, exposure(invocations=400, windows=200, rate=0.5)))
    world.window(
        where, ["handler", "often"], Counts(900, 1800.0, even(1800)), duration=900.0, errors=18.0
    )
    world.window(where, ["handler", "seldom"], Counts(50, 100.0, even(100)), duration=10.0)
    usage.other_paths = Counts(50, 100.0, even(100))
    return usage


def test_paths_have_their_share_of_all_windows(world: World) -> None:
    fleet(world)
    first, second = hot_paths_report(world.bundle).paths
    assert (first.share, second.share) == pytest.approx((0.9, 0.05))
    assert first.share_low < 0.9 < first.share_high
    assert (first.windows, first.errors) == (900, 18)
    assert first.duration_mean_s == pytest.approx(0.5)
    assert first.functions == ("app.py:handler", "app.py:often")


def test_a_path_has_the_latest_traces_of_all_who_took_it(world: World) -> None:
    world.source(APP)
    wheres = origin("orders", alias="live"), origin("billing", recorder="ctrace")
    for n, where in enumerate(wheres):
        world.ship(where, over_days(5, exposure(invocations=400, windows=200)))
        seen = [
            TracedWindow(1e9 + 2 * t + n, f"{10 * t + n + 1:032x}", 0.5 - 0.5 * n) for t in range(9)
        ]
        counts = Counts(900, 900.0, even(900))
        world.window(where, ["handler", "often"], counts, traces=latest(seen))
    (path,) = hot_paths_report(world.bundle).paths
    assert [(int(each.id, 16) - 1, each.time[-3:], each.duration_s) for each in path.traces] == [
        (81, "57Z", None),
        (80, "56Z", 0.5),
        (71, "55Z", None),
        (70, "54Z", 0.5),
        (61, "53Z", None),
    ]
    assert path.traces[0].time == "2001-09-09T01:46:57Z"
    assert [each.lambda_function for each in path.traces[:2]] == ["billing", "orders:live"]


def test_a_trace_of_which_nobody_knows_when_it_was_is_not_named(world: World) -> None:
    """The schema has a time for each, and 1970 would be none."""
    world.source(APP)
    where = origin()
    world.ship(where, over_days(5, exposure(invocations=400, windows=200)))
    traces = TracedWindow(1e9, "a" * 32, 0.5), TracedWindow(0.0, "b" * 32, 0.5)
    world.window(where, ["handler", "often"], Counts(900, 900.0, even(900)), traces=traces)
    (path,) = hot_paths_report(world.bundle).paths
    assert [each.id for each in path.traces] == ["a" * 32]


def test_functions_come_most_frequent_first(world: World) -> None:
    fleet(world)
    for inventory in (None, read_inventory(world.root)):
        found = hot_paths_report(world.bundle, inventory).functions
        assert [(each.name, each.line) for each in found] == [
            ("handler", 1),
            ("often", 6),
            ("seldom", 9),
        ]
        assert found[0].frequency == pytest.approx(0.95)
        assert found[1].windows == 900


def test_a_comprehension_of_3_11_counts_for_its_function(world: World) -> None:
    usage = fleet(world, runtime="python3.11", recorder="ctrace")
    key = CodeKey("app.py", "often.<locals>.<listcomp>", 7)
    usage.codes[key] = Code(key, "", frozenset({7}))
    path = usage.paths["handler-often"]
    usage.paths[path.id] = Path(path.id, {**path.lines, key: frozenset({7})}, path.counts)
    for inventory in (None, read_inventory(world.root)):
        report = hot_paths_report(world.bundle, inventory)
        assert report.paths[0].functions == ("app.py:handler", "app.py:often")
        assert [each.name for each in report.functions] == ["handler", "often", "seldom"]
        assert report.functions[1].frequency == pytest.approx(0.9)


def test_no_duration_where_the_recorder_slows_code_down(world: World) -> None:
    fleet(world)
    assert all(each.duration_mean_s is not None for each in hot_paths_report(world.bundle).paths)
    fleet(world, recorder="ctrace")
    assert all(each.duration_mean_s is None for each in hot_paths_report(world.bundle).paths)


def test_equal_paths_of_two_origins_are_one(world: World) -> None:
    fleet(world)
    fleet(world, memory_mb=512)
    report = hot_paths_report(world.bundle)
    assert [each.windows for each in report.paths] == [1800, 100]
    assert report.paths[0].share == pytest.approx(0.9)


def test_blocks_of_unknown_probability_have_no_share(world: World) -> None:
    fleet(world, attach="context")
    report = hot_paths_report(world.bundle)
    assert report.paths == report.functions == ()
    assert "context_blocks" in {each.kind for each in report.blind_spots}


def test_excluded_functions_are_left_out(world: World) -> None:
    fleet(world)
    text = APP.replace("def seldom(event):", "def seldom(event):  # pragma: no cover")
    world.source(text)
    world.bundle.origins.clear()
    where = origin()
    world.ship(where, over_days(5, exposure(invocations=400, windows=200)))
    world.window(where, ["handler", "seldom"], Counts(50, 100.0, even(100)))
    found = hot_paths_report(world.bundle, read_inventory(world.root)).functions
    assert [each.name for each in found] == ["handler"]


def test_a_path_has_the_share_of_each_lambda_functions_own_traffic(world: World) -> None:
    world.source(APP)
    for name, windows in (("orders", 300), ("billing", 100)):
        where = origin(name)
        world.ship(where, {"2026-11-01": exposure(invocations=1000, windows=1000)})
        world.window(where, ["often"], Counts(windows, float(windows), even(float(windows))))
    (path,) = hot_paths_report(world.bundle).paths
    assert path.share == pytest.approx(0.2)
    shares = {each.lambda_function: each for each in path.lambda_functions}
    assert shares["orders"].share == pytest.approx(0.3)
    assert shares["billing"].share == pytest.approx(0.1)
    assert shares["billing"].invocations == 100
    assert shares["billing"].share_low < 0.1 < shares["billing"].share_high


def test_the_lines_of_a_path_are_those_of_the_source_at_hand(world: World) -> None:
    world.source("def f():\n    a = 1\n    return a\n")
    now, before = origin(version="2"), origin(version="1")
    world.ship(now, {"2026-11-02": exposure(invocations=10, windows=10)})
    world.ship(
        before,
        {"2026-11-01": exposure(invocations=90, windows=90)},
        text="\n\ndef f():\n    a = 1\n    return a\n",
    )
    for where, windows in ((now, 10), (before, 90)):
        world.window(where, ["f"], Counts(windows, float(windows), even(float(windows))))
    (path,) = hot_paths_report(world.bundle, read_inventory(world.root)).paths
    assert path.files == (PathLines("app.py", ((1, 3),)),)
    (path,) = hot_paths_report(world.bundle).paths
    assert path.files == (PathLines("app.py", ((3, 5),)),)


PROPERTY = """\
class Price:
    @property
    def net(self):
        return self._net

    @net.setter
    def net(self, value):
        self._net = value
"""


def test_a_path_tells_a_propertys_setter_from_its_getter(world: World) -> None:
    world.source(PROPERTY)
    where = origin()
    usage = world.ship(where, over_days(5, exposure(invocations=100, windows=100)))
    setter = next(key for key in usage.codes if key[1:3] == ("Price.net", 6))
    usage.paths["one"] = Path("one", {setter: frozenset({6, 8})}, Counts(9, 9.0, even(9.0)))
    for inventory in (None, read_inventory(world.root)):
        (path,) = hot_paths_report(world.bundle, inventory).paths
        assert (path.functions, path.function_lines) == (("app.py:Price.net",), (6,))


def test_lines_of_functions_are_those_of_the_source_whichever_version_ran(world: World) -> None:
    world.source(PROPERTY)
    where = origin()
    older = f"import os\n\n{PROPERTY}"
    world.ship(where, over_days(5, exposure(invocations=100, windows=100)), text=older)
    world.window(where, ["Price.net"], Counts(9, 9.0, even(9.0)))
    (path,) = hot_paths_report(world.bundle).paths
    assert path.function_lines == (4, 8)
    (path,) = hot_paths_report(world.bundle, read_inventory(world.root)).paths
    assert path.function_lines == (2, 6)
    assert path.functions == ("app.py:Price.net", "app.py:Price.net")


def test_a_comprehension_lies_where_its_function_begins(world: World) -> None:
    usage = fleet(world, runtime="python3.11", recorder="ctrace")
    key = CodeKey("app.py", "often.<locals>.<listcomp>", 7)
    usage.codes[key] = Code(key, "", frozenset({7}))
    path = usage.paths["handler-often"]
    usage.paths[path.id] = Path(path.id, {key: frozenset({7})}, path.counts)
    found = hot_paths_report(world.bundle).paths[0]
    assert (found.functions, found.function_lines) == (("app.py:often",), (6,))
