"""What a process could not tell is never taken for evidence."""

from __future__ import annotations

from evidence_world import World, exposure, origin, over_days

from lambda_usage.bundle.model import SourceFile
from lambda_usage.evidence.model import FileState, Verdict

ORDERS = "def handler(event):\n    return event\n"
EXTRA = "def extra():\n    return 1\n"
BUSY = over_days(15, exposure(invocations=1000, inits=100))


def kinds(world: World) -> set[str]:
    return {each.kind for each in world.report().blind_spots}


def test_a_package_told_by_one_process_is_known_for_all_of_them(world: World) -> None:
    world.source(ORDERS)
    world.source(EXTRA, "extra.py")
    first, second = origin(package="p", memory_mb=128), origin(package="p", memory_mb=256)
    world.ship(first, {})
    world.ship(first, {}, "extra.py", loaded=False)
    world.ship(second, BUSY)
    world.bundles(first, "a", [0], final=True)
    world.bundles(second, "b", [3], final=True)
    found = world.judge("extra", "extra.py")
    assert found.verdict is Verdict.DEAD
    assert found.exposure == 15_000
    assert "package_unknown" not in kinds(world)


def test_a_function_whose_package_list_was_lost_keeps_every_file_from_being_dead(
    world: World,
) -> None:
    world.source(ORDERS)
    world.source(EXTRA, "extra.py")
    orders, billing = origin("orders", package="p"), origin("billing", package="q")
    world.ship(orders, BUSY)
    world.ship(orders, BUSY, "extra.py", loaded=False)
    world.ship(billing, BUSY)  # its list of shipped files was in bundle 0, which is lost
    world.bundles(orders, "a", [0], final=True)
    world.bundles(billing, "b", [1, 2], final=True)
    found = world.judge("extra", "extra.py")
    assert found.verdict is Verdict.UNPROVEN
    assert "billing" in found.reason
    assert "package_unknown" in kinds(world)
    states = {each.file: each.state for each in world.report().files}
    assert states["extra.py"] is FileState.SHIPPED


def test_a_process_that_never_served_is_no_lambda_function_of_its_own(world: World) -> None:
    world.source(ORDERS + EXTRA)
    live, idle = origin("orders", alias="live"), origin("orders")
    world.ship(live, BUSY)
    world.saw(live, "handler")
    world.ship(idle, over_days(1, exposure(inits=1)))
    assert world.judge("extra").verdict is Verdict.DEAD


def test_a_function_that_is_never_invoked_proves_nothing(world: World) -> None:
    world.source(ORDERS + EXTRA)
    live, idle = origin("orders", alias="live"), origin("reports")
    world.ship(live, BUSY)
    world.ship(idle, over_days(1, exposure(inits=1)))
    assert world.judge("extra").verdict is Verdict.UNPROVEN


def test_blind_windows_prove_nothing(world: World) -> None:
    world.source(ORDERS + EXTRA)
    where = origin(recorder="ctrace", runtime="python3.11")
    month = over_days(15, exposure(invocations=100, windows=100))
    world.ship(where, month)
    world.saw(where, "handler")
    assert world.judge("extra").verdict is Verdict.DEAD
    blind = over_days(
        15, exposure(invocations=100, windows=100, windows_blind=100, weight_blind=100.0)
    )
    world.ship(where, blind)
    world.saw(where, "handler")
    found = world.judge("extra")
    assert (found.verdict, found.exposure) == (Verdict.UNPROVEN, 0)
    assert "windows_blind" in kinds(world)


def test_half_of_the_windows_blind_is_half_of_the_exposure(world: World) -> None:
    world.source(ORDERS + EXTRA)
    where = origin(recorder="ctrace", runtime="python3.11")
    half = over_days(
        15, exposure(invocations=100, windows=100, windows_blind=50, weight_blind=50.0)
    )
    world.ship(where, half)
    assert world.judge("extra").exposure == 750


def test_what_ran_before_recording_began_is_unknown_of_functions_too(world: World) -> None:
    world.source(ORDERS + EXTRA)
    where = origin(attach="decorator")
    world.ship(where, BUSY, body_seen=False, body=False)
    world.saw(where, "handler")
    assert world.judge("extra").verdict is Verdict.UNPROVEN


def test_without_an_observed_init_311_proves_nothing(world: World) -> None:
    world.source(ORDERS + EXTRA)
    world.source(EXTRA, "extra.py")
    where = origin(recorder="ctrace", runtime="python3.11")
    month = over_days(15, exposure(invocations=100, windows=100))
    world.ship(where, month, body=False)
    world.ship(where, month, "extra.py", loaded=False)
    world.saw(where, "handler")
    assert world.judge("extra").verdict is Verdict.UNPROVEN
    assert world.judge("extra", "extra.py").verdict is Verdict.UNPROVEN


def test_a_function_that_forks_proves_nothing_dead(world: World) -> None:
    world.source(ORDERS + EXTRA)
    usage = world.ship(origin(), BUSY)
    world.saw(origin(), "handler")
    assert world.judge("extra").verdict is Verdict.DEAD
    usage.losses["forked processes"] = 3
    assert world.judge("extra").verdict is Verdict.UNPROVEN


def test_a_file_that_patterns_leave_out_is_unproven_and_not_undeployed(world: World) -> None:
    world.source(ORDERS)
    world.source(EXTRA, "legacy.py")
    usage = world.ship(origin(), BUSY)
    usage.files["legacy.py"] = SourceFile("legacy.py", "", 0, loaded=False)
    found = world.judge("extra", "legacy.py")
    assert found.verdict is Verdict.UNPROVEN
    assert "out of the recorders' scope" in found.reason
