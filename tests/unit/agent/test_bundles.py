"""What a bundle tells of, and on which day."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from lambda_usage.attach.bootstrap import recorded
from lambda_usage.delivery.dispatch import NOT_MADE
from lambda_usage.flush import BundleMaker
from tests.unit.fakes import exposures, total
from tests.unit.support import write_files

from .world import DAY, MIDNIGHT, TODAY, TOMORROW, Clock, Paused, World, never_due, stored


def test_a_bundle_does_not_span_two_days(clock: Clock, world: World) -> None:
    world.invoke()
    clock.now = MIDNIGHT + DAY - 0.5
    never_due(world.agent)  # nothing but the day is at work here
    world.invoke()
    clock.now = MIDNIGHT + DAY + 0.5
    world.invoke()
    world.finish()
    found = [
        {day: each.invocations for (_, day), each in exposures(bundle).items()}
        for bundle in world.courier.bundles
    ]
    assert found == [{TODAY: 2}, {TOMORROW: 1}]
    assert [each.sequence for bundle in world.courier.bundles for each in bundle.bundles] == [0, 1]


def test_an_invocation_counts_for_the_day_it_began_on(clock: Clock, world: World) -> None:
    never_due(world.agent)

    def handler(_event: object, _context: object) -> None:
        clock.now = MIDNIGHT + DAY + 1

    clock.now = MIDNIGHT + DAY - 1
    recorded(handler, world.agent)({}, None)
    world.invoke()
    world.finish()
    found = [exposures(bundle) for bundle in world.courier.bundles]
    assert [list(each) for each in found] == [[("", TODAY)], [("", TOMORROW)]]
    assert [next(iter(each.values())).windows for each in found] == [1, 1]


def test_a_window_that_is_voided_after_its_bundle_left_is_in_the_next(
    clock: Clock, world: World
) -> None:
    never_due(world.agent)
    clock.now = MIDNIGHT + DAY - 1
    first = Paused(world.agent, "live")
    clock.now = MIDNIGHT + DAY + 1
    second = Paused(world.agent, "canary")
    second.finish()
    first.finish()
    world.finish()
    assert world.total("windows_voided") == 1
    found = {
        key: each for bundle in world.courier.bundles for key, each in exposures(bundle).items()
    }
    assert found["live", TOMORROW].windows_voided == 1


def test_an_invocation_that_is_under_way_at_the_end_is_counted(world: World) -> None:
    invocation = Paused(world.agent)
    world.finish()
    invocation.finish()
    assert (world.total("invocations"), world.total("windows")) == (1, 0)
    assert len(world.courier.bundles) == 1


def test_counts_are_those_since_the_last_bundle(clock: Clock, world: World) -> None:
    for pause in (1, 1, 30, 1, 400, 1):
        clock.now += pause
        world.invoke()
    world.finish()
    bundles = world.courier.bundles
    assert [total([each], "invocations") for each in bundles] == [2, 2, 2]
    assert [each.final for bundle in bundles for each in bundle.bundles.values()] == [
        False,
        False,
        True,
    ]


def test_the_last_bundle_is_final_and_nothing_follows_it(world: World) -> None:
    world.invoke()
    world.finish()
    world.finish()
    assert world.invoke(1) == 1
    (bundle,) = world.courier.bundles
    (info,) = bundle.bundles.values()
    assert info.final
    assert total([bundle], "invocations") == 1


def test_a_process_that_ends_with_nothing_new_says_so(clock: Clock, world: World) -> None:
    world.invoke(alias="live")
    world.agent.flush()
    world.finish()
    assert [
        (info.final, info.origin.alias)
        for bundle in world.courier.bundles
        for info in bundle.bundles.values()
    ] == [(False, "live"), (True, "live")]
    assert total(world.courier.bundles, "invocations") == 1


def test_without_an_invocation_nothing_is_sent(world: World) -> None:
    world.agent.flush()
    assert world.courier.bundles == []


def all_losses(world: World) -> list[dict[str, int]]:
    return [
        dict(usage.losses) for bundle in world.courier.bundles for usage in bundle.origins.values()
    ]


def test_what_the_courier_lost_is_stated_in_the_next_bundle(world: World) -> None:
    world.courier.losses["bundles dropped"] = 2
    world.invoke()
    world.agent.flush()
    world.invoke()
    world.finish()
    assert all_losses(world) == [{"bundles dropped": 2}, {}]


def test_a_bundle_that_is_certainly_not_stored_is_part_of_the_next(world: World) -> None:
    world.courier.down = True
    for alias in ("live", "canary", "live"):
        world.invoke(alias=alias)
        world.agent.flush()
    world.courier.down = False
    world.invoke(alias="live")
    world.finish()
    (bundle,) = world.courier.bundles
    (info,) = bundle.bundles.values()
    assert (info.id.sequence, info.final) == (0, True)
    found = {alias: each.invocations for (alias, _), each in exposures(bundle).items()}
    assert found == {"live": 3, "canary": 1}
    assert world.total("windows") == 4


def test_counts_of_yesterday_do_not_go_into_the_bundle_of_today(clock: Clock, world: World) -> None:
    never_due(world.agent)
    world.courier.down = True
    world.invoke()
    clock.now += DAY
    world.invoke()
    world.courier.down = False
    world.finish()
    (bundle,) = world.courier.bundles
    assert [info.id.sequence for info in bundle.bundles.values()] == [1]
    assert {day: each.invocations for (_, day), each in exposures(bundle).items()} == {TOMORROW: 1}


def test_a_clock_that_is_set_back_turns_the_day_too_and_loses_nothing(
    clock: Clock, world: World
) -> None:
    never_due(world.agent)
    for step in (0, 3 * DAY, -2 * DAY, -60.0):
        clock.now += step
        world.invoke()
    world.finish()
    assert world.total("invocations") == 4
    for bundle in world.courier.bundles:
        (info,) = bundle.bundles.values()
        assert info.first_time <= info.last_time
        assert len({day for _, day in exposures(bundle)}) == 1


def test_an_error_in_the_making_of_a_bundle_is_stated_by_the_next(
    real: World, tmp_path: Path
) -> None:
    for _ in range(2):
        real.invoke()
    real.recorder.fail_at = {"drain"}
    real.agent.dispatch.courier.lose("bundles dropped", 1)
    batch = real.agent.take(final=False)
    assert real.agent.dispatch._make(batch, final=False) is None
    real.recorder.fail_at = set()
    real.invoke()
    real.finish()
    (bundle,) = stored(tmp_path)
    (usage,) = bundle.origins.values()
    assert usage.losses == {NOT_MADE: 2, "bundles dropped": 1}
    assert total([bundle], "invocations") == 1
    assert real.agent.errors == 1


def test_the_package_list_is_sent_until_a_bundle_with_it_has_arrived(
    world: World, tmp_path: Path
) -> None:
    write_files(tmp_path / "task", {"app.py": "x = 1\n", "lib-1.0.dist-info/RECORD": "lib.py,,\n"})
    world.courier.down = True
    for _ in range(2):
        world.invoke()
        world.agent.flush()
    world.courier.down = False
    for _ in range(2):
        world.invoke()
        world.agent.flush()
    world.finish()
    infos = [info for bundle in world.courier.bundles for info in bundle.bundles.values()]
    assert [info.id.sequence for info in infos] == [0, 1, 2]
    assert [info.lists_package for info in infos] == [True, False, False]
    usages = [usage for bundle in world.courier.bundles for usage in bundle.origins.values()]
    assert [list(each.files) for each in usages] == [["app.py"], [], []]
    assert [list(each.distributions) for each in usages] == [["lib"]] * 3
    assert len({info.origin.package for info in infos}) == 1


def test_a_process_has_one_id_whoever_asks_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The health check does, in the thread of the invocation, while the first bundle is made."""
    dispatch, new_maker, found = world.agent.dispatch, world.agent.new_maker, set()
    asks = threading.Thread(target=lambda: found.add(dispatch.process_id))

    def slow() -> BundleMaker:
        if asks.ident is None:
            asks.start()
            asks.join(0.2)  # should it come to an end, it has made one of its own
        return new_maker()

    monkeypatch.setattr(world.agent, "new_maker", slow)
    found.add(dispatch.process_id)
    asks.join(60)
    assert found == {dispatch.process_id}
