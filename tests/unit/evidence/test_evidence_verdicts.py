"""The rules by which what was seen becomes a verdict."""

from __future__ import annotations

import pytest
from evidence_world import World, exposure, lines, origin, over_days
from verdict_app import APP, CODE, MONTH, lived

from lambda_usage.evidence.model import FileState, Verdict


def test_each_verdict_in_one_application(world: World) -> None:
    world.source(APP)
    world.source("def gone():\n    return 1\n", "left_behind.py")
    lived(world)
    found = {(each.file, each.name): each.verdict for each in world.report().functions}
    assert found == {
        ("app.py", "<module>"): Verdict.USED,
        ("app.py", "handler"): Verdict.USED,
        ("app.py", "used"): Verdict.USED,
        ("app.py", "unused"): Verdict.DEAD,
        ("app.py", "setup"): Verdict.STARTUP,
        ("left_behind.py", "<module>"): Verdict.NOT_DEPLOYED,
        ("left_behind.py", "gone"): Verdict.NOT_DEPLOYED,
    }


def test_dead_code_names_its_lines_its_bound_and_its_reason(world: World) -> None:
    world.source(APP)
    lived(world)
    found = world.judge("unused")
    assert lines(found) == [(13, 14, CODE)]
    assert found.exposure == 3000
    assert found.use_upper_bound == pytest.approx(1 - 0.05 ** (1 / 3000))
    assert found.reason == "never run in 3,000 invocations of orders over 15 days"
    assert world.judge("used").use_upper_bound is None
    assert world.report().files[0].state is FileState.LOADED


@pytest.mark.parametrize(
    ("thresholds", "reason"),
    [
        ({"min_days": 16}, "only 15 of 16 days of orders"),
        (
            {"min_exposure": 3001},
            "shipped by orders, which had only 3,000 invocations of 3,001",
        ),
        (
            {"expected_functions": ("billing",)},
            "billing was expected and has not been seen",
        ),
        (
            {"expected_functions": ("orders", "orders:live")},
            "orders:live was expected and has not been seen",
        ),
    ],
)
def test_too_little_evidence_is_unproven(world: World, thresholds, reason: str) -> None:
    world.source(APP)
    lived(world)
    found = world.judge("unused", **thresholds)
    assert (found.verdict, found.reason, lines(found)) == (Verdict.UNPROVEN, reason, [])
    assert world.judge("setup", **thresholds).verdict is Verdict.UNPROVEN
    assert world.judge("used", **thresholds).verdict is Verdict.USED


def test_what_only_an_unseen_function_may_ship_is_not_called_undeployed(world: World) -> None:
    world.source(APP)
    lived(world)
    world.source("def task():\n    return 1\n", "cron.py")
    assert world.judge("task", "cron.py").verdict is Verdict.NOT_DEPLOYED
    found = world.judge("task", "cron.py", expected_functions=("cron",))
    assert found.verdict is Verdict.UNPROVEN
    assert found.reason == "cron was expected and has not been seen"
    assert (found.exposure, found.use_upper_bound, found.dead_lines) == (0, 1, ())


def test_expected_functions_may_be_named_with_or_without_alias(world: World) -> None:
    world.source(APP)
    lived(world, origin(alias="live"))
    for name in ("orders", "orders:live"):
        assert world.judge("unused", expected_functions=(name,)).verdict is Verdict.DEAD


def test_a_million_calls_of_one_function_say_nothing_about_code_that_only_another_reaches(
    world: World,
) -> None:
    world.source(APP)
    lived(world, exposures=over_days(15, exposure(invocations=100_000)))
    billing = origin("billing")
    world.ship(billing, over_days(2, exposure(invocations=6)))
    found = world.judge("unused")
    assert (found.verdict, found.exposure) == (Verdict.UNPROVEN, 12)
    assert found.reason == "shipped by billing too, which had only 12 invocations of 1,000"
    assert found.use_upper_bound == pytest.approx(1 - 0.05 ** (1 / 12))


def test_days_are_those_of_each_lambda_function(world: World) -> None:
    world.source(APP)
    lived(world)
    world.ship(origin("billing"), over_days(3, exposure(invocations=9000)))
    assert world.judge("unused").reason == "only 3 of 14 days of billing"


def test_aliases_are_judged_apart(world: World) -> None:
    world.source(APP)
    lived(world, origin(alias="live"))
    world.ship(origin(alias="test"), over_days(1, exposure(invocations=1)))
    assert world.judge("unused").verdict is Verdict.UNPROVEN


def test_code_that_any_lambda_function_uses_is_used(world: World) -> None:
    world.source(APP)
    lived(world)
    billing = origin("billing")
    world.ship(billing, over_days(1, exposure(invocations=1)))
    world.saw(billing, "unused")
    assert world.judge("unused").verdict is Verdict.USED


def test_a_file_of_another_hash_proves_nothing(world: World) -> None:
    world.source(APP)
    other = APP.replace("value = event", "value = [event]")
    lived(world, text=other)
    found = world.judge("handler")
    assert (found.verdict, found.exposure) == (Verdict.UNPROVEN, 0)
    assert found.reason == "orders ships another version of this file"
    assert world.report().files[0].state is FileState.DIFFERS
    assert world.report().files[0].dead_lines == ()


def test_a_lambda_function_that_ships_another_hash_leaves_code_unproven(world: World) -> None:
    world.source(APP)
    lived(world)
    world.ship(origin("billing"), MONTH, text=APP + "\n\n")
    found = world.judge("unused")
    assert (found.verdict, found.exposure) == (Verdict.UNPROVEN, 0)
    assert found.reason.startswith("billing ships another version of this file; if it is another")


def test_an_older_deployment_of_the_same_function_is_simply_not_counted(world: World) -> None:
    world.source(APP)
    lived(world)
    world.ship(origin(package="old"), MONTH, text=APP + "\n\n")
    assert world.judge("unused").exposure == 3000


def test_shipped_and_never_loaded_may_be_dead(world: World) -> None:
    world.source(APP)
    world.ship(origin(), MONTH, loaded=False)
    report = world.report()
    assert report.files[0].state is FileState.SHIPPED
    assert {each.verdict for each in report.functions} == {Verdict.DEAD}
    assert lines(world.judge("used")) == [(7, 10, CODE)]
    assert [(each.first, each.last) for each in report.files[0].dead_lines] == [(1, 19)]


def test_a_function_without_a_recorded_code_object_is_unproven(world: World) -> None:
    world.source(APP)
    usage = lived(world)
    usage.codes = {key: code for key, code in usage.codes.items() if key.qualname != "unused"}
    found = world.judge("unused")
    assert (found.verdict, found.exposure, found.frequency) == (Verdict.UNPROVEN, 0, None)
