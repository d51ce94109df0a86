"""One folder for each Lambda function, all recorded in one bucket: whose file is whose."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from evidence_world import Counts, World, even, exposure, origin, over_days
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_usage.bundle.model import Bundle, Origin
from lambda_usage.evidence.dead_code import dead_code_report
from lambda_usage.evidence.hot_paths import hot_paths_report
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.model import DeadCodeReport, FileState, Thresholds, Verdict

ORDERS = """\
def handler(event):
    return 1

def legacy(event):
    return 2
"""
INVENTORY = "def handler(event):\n    return 3\n"
MONTH = over_days(15, exposure(invocations=200, windows=200, inits=100))
NAMED = ("orders",)


@pytest.fixture
def fleet(world: World) -> World:
    """Two functions, each from a folder of its own; the source is that of one."""
    world.source(ORDERS)
    lives(world, origin("orders"))
    lives(world, origin("inventory"), INVENTORY)
    return world


def lives(world: World, where: Origin, text: str = ORDERS, path: str = "app.py") -> None:
    world.ship(where, MONTH, path, text=text)
    world.saw(where, "handler", path=path)


def spots(report: DeadCodeReport) -> dict[str, str]:
    return {each.kind: each.message for each in report.blind_spots}


def test_another_file_of_that_name_keeps_nothing_from_being_dead(fleet: World) -> None:
    found = fleet.judge("legacy", source_functions=NAMED)
    assert found.verdict is Verdict.DEAD
    assert found.reason == "never run in 3,000 invocations of orders over 15 days"
    assert [each.lambda_function for each in found.lambda_functions] == ["orders"]


def test_without_a_word_it_is_another_version_and_the_reason_tells_what_to_do(
    fleet: World,
) -> None:
    found = fleet.judge("legacy")
    assert found.verdict is Verdict.UNPROVEN
    assert found.reason == (
        "inventory ships another version of this file; if it is another file of that name, name "
        "the functions of this source (--source-function)"
    )
    assert "other_files" not in spots(fleet.report())


def test_the_report_says_what_it_took_on_trust(fleet: World) -> None:
    report = fleet.report(source_functions=NAMED)
    assert spots(report)["other_files"] == (
        "On your word, 1 other Lambda function ships other files of the same names (app.py): "
        "inventory. What it runs of them is not looked at."
    )
    assert "source_differs" not in spots(report)
    assert report.files[0].left_out == ("inventory",)
    assert report.files[0].lambda_functions == ("orders",)


def test_who_ships_the_very_bytes_counts_whether_named_or_not(fleet: World) -> None:
    where = origin("billing")
    lives(fleet, where)
    fleet.saw(where, "legacy")
    found = fleet.judge("legacy", source_functions=NAMED)
    assert found.verdict is Verdict.USED
    assert {each.lambda_function for each in found.lambda_functions} == {"billing", "orders"}


def test_who_shipped_the_very_bytes_once_counts_in_all_versions_and_aliases(fleet: World) -> None:
    lives(fleet, origin("billing", alias="old", version="1"))
    lives(fleet, origin("billing", alias="live", version="2"), ORDERS + "\n")
    found = fleet.judge("legacy", source_functions=NAMED)
    assert found.verdict is Verdict.UNPROVEN
    assert found.reason == "billing:live ships another version of this file"


def test_who_ships_the_very_bytes_under_another_path_counts(fleet: World) -> None:
    lives(fleet, origin("inventory"), ORDERS, "vendored/orders.py")
    found = fleet.judge("legacy", source_functions=NAMED)
    assert found.verdict is Verdict.UNPROVEN
    assert fleet.report(source_functions=NAMED).files[0].left_out == ()


def test_another_version_of_a_named_function_is_another_version(fleet: World) -> None:
    lives(fleet, origin("orders", alias="green", version="2"), ORDERS + "\n")
    found = fleet.judge("legacy", source_functions=NAMED)
    assert found.verdict is Verdict.UNPROVEN
    assert found.reason == "orders:green ships another version of this file"


@pytest.mark.parametrize("name", ["orders", "orders:live"])
def test_all_aliases_of_a_named_function_are_named(world: World, name: str) -> None:
    world.source(ORDERS)
    lives(world, origin("orders", alias="live"))
    lives(world, origin("orders"), ORDERS + "\n")
    assert world.judge("legacy", source_functions=(name,)).verdict is Verdict.UNPROVEN
    assert world.report(source_functions=(name,)).files[0].left_out == ()


def test_a_function_is_named_by_any_of_its_aliases(world: World) -> None:
    world.source(ORDERS)
    lives(world, origin("orders", alias="live"))
    lives(world, origin("inventory", alias="live"), INVENTORY)
    assert world.judge("legacy", source_functions=("orders:live",)).verdict is Verdict.DEAD


@pytest.mark.parametrize("names", [("ordres",), ("orders", "orders-nightly"), ("orders:live",)])
def test_a_named_function_that_never_reported_keeps_all_from_being_dead(
    fleet: World, names: tuple[str, ...]
) -> None:
    report = fleet.report(source_functions=names)
    assert {each.verdict for each in report.functions} <= {Verdict.USED, Verdict.UNPROVEN}
    assert f"Expected and never seen: {names[-1]}." in spots(report)["expected_not_seen"]


def test_what_no_named_function_ships_may_be_what_another_ships(fleet: World) -> None:
    fleet.source("def work():\n    return 1\n", "worker.py")
    lives(fleet, origin("inventory"), "def work():\n    return 2\n", "worker.py")
    found = fleet.judge("work", "worker.py", source_functions=NAMED)
    assert found.verdict is Verdict.UNPROVEN
    assert found.reason == (
        "inventory ships another version of this file, and none of the source's functions ships any"
    )
    (file,) = (f for f in fleet.report(source_functions=NAMED).files if f.file == "worker.py")
    assert (file.state, file.left_out) == (FileState.DIFFERS, ())


def test_what_no_function_ships_is_not_deployed(fleet: World) -> None:
    fleet.source("def work():\n    return 1\n", "worker.py")
    found = fleet.judge("work", "worker.py", source_functions=NAMED)
    assert found.verdict is Verdict.NOT_DEPLOYED


def test_a_package_whose_list_never_arrived_may_ship_this_very_file(fleet: World) -> None:
    where = origin("billing", package="p1")
    fleet.source("x = 1\n", "other.py")
    lives(fleet, where, "x = 2\n", "other.py")
    fleet.bundles(where, "a", [1], final=True)
    found = fleet.judge("legacy", source_functions=NAMED)
    assert found.verdict is Verdict.UNPROVEN
    assert "billing" in found.reason


def test_one_package_of_unknown_files_is_enough_to_count(fleet: World) -> None:
    fleet.source("x = 1\n", "other.py")
    where = origin("inventory", package="p2", version="2")
    lives(fleet, where, "x = 2\n", "other.py")
    fleet.bundles(where, "a", [1], final=True)
    assert fleet.judge("legacy", source_functions=NAMED).verdict is Verdict.UNPROVEN
    assert fleet.report(source_functions=NAMED).files[0].left_out == ()


def test_a_package_without_a_list_ships_what_it_was_seen_to_load(fleet: World) -> None:
    where = origin("billing", package="p1")
    lives(fleet, where, INVENTORY)
    fleet.bundles(where, "a", [1], final=True)
    assert fleet.judge("legacy", source_functions=NAMED).verdict is Verdict.DEAD


def test_a_file_of_unknown_content_may_be_this_very_file(fleet: World) -> None:
    usage = fleet.bundle.origins[origin("inventory")]
    usage.files["app.py"] = replace(usage.files["app.py"], hash="", loaded=False)
    assert fleet.judge("legacy", source_functions=NAMED).verdict is Verdict.UNPROVEN


@pytest.mark.parametrize(
    "thresholds", [{"min_days": 16}, {"expected_functions": ("nightly",)}], ids=str
)
def test_the_reason_tells_of_the_word_only_where_it_would_help(
    fleet: World, thresholds: dict[str, object]
) -> None:
    assert fleet.judge("legacy", **thresholds).verdict is Verdict.UNPROVEN
    assert "--source-function" not in fleet.judge("legacy", **thresholds).reason


def test_paths_tell_another_file_of_that_name_apart(fleet: World) -> None:
    for name in ("orders", "inventory"):
        fleet.window(origin(name), ["handler"], Counts(3000, 3000.0, even(3000)))
    left_out = fleet.report(source_functions=NAMED).left_out
    found = hot_paths_report(fleet.bundle, read_inventory(fleet.root), (), left_out)
    assert {each.id: each.functions for each in found.paths} == {
        "handler": ("app.py:handler",),
        "handler (inventory)": ("app.py (inventory):handler",),
    }
    assert {each.id: each.files[0].file for each in found.paths} == {
        "handler": "app.py",
        "handler (inventory)": "app.py (inventory)",
    }
    assert [each.kind for each in found.blind_spots] == ["other_files"]


APPS = (ORDERS, ORDERS + "\n", INVENTORY)
FUNCTIONS = ("orders", "billing", "inventory")
deployments = st.fixed_dictionaries(
    {
        "name": st.sampled_from(FUNCTIONS),
        "alias": st.sampled_from(["", "live"]),
        "text": st.sampled_from(APPS),
        "path": st.sampled_from(["app.py", "app.py", "lib/app.py"]),
        "invocations": st.sampled_from([1, 50, 5000]),
        "loaded": st.booleans(),
        "listed": st.sampled_from([True, True, True, False]),
        "saw": st.booleans(),
    }
)
fleets = st.lists(deployments, min_size=1, max_size=5)


def recorded(folder: str, deployed: list[dict]) -> World:
    world = World(Path(folder))
    world.source(ORDERS)
    for number, each in enumerate(deployed):
        where = origin(each["name"], alias=each["alias"], package=str(number))
        count = each["invocations"]
        days = over_days(15, exposure(count, windows=count, inits=count))
        world.ship(where, days, each["path"], text=each["text"], loaded=each["loaded"])
        world.bundles(where, str(number), [0 if each["listed"] else 1], final=True)
        if each["loaded"] and each["saw"]:
            world.saw(where, "legacy", path=each["path"])
    return world


def verdicts(world: World, bundle: Bundle, *named: str) -> dict[str, Verdict]:
    thresholds = Thresholds(source_functions=named)
    report = dead_code_report(bundle, read_inventory(world.root), thresholds)
    return {each.name: each.verdict for each in report.functions}


@settings(deadline=None, max_examples=100)
@given(fleets, st.sets(st.sampled_from(FUNCTIONS), min_size=1))
def test_naming_never_makes_dead_what_ran_from_the_very_bytes(
    deployed: list[dict], named: set[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = recorded(folder, deployed)
        ran = any(
            each["saw"] and each["loaded"] and (each["text"], each["path"]) == (ORDERS, "app.py")
            for each in deployed
        )
        found = verdicts(world, world.bundle, *named)
        assert (found["legacy"] is Verdict.USED) == ran


@settings(deadline=None, max_examples=60)
@given(fleets)
def test_naming_all_is_naming_none(deployed: list[dict]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = recorded(folder, deployed)
        every = {each["name"] for each in deployed}
        assert verdicts(world, world.bundle, *every) == verdicts(world, world.bundle)


@settings(deadline=None, max_examples=100)
@given(fleets, st.sets(st.sampled_from(FUNCTIONS), min_size=1))
def test_naming_is_reading_a_store_without_those_that_ship_other_files(
    deployed: list[dict], named: set[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = recorded(folder, deployed)
        named &= {each["name"] for each in deployed}  # the rest would be missed
        claims = [e for e in deployed if e["name"] in named]
        if not any(e["path"] == "app.py" or not e["listed"] for e in claims):
            return  # what no named function ships is left as it is
        # those that ship this file somewhere, or may, stay, and those that ship no file of the path
        ships_other = {e["name"] for e in deployed if (e["path"], e["text"]) != ("app.py", ORDERS)}
        may_ship = {
            e["name"]
            for e in deployed
            if e["text"] == ORDERS or (e["path"] != "app.py" and not e["listed"])
        }
        gone = ships_other - may_ship - named
        alone = Bundle(
            {n: i for n, i in world.bundle.bundles.items() if i.origin.function_name not in gone},
            {o: u for o, u in world.bundle.origins.items() if o.function_name not in gone},
        )
        assert verdicts(world, world.bundle, *named) == verdicts(world, alone)
