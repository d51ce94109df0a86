"""What is counted before and after each invocation."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from lambda_usage.attach.bootstrap import recorded
from lambda_usage.sampling import randomness
from lambda_usage.sampling.sampler import Draw
from tests.unit.fakes import exposures

from .world import Paused, World, apart


def test_each_invocation_is_counted_and_each_window(world: World) -> None:
    for _ in range(5):
        world.invoke()
    world.finish()
    (bundle,) = world.courier.bundles
    (exposure,) = exposures(bundle).values()
    assert (exposure.invocations, exposure.windows, exposure.unsampled) == (5, 5, 0)
    assert exposure.weight == 5.0
    assert world.recorder.calls.count("open_window") == 5
    assert world.recorder.calls.count("end_init") == 1


def test_the_result_and_the_error_are_those_of_the_handler(world: World) -> None:
    result = object()
    assert world.invoke(result) is result

    class Own(Exception):
        pass

    error = Own("message")

    def handler(_event: object, _context: object) -> None:
        raise error

    with pytest.raises(Own) as caught:
        recorded(handler, world.agent)({}, None)
    assert caught.value is error
    assert (error.__cause__, error.__context__) == (None, None)
    world.finish()
    (usage,) = world.courier.bundles[0].origins.values()
    (path,) = usage.paths.values()
    assert (path.counts.windows, path.errors) == (2, 1.0)


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()])
def test_an_invocation_that_exits_is_over(error: BaseException, world: World) -> None:
    def handler(_event: object, _context: object) -> None:
        raise error

    with pytest.raises(type(error)):
        recorded(handler, world.agent)({}, None)
    world.invoke()
    world.finish()
    assert world.total("windows") == 2


def test_nested_invocations_count_once(world: World) -> None:
    def handler(event: int, context: object) -> int:
        return 0 if event == 0 else 1 + int(call(event - 1, context))

    call = recorded(recorded(handler, world.agent), world.agent)
    assert call(4, None) == 4
    assert call(0, None) == 0
    world.finish()
    assert (world.total("invocations"), world.total("windows")) == (2, 2)


def test_a_nested_invocation_that_raises_does_not_end_the_outer_one(world: World) -> None:
    def inner(_event: object, _context: object) -> None:
        raise LookupError("inner")

    def outer(event: object, context: object) -> bool:
        with pytest.raises(LookupError, match="inner"):
            recorded(inner, world.agent)(event, context)
        return world.recorder.opened

    assert recorded(outer, world.agent)({}, None) is True
    world.finish()
    assert world.total("windows") == 1


def test_an_overlap_voids_the_window_and_is_counted(world: World) -> None:
    first = Paused(world.agent)
    assert world.recorder.opened
    second = Paused(world.agent)
    assert not world.recorder.opened
    first.finish()
    third = Paused(world.agent)  # still beside the second
    second.finish()
    third.finish()
    assert "open_window" not in world.recorder.calls[-1:]
    apart(world.invoke)
    world.finish()
    assert world.total("invocations") == 4
    assert world.total("windows") == 1
    assert world.total("windows_voided") == 1
    assert world.total("unsampled") == 2
    assert world.recorder.calls.count("open_window") == 2


def test_an_overlap_of_two_aliases_voids_the_window_of_its_own_alias(world: World) -> None:
    first = Paused(world.agent, "live")
    second = Paused(world.agent, "canary")
    second.finish()
    first.finish()
    world.finish()
    found = {alias: each for (alias, _), each in exposures(world.courier.bundles[0]).items()}
    assert (found["live"].windows_voided, found["live"].unsampled) == (1, 0)
    assert (found["canary"].windows_voided, found["canary"].unsampled) == (0, 1)


def test_a_window_is_weighed_by_the_probability_it_was_drawn_with(world: World) -> None:
    draws = [Draw(0.25, True), Draw(0.5, False), Draw(0.5, True), Draw(0.25, False)]
    coming = iter(draws)
    draw = lambda *_: next(coming)  # noqa: E731
    sampler = SimpleNamespace(
        by_trace=False,
        draw=draw,
        draw_first=draw,
        refresh=lambda: None,
        passes=lambda _: 0,
    )
    world.agent.overhead.sampler = sampler  # type: ignore[assignment]
    for _ in draws:
        world.invoke()
    world.finish()
    assert world.total("invocations") == 4
    assert world.total("windows") == 2
    assert world.total("weight") == 6.0
    assert world.total("weight_squared") == 20.0
    assert world.total("weight_max") == 4.0
    assert world.total("unsampled") == 0


def test_the_exposure_of_two_aliases_is_kept_apart(world: World) -> None:
    for alias in ("live", "live", "canary", "", "7", "$LATEST"):
        world.invoke(alias=alias)
    world.finish()
    (bundle,) = world.courier.bundles
    found = {alias: each.invocations for (alias, _), each in exposures(bundle).items()}
    assert found == {"live": 2, "canary": 1, "": 3}
    assert {origin.lambda_function for origin in bundle.origins} == {
        "orders",
        "orders:live",
        "orders:canary",
    }


def test_init_is_counted_once_and_for_the_alias_that_is_served_first(world: World) -> None:
    world.agent.pending.inits = 1
    for alias in ("canary", "live", "canary"):
        world.invoke(alias=alias)
    world.agent.flush()
    world.invoke(alias="live")
    world.finish()
    inits = [
        (alias, each.inits)
        for bundle in world.courier.bundles
        for (alias, _), each in exposures(bundle).items()
    ]
    assert sorted(inits) == [("canary", 1), ("live", 0), ("live", 0)]


def test_an_init_without_an_invocation_is_told_at_the_end(world: World) -> None:
    world.agent.pending.inits = 1
    world.finish()
    assert (world.total("inits"), world.total("invocations")) == (1, 0)


def test_invocations_without_time_for_a_window_are_counted_apart(world: World) -> None:
    world.invoke()
    world.agent.overhead._headroom.ran(5.0)
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 3000)
    for _ in range(3):
        recorded(lambda _event, _context: None, world.agent)({}, context)
    world.finish()
    assert world.total("invocations") == 4
    assert world.total("unsampled") == 3
    assert world.total("windows") == world.total("weight") == 1


def test_a_bundle_tells_what_windows_cost_and_how_long_handlers_ran(world: World) -> None:
    for _ in range(3):
        world.invoke()
    world.finish()
    (usage,) = world.courier.bundles[0].origins.values()
    assert usage.costs["window_s"] > 0
    assert usage.costs["handler_s"] >= 0


def test_a_window_that_an_overlap_voids_is_paid_for(world: World) -> None:
    first = Paused(world.agent)
    second = Paused(world.agent)
    second.finish()
    first.finish()
    assert world.agent.overhead.take_costs()["window_s"] > 0


def test_a_restored_copy_forgets_the_randomness_that_was_fetched(real: World) -> None:
    randomness.random_byte()
    before = randomness._unused
    real.agent.after_restore()
    assert randomness._unused is not before
    assert next(randomness._unused, None) is None
