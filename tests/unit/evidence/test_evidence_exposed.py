"""What counts as a trial of code: by inits, by invocations, by windows."""

from __future__ import annotations

import pytest
from evidence_world import Counts, World, even, exposure, lines, origin, over_days
from verdict_app import APP, CODE, MONTH, lived

from lambda_usage.evidence.model import Verdict


def test_module_and_class_bodies_are_exposed_by_inits(world: World) -> None:
    world.source("class A:\n    x = 1\n    def m(self):\n        return 1\n")
    world.ship(origin(), over_days(15, exposure(invocations=500, inits=10)), loaded=False)
    assert world.judge("A").exposure == world.judge("<module>").exposure == 150
    assert world.judge("A").verdict is Verdict.UNPROVEN
    assert world.judge("A.m").verdict is Verdict.DEAD


def test_a_class_body_in_a_function_is_exposed_by_invocations(world: World) -> None:
    world.source("def f():\n    class A:\n        x = 1\n    return A\n")
    world.ship(origin(), over_days(15, exposure(invocations=500, inits=10)))
    found = world.judge("f.<locals>.A")
    assert (found.exposure, found.verdict) == (7500, Verdict.DEAD)


def test_snapstart_counts_init_once_for_each_snapshot(world: World) -> None:
    world.source("x = 1\n")
    for version in ("1", "2"):
        where = origin(version=version, initialization_type="snap-start")
        world.ship(where, over_days(15, exposure(invocations=500, inits=500)), loaded=False)
    assert world.judge("<module>").exposure == 2


def test_a_body_that_ran_before_recording_is_used_but_not_exposed(world: World) -> None:
    world.source("if None:\n    x = [1]\nclass A:\n    y = 1\nif x:\n    class B:\n        z = 1\n")
    world.ship(origin(attach="decorator"), MONTH, body_seen=False)
    module = world.judge("<module>")
    assert (module.verdict, module.exposure, lines(module)) == (Verdict.USED, 0, [])
    assert world.judge("A").verdict is Verdict.USED
    assert world.judge("B").verdict is Verdict.UNPROVEN


def test_a_loaded_body_of_which_nothing_was_recorded_is_not_exposed(world: World) -> None:
    world.source("x = 1\n")
    world.ship(origin(recorder="ctrace"), MONTH, body=False)
    module = world.judge("<module>")
    assert (module.verdict, module.exposure, lines(module)) == (Verdict.USED, 0, [])


def test_dead_lines_of_a_used_function_need_calls_that_entered_it(world: World) -> None:
    world.source(APP)
    usage = lived(world, exposures=over_days(15, exposure(invocations=200, windows=200)))
    assert lines(world.judge("used")) == []
    ran = Counts(1500, 1500.0, even(1500))
    world.window(origin(), ["handler", "used"], ran)
    assert lines(world.judge("used")) == [(8, 9, CODE)]
    usage.paths.clear()
    usage.other = {k: Counts(9, 9.0, even(9)) for k in usage.codes if k.qualname == "used"}
    assert lines(world.judge("used")) == []


def test_calls_that_entered_are_estimated_for_all_invocations(world: World) -> None:
    world.source(APP)
    lived(world, exposures=over_days(15, exposure(invocations=2000, windows=20, rate=0.01)))
    world.window(origin(), ["used"], Counts(150, 15_000.0, even(15_000)))
    assert lines(world.judge("used")) == [(8, 9, CODE)]


def test_dead_lines_need_calls_in_every_lambda_function_that_enters(world: World) -> None:
    world.source(APP)
    month = over_days(15, exposure(invocations=200, windows=200))
    lived(world, exposures=month)
    world.window(origin(), ["used"], Counts(1500, 1500.0, even(1500)))
    billing = origin("billing")
    world.ship(billing, month)
    assert lines(world.judge("used")) == [(8, 9, CODE)], "billing never enters it"
    world.saw(billing, "used", [7, 10])
    world.window(billing, ["used"], Counts(5, 5.0, even(5)))
    assert lines(world.judge("used")) == [], "billing entered it too seldom"


def test_a_line_that_any_origin_ran_is_not_dead(world: World) -> None:
    world.source(APP)
    lived(world)
    billing = origin("billing")
    world.ship(billing, MONTH)
    for where in (origin(), billing):
        world.bundle.origins[where].exposures = over_days(15, exposure(200, windows=200))
        world.window(where, ["used"], Counts(3000, 3000.0, even(3000)))
    world.saw(billing, "used", [7, 8, 9])
    assert lines(world.judge("used")) == []


def test_ctrace_is_exposed_by_effective_windows(world: World) -> None:
    world.source(APP)
    days = over_days(15, exposure(invocations=5000, windows=50, rate=0.5))
    days["2026-11-01"] = exposure(invocations=5000, windows=50, rate=0.1)
    lived(world, origin(recorder="ctrace", runtime="python3.11"), exposures=days)
    found = world.judge("unused")
    assert found.exposure == pytest.approx((14 * 100 + 500) / 10)
    assert found.verdict is Verdict.UNPROVEN


def test_frequency_is_a_share_of_the_windows_of_those_that_ship_the_file(world: World) -> None:
    world.source(APP)
    lived(world, exposures=over_days(15, exposure(invocations=200, windows=200)))
    world.source("x = 1", "other.py")
    world.ship(origin("elsewhere"), over_days(15, exposure(200, windows=200)), "other.py")
    world.window(origin(), ["handler", "used"], Counts(750, 750.0, even(750)))
    found = world.judge("used")
    assert found.frequency == pytest.approx(0.25)
    assert found.frequency_low < 0.25 < found.frequency_high
    assert world.judge("unused").frequency == 0
    assert world.judge("<module>").frequency is None


def test_without_windows_no_frequency_is_estimated(world: World) -> None:
    world.source(APP)
    lived(world)
    assert world.judge("used").frequency is None
    assert "not known" in world.judge("used").reason


def test_windows_of_a_context_block_expose_but_estimate_nothing(world: World) -> None:
    world.source(APP)
    block = origin(attach="context")
    lived(world, block, exposures=over_days(15, exposure(invocations=200, windows=200)))
    world.window(block, ["used"], Counts(1500, 1500.0, even(1500)))
    assert world.judge("used").frequency is None
    assert world.judge("unused").verdict is Verdict.DEAD
