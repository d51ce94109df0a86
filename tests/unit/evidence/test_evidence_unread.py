"""What a bundle holds that was too large to be read: nobody may take it for dead."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from evidence_world import World, exposure, origin, over_days

from lambda_usage.bundle.model import TOO_LARGE, UNREAD, Distribution
from lambda_usage.combine.unread import state_unread
from lambda_usage.evidence.dead_code import dead_code_report
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.model import DeadCodeReport, Thresholds, Verdict

REASON = f"usage_code has more than 25,000 rows: {TOO_LARGE}"
PROCESS = "0123456789abcdef"


def key(function: str, sequence: int) -> str:
    return f"2026/11/28/{function}-{PROCESS}-{sequence:06d}.coverage"


def report(world: World, *broken: tuple[str, str]) -> DeadCodeReport:
    source = read_inventory(world.root)
    state_unread(world.bundle, broken)
    return dead_code_report(world.bundle, source, Thresholds(), broken, date(2026, 11, 28))


@pytest.fixture
def lived(world: World) -> World:
    """Enough of it for everything to be judged."""
    world.source("def unused():\n    return 1\n")
    for where in (origin(alias="live"), origin("billing")):
        usage = world.ship(where, over_days(15, exposure(200, 20, 100)))
        usage.distributions["attrs"] = Distribution("attrs", "25.1", imported=False)
    world.bundles(origin(alias="live"), PROCESS, [0, 1], final=False)
    return world


def verdicts(found: DeadCodeReport) -> dict[str, Verdict]:
    (function,) = [each for each in found.functions if each.name == "unused"]
    (dependency,) = found.dependencies
    alone = {each.lambda_function: each.verdict for each in function.lambda_functions}
    assert alone == {each.lambda_function: each.verdict for each in dependency.lambda_functions}
    assert function.verdict is dependency.verdict
    return {"all": function.verdict, **alone}


@pytest.mark.parametrize(
    "broken",
    [
        (),
        ((key("orders", 2), "damaged: database disk image is malformed"),),
        ((key("orders", 0), REASON),),  # bundle 1 holds all that it held
        ((key("orders", 1), REASON),),  # a copy of it lies there too
    ],
)
def test_what_is_in_later_bundles_or_was_merely_lost_changes_no_verdict(
    broken: tuple[tuple[str, str], ...], lived: World
) -> None:
    found = report(lived, *broken)
    dead = Verdict.DEAD
    assert verdicts(found) == {"all": dead, "orders:live": dead, "billing": dead}
    assert "bundles_too_large" not in {each.kind for each in found.blind_spots}


@pytest.mark.parametrize(
    ("name", "told", "orders"),
    [
        (key("orders", 2), "orders", Verdict.UNPROVEN),
        (key("huge", 1).replace(PROCESS, "f" * 16), "huge", Verdict.DEAD),
        ("renamed.coverage", "renamed.coverage", Verdict.DEAD),
    ],
)
def test_nothing_is_dead_that_bundles_may_tell_of_which_were_too_large(
    name: str, told: str, orders: Verdict, lived: World
) -> None:
    found = report(lived, (name, REASON))
    assert verdicts(found) == {
        "all": Verdict.UNPROVEN,
        "orders:live": orders,
        "billing": Verdict.DEAD,
    }
    reason = f"bundles of {told} were too large to be read"
    assert {each.reason for each in found.functions if each.name == "unused"} == {reason}
    assert found.dependencies[0].reason == reason
    said = {each.kind: each.message for each in found.blind_spots}
    assert f"bundles of {told}. Nothing can be called dead" in said["bundles_too_large"]


def test_what_was_stated_is_not_stated_again(lived: World) -> None:
    for _ in range(2):
        report(lived, (key("orders", 2), REASON), (key("orders", 3), REASON))
    losses = sum((each.losses for each in lived.bundle.origins.values()), Counter[str]())
    assert losses == {f"{UNREAD}orders": 2}
