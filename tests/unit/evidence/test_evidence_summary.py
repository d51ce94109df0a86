"""What a report rests on, and what it says that it cannot show."""

from __future__ import annotations

from dataclasses import replace

from evidence_world import World, exposure, origin, over_days

from lambda_usage.evidence.blind_spots import blind_spots
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.summary import evidence
from lambda_usage.evidence.unheard import never_heard_of


def messages(world: World, **more: object) -> dict[str, str]:
    found = blind_spots(world.bundle, read_inventory(world.root), **more)  # type: ignore[arg-type]
    assert len({each.kind for each in found}) == len(found)
    return {each.kind: each.message for each in found}


def test_evidence_adds_up_for_each_lambda_function(world: World) -> None:
    world.source("x = 1\n")
    world.ship(origin(), over_days(3, exposure(100, windows=50, inits=1)))
    world.ship(origin(version="2"), over_days(4, exposure(10, windows=5, inits=1)))
    ctrace = origin("billing", recorder="ctrace")
    world.ship(ctrace, over_days(2, exposure(100, windows=50, rate=0.5)))
    world.bundles(origin(), "p", [0, 1], final=True)
    found = evidence(world.bundle)
    assert (found.invocations, found.inits, found.windows, found.days) == (540, 7, 270, 4)
    assert found.exposure == 340 + 100
    billing, orders = found.lambda_functions
    assert (billing.name, billing.invocations, billing.days) == ("billing", 200, 2)
    assert (orders.name, orders.invocations, orders.inits, orders.days) == ("orders", 340, 7, 4)
    assert (found.bundles, found.first, found.last) == (
        2,
        "2001-09-09T01:46:40Z",
        "2001-09-09T01:46:42Z",
    )


def test_nothing_at_all_is_summed_up_too(world: World) -> None:
    found = evidence(world.bundle)
    assert (found.invocations, found.exposure, found.first, found.last) == (0, 0, None, None)
    assert set(messages(world)) == {"no_windows"}


def test_of_a_true_number_of_invocations_the_share_is_known_that_no_bundle_tells_of(
    world: World,
) -> None:
    world.source("x = 1\n")
    assert never_heard_of(world.bundle, 0) is None
    assert never_heard_of(world.bundle, 100) == 1
    world.ship(origin(), over_days(3, exposure(100)))
    assert never_heard_of(world.bundle, 400) == 0.25
    assert never_heard_of(world.bundle, 300) == 0
    assert never_heard_of(world.bundle, 299) == 0
    world.ship(origin("billing", alias="live"), over_days(1, exposure(50)))
    assert never_heard_of(world.bundle, 400) == 0.125
    assert never_heard_of(world.bundle, 400, "orders") == 0.25
    assert never_heard_of(world.bundle, 200, "billing") == 0.75
    assert never_heard_of(world.bundle, 200, "billing:live") == 0.75
    assert never_heard_of(world.bundle, 200, "billing:test") == 1


def test_gaps_and_unfinished_processes_are_counted(world: World) -> None:
    world.bundles(origin(), "a", [0, 1, 2], final=True)
    world.bundles(origin(), "b", [1, 4], final=True)
    world.bundles(origin(), "c", [2], final=False)
    found = evidence(world.bundle)
    assert (found.bundles, found.bundles_missing, found.processes_unfinished) == (6, 5, 1)
    said = messages(world)
    assert said["bundles_missing"].startswith("5 bundles are missing")
    assert said["processes_unfinished"].startswith("1 process ended without a last bundle")


def test_gaps_and_age_are_told_of_each_lambda_function(world: World) -> None:
    world.source("x = 1\n")
    for where in (origin(), origin(alias="live"), origin("billing", recorder="ctrace")):
        world.ship(where, over_days(2, exposure(100, windows=50, rate=0.5)))
    world.bundles(origin(), "a", [0, 3], final=False)
    world.bundles(origin("billing", recorder="ctrace"), "b", [0, 1], final=True)
    world.bundles(origin(), "c", [0], final=False)
    world.bundles(origin(alias="live"), "c", [2], final=True)
    found = evidence(world.bundle)
    billing, orders, live = found.lambda_functions
    assert (billing.bundles_missing, billing.processes_unfinished, billing.exposure) == (0, 0, 100)
    assert (orders.bundles_missing, orders.processes_unfinished, orders.exposure) == (2, 1, 200)
    # a process that serves two aliases has one series of numbers, and is not told of twice
    assert (live.bundles_missing, live.processes_unfinished) == (1, 0)
    assert billing.last == "2001-09-09T01:46:42Z"
    assert max(each.last or "" for each in found.lambda_functions) == found.last
    assert orders.last == "2001-09-09T01:46:44Z"
    assert found.bundles_missing == sum(each.bundles_missing for each in found.lambda_functions)
    assert found.exposure == sum(each.exposure for each in found.lambda_functions)


def test_invocations_that_fork_have_no_exposure_to_tell_of(world: World) -> None:
    world.source("x = 1\n")
    world.ship(origin(), over_days(2, exposure(100)))
    usage = world.ship(origin(version="2"), over_days(2, exposure(40)))
    usage.losses["forked processes"] = 1
    (orders,) = evidence(world.bundle).lambda_functions
    assert (orders.invocations, orders.exposure) == (280, 200)


def test_an_alias_that_no_bundle_names_has_an_age_too(world: World) -> None:
    world.source("x = 1\n")
    world.ship(origin(), over_days(2, exposure(100)))
    world.ship(origin(alias="live"), over_days(3, exposure(100)))
    world.bundles(origin(), "a", [0], final=True)  # of both
    ages = {each.name: each.last for each in evidence(world.bundle).lambda_functions}
    assert ages == {"orders": "2001-09-09T01:46:41Z", "orders:live": "2026-11-03T00:00:00Z"}


def test_an_older_bundle_counts_for_its_own_alias(world: World) -> None:
    world.source("x = 1\n")
    for where in (origin(), origin(alias="live")):
        world.ship(where, over_days(2, exposure(100)))
    world.bundles(origin(), "a", [0], final=False)
    world.bundles(origin(alias="live"), "a", [7], final=True)
    ages = {each.name: each.last for each in evidence(world.bundle).lambda_functions}
    assert ages == {"orders": "2001-09-09T01:46:41Z", "orders:live": "2001-09-09T01:46:48Z"}


def test_what_could_not_be_sampled_is_unseen_where_only_windows_see(world: World) -> None:
    world.source("x = 1\n")
    day = replace(exposure(1000), unsampled=250)
    world.ship(origin("orders", recorder="ctrace"), {"2026-11-01": day})
    said = messages(world)["unsampled"]
    assert said.startswith("250 invocations of 1,000 (25.00%)")
    assert "shares are those of the other invocations" in said
    assert "On Python 3.11 (orders) code that only they run is not seen" in said


def test_every_blind_spot_says_how_much_is_hidden(world: World) -> None:
    world.source("x = 1\n")
    world.source("def f(:\n", "bad.py")
    day = replace(exposure(100), windows_voided=3, unsampled=1)
    usage = world.ship(origin(attach="context"), {"2026-11-01": day}, body_seen=False)
    usage.losses["paths"] = 7
    world.ship(origin("billing", recorder="ctrace"), {}, text="x = 2\n")
    said = messages(world, broken=[("k.coverage", "no SQLite file")], expected_not_seen=["cron"])
    assert set(said) == {
        "broken_bundles",
        "losses",
        "expected_not_seen",
        "windows_voided",
        "unsampled",
        "no_windows",
        "context_blocks",
        "ctrace",
        "body_not_seen",
        "not_parsed",
        "source_differs",
    }
    assert said["broken_bundles"] == "1 bundle is unreadable: k.coverage (no SQLite file)."
    assert "paths (7)" in said["losses"]
    assert "cron" in said["expected_not_seen"]
    assert said["windows_voided"].startswith("3 windows were thrown away")
    assert said["unsampled"].startswith("1 invocation of 100 (1.00%) could")
    assert "On Python 3.11" not in said["unsampled"]
    assert said["ctrace"].startswith("billing runs on Python 3.11")
    assert "bad.py (invalid syntax in line 1)" in said["not_parsed"]
    assert "app.py" in said["source_differs"]
