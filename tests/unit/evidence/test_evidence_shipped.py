"""Which Lambda functions ship a file, and in which version."""

from __future__ import annotations

from evidence_world import World, exposure, origin, over_days

from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.shipped import Edition, Shipped, shipped

DAYS = over_days(2, exposure(10, 10, 1))


def found(world: World, path: str = "app.py") -> tuple[Shipped, ...]:
    return shipped(world.bundle, read_inventory(world.root).units[path])


def test_each_lambda_function_is_told_with_its_versions(world: World) -> None:
    world.source("x = 1\n")
    for version in ("9", "10"):
        world.ship(origin("orders", alias="live", version=version), DAYS)
    world.ship(origin("orders", alias="live", version="8"), DAYS, text="x = 0\n")
    world.ship(origin("nightly"), DAYS)
    assert found(world) == (
        Shipped("nightly", {Edition.SAME: ()}),
        Shipped("orders:live", {Edition.OTHER: ("8",), Edition.SAME: ("10", "9")}),
    )


def test_a_file_that_nobody_ships_has_no_lambda_function(world: World) -> None:
    world.source("x = 1\n")
    world.source("x = 1\n", "tools.py")
    world.ship(origin(), DAYS)
    assert found(world, "tools.py") == ()


def test_a_file_that_was_not_recorded_has_no_known_content(world: World) -> None:
    world.source("x = 1\n")
    usage = world.ship(origin(), DAYS, loaded=False)
    usage.files["app.py"] = usage.files["app.py"].__class__("app.py", "", 0, loaded=False)
    assert found(world) == (Shipped("orders", {Edition.UNREAD: ()}),)


def test_a_package_whose_list_never_arrived_may_ship_any_file(world: World) -> None:
    world.source("x = 1\n")
    world.source("x = 1\n", "tools.py")
    where = origin(package="p1")
    world.ship(where, DAYS)
    world.bundles(where, "a", [1], final=True)
    assert found(world, "tools.py") == (Shipped("orders", {Edition.UNLISTED: ()}),)
