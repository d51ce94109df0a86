"""What is counted before and after each invocation, and what errors of ours cost: nothing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lambda_usage import agent as module
from lambda_usage.agent import Agent
from lambda_usage.attach import context as context_module
from lambda_usage.attach.bootstrap import recorded
from lambda_usage.attach.context import CoverageContext
from lambda_usage.bundle.reader import read_bundle
from lambda_usage.delivery import dispatch as dispatch_module
from lambda_usage.delivery import pauses
from lambda_usage.delivery.batch import Batch
from lambda_usage.delivery.dispatch import NOT_MADE, Dispatch
from lambda_usage.recording.tally import PathSum, Tally
from lambda_usage.sampling import randomness
from lambda_usage.sampling.sampler import Draw
from lambda_usage.settings import Settings
from lambda_usage.telemetry.logs import Log

from .fakes import CollectingCourier, FakeRecorder, exposures, make_agent, total
from .support import log_lines, write_files


@dataclass
class World:
    agent: Agent
    recorder: FakeRecorder
    courier: CollectingCourier

    def invoke(self, result: object = None, alias: str = "") -> object:
        return recorded(lambda _event, _context: result, self.agent)({}, lambda_context(alias))

    def finish(self) -> None:
        self.agent.finish()

    def total(self, name: str) -> float:
        return total(self.courier.bundles, name)


def lambda_context(alias: str) -> object:
    arn = "arn:aws:lambda:eu-central-1:123456789012:function:orders"
    return SimpleNamespace(invoked_function_arn=f"{arn}:{alias}" if alias else arn)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("LAMBDA_TASK_ROOT", str(tmp_path / "task"))
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "orders")
    monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)
    token = module._inside.set(False)
    yield World(*make_agent(tmp_path))
    module._inside.reset(token)


def apart(call: Callable[[], object]) -> None:
    """Run *call* in another thread, to its end."""
    thread = threading.Thread(target=call)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


class Paused:
    """An invocation in a thread of its own, under way until it is let go."""

    def __init__(self, agent: Agent, alias: str = "") -> None:
        self._inside, self._go = threading.Event(), threading.Event()

        def handler(_event: object, _context: object) -> None:
            self._inside.set()
            self._go.wait(60)

        call = recorded(handler, agent)
        self._thread = threading.Thread(target=call, args=({}, lambda_context(alias)))
        self._thread.start()
        assert self._inside.wait(60)

    def finish(self) -> None:
        self._go.set()
        self._thread.join(60)


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


@pytest.fixture
def blocks(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(context_module, "start_agent", lambda *_, **__: world.agent)
    return world


def test_tasks_with_blocks_at_the_same_time_void_the_window_and_leave_nothing_behind(
    blocks: World,
) -> None:
    async def task(started: asyncio.Event, go: asyncio.Event) -> None:
        async with CoverageContext():
            started.set()
            await go.wait()

    async def main() -> None:
        events = [(asyncio.Event(), asyncio.Event()) for _ in range(3)]
        tasks = [asyncio.create_task(task(*each)) for each in events]
        for started, _ in events:
            await started.wait()
        for number in (1, 0, 2):  # they end in another order than they began in
            events[number][1].set()
            await tasks[number]
        async with CoverageContext():
            assert blocks.recorder.opened
        assert not blocks.recorder.opened

    asyncio.run(main())
    with CoverageContext():
        assert blocks.recorder.opened
    blocks.finish()
    assert blocks.total("invocations") == 5
    assert blocks.total("windows_voided") == 1
    assert blocks.total("windows") == 2


def test_blocks_in_tasks_of_an_invocation_are_part_of_it(blocks: World) -> None:
    async def task() -> None:
        async with CoverageContext():
            await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.gather(task(), task())

    recorded(lambda _event, _context: asyncio.run(main()), blocks.agent)({}, None)
    blocks.finish()
    assert (blocks.total("invocations"), blocks.total("windows")) == (1, 1)


def test_a_block_that_ends_in_another_context_is_over_all_the_same(blocks: World) -> None:
    block = CoverageContext()
    copy_context().run(block.__enter__)
    block.__exit__(None, None, None)
    assert blocks.agent.errors == 0
    with CoverageContext():
        assert blocks.recorder.opened


def test_one_object_may_open_several_blocks_within_each_other(blocks: World) -> None:
    block = CoverageContext()
    with block:
        with block:
            assert blocks.recorder.opened
        assert blocks.recorder.opened
    assert not blocks.recorder.opened
    with block:
        assert blocks.recorder.opened
    blocks.finish()
    assert (blocks.total("invocations"), blocks.total("windows")) == (2, 2)


def test_one_object_may_open_blocks_in_several_tasks(blocks: World) -> None:
    block = CoverageContext()

    async def task(started: asyncio.Event, go: asyncio.Event) -> None:
        async with block:
            started.set()
            await go.wait()

    async def main() -> None:
        events = [(asyncio.Event(), asyncio.Event()) for _ in range(2)]
        tasks = [asyncio.create_task(task(*each)) for each in events]
        for started, _ in events:
            await started.wait()
        for (_, go), each in zip(events, tasks, strict=True):
            go.set()
            await each

    asyncio.run(main())
    assert blocks.agent._running == 0
    with CoverageContext():
        assert blocks.recorder.opened
    blocks.finish()
    assert (blocks.total("invocations"), blocks.total("windows")) == (3, 1)
    assert blocks.total("windows_voided") == 1


def test_a_block_says_in_which_frame_it_stands(blocks: World) -> None:
    def user() -> Any:
        with CoverageContext():
            pass

    async def asynchronous() -> None:
        async with CoverageContext():
            pass

    user()
    asyncio.run(asynchronous())
    names = [frame and frame.f_code.co_name for frame in blocks.recorder.frames]
    assert names == ["user", "asynchronous"]


def test_a_window_is_weighed_by_the_probability_it_was_drawn_with(world: World) -> None:
    draws = [Draw(0.25, True), Draw(0.5, False), Draw(0.5, True), Draw(0.25, False)]
    coming = iter(draws)
    draw = lambda *_: next(coming)  # noqa: E731
    sampler = SimpleNamespace(by_trace=False, draw=draw, draw_first=draw, refresh=lambda: None)
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


def test_an_error_at_the_opening_of_a_window_never_reaches_the_function(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.recorder.fail_at = {"open_window"}
    for number in range(6):
        assert world.invoke(number) == number
    lines = log_lines(capsys.readouterr().err)
    assert [each["level"] for each in lines] == ["ERROR", "ERROR"]
    assert "not affected" in lines[0]["message"]
    assert lines[0]["error"].startswith("RuntimeError at lambda_usage/agent.py:")
    assert "open_window is broken" not in str(lines)
    assert "switched itself off" in lines[1]["message"]
    assert world.recorder.calls.count("open_window") == 3
    assert not world.agent.active


def test_an_error_once_does_not_end_the_recording(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.recorder.fail_at = {"open_window"}
    world.invoke()
    world.recorder.fail_at = set()
    for _ in range(3):
        world.invoke()
    world.finish()
    assert (world.total("invocations"), world.total("windows")) == (4, 3)
    assert len(log_lines(capsys.readouterr().err)) == 1


def test_an_error_in_the_context_object_never_reaches_the_function(world: World) -> None:
    class Hostile:
        @property
        def invoked_function_arn(self) -> str:
            raise RuntimeError("no")

    assert recorded(lambda event, _context: event, world.agent)(7, Hostile()) == 7


def test_an_error_while_code_is_loaded_never_reaches_the_import(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.recorder.fail_at = {"add"}
    code = compile("x = 1", str(tmp_path / "task" / "app.py"), "exec")
    for _ in range(5):
        world.agent._on_code(code)
    assert world.recorder.calls.count("add") == 3
    assert len(log_lines(capsys.readouterr().err)) == 2


def test_an_agent_that_has_switched_itself_off_costs_nothing(world: World) -> None:
    world.agent.active = False
    assert world.invoke(3) == 3
    assert world.recorder.calls == []
    assert world.courier.bundles == []
    assert world.agent.tallies == {}


def test_an_agent_that_has_switched_itself_off_says_so_in_its_last_bundle(world: World) -> None:
    world.recorder.fail_at = {"open_window"}
    for _ in range(6):
        world.invoke()
    assert not world.agent.active
    world.finish()
    world.finish()
    (bundle,) = world.courier.bundles
    (usage,) = bundle.origins.values()
    assert usage.losses == {"processes switched off after errors": 1}
    assert (world.total("invocations"), world.total("windows")) == (3, 0)


def test_an_error_at_the_end_of_a_window_never_reaches_the_function(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.recorder.fail_at = {"close_window"}
    for number in range(6):
        assert world.invoke(number) == number
        world.recorder.opened = False
    assert not world.agent.active
    lines = log_lines(capsys.readouterr().err)
    assert [each["level"] for each in lines] == ["ERROR", "ERROR"]
    assert world.recorder.calls.count("close_window") == 3


def test_after_a_window_that_could_not_be_closed_invocations_are_counted_again(
    world: World,
) -> None:
    world.recorder.fail_at = {"close_window"}
    world.invoke()
    world.recorder.fail_at, world.recorder.opened = set(), False
    world.invoke()
    world.finish()
    assert (world.total("invocations"), world.total("windows")) == (2, 1)
    assert world.total("unsampled") == 0


class Clock:
    """A stand-in for the module ``time``."""

    def __init__(self, now: float) -> None:
        self.now = now

    def time(self) -> float:
        return self.now

    monotonic = perf_counter = time

    def thread_time(self) -> float:
        return 0.0


DAY = 86400.0
MIDNIGHT = 20_000 * DAY  # 2024-10-04
TODAY, TOMORROW = "2024-10-04", "2024-10-05"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock(MIDNIGHT + 100)
    for each in (module, dispatch_module, pauses):
        monkeypatch.setattr(each, "time", found)
    return found


def never_due(agent: Agent) -> None:
    agent.dispatch.schedule._pause = float("inf")


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
    world.agent._inits = 1
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
    world.agent._inits = 1
    world.finish()
    assert (world.total("inits"), world.total("invocations")) == (1, 0)


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


@pytest.fixture
def real(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """With the real courier, to a folder."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    settings = Settings(bucket=str(tmp_path / "store"))
    world.agent.dispatch = Dispatch(settings, world.agent, Log("ERROR"))
    return world


def stored(tmp_path: Path) -> list[Any]:
    return [read_bundle(path) for path in sorted((tmp_path / "store").rglob("*.coverage"))]


def test_counts_that_no_thread_could_deliver_are_in_the_next_bundle(
    real: World,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def start(_self: threading.Thread) -> None:
        raise RuntimeError("a secret")

    real.agent.dispatch._log = Log("WARNING")
    real.invoke(1)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        real.agent.dispatch.schedule._pause = 0
        real.agent.dispatch.wake()
        assert real.invoke(2) == 2
    assert real.invoke(3) == 3
    real.finish()
    said = capsys.readouterr().err
    assert "RuntimeError at lambda_usage/delivery/dispatch.py:" in said
    assert "secret" not in said
    assert real.agent.errors == 0
    (bundle,) = stored(tmp_path)
    (usage,) = bundle.origins.values()
    assert usage.losses == {}
    assert total([bundle], "invocations") == 3


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


@pytest.mark.parametrize(
    ("milliseconds", "waited", "flushed"),
    [(500, 0, False), (5000, 0, True), (500, 301, True)],
)
def test_an_invocation_that_is_about_to_time_out_is_left_alone(
    milliseconds: int, waited: int, flushed: bool, clock: Clock, world: World
) -> None:
    world.invoke()
    clock.now += 20 + waited
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: milliseconds)
    world.agent.dispatch.before(context)
    assert bool(world.courier.bundles) is flushed


def test_a_bundle_is_due_when_it_holds_many_paths(clock: Clock, world: World) -> None:
    world.agent.dispatch.schedule.sent()
    clock.now += 60
    for size, flushed in ((255, 0), (256, 1)):
        world.agent.tallies[""] = tally = Tally()
        tally.at(clock.now)
        tally.paths = {frozenset({number}): PathSum() for number in range(size)}
        world.agent.dispatch.before(None)
        assert len(world.courier.bundles) == flushed


def test_nothing_is_asked_of_the_schedule_until_a_bundle_can_be_due(
    clock: Clock, tmp_path: Path, world: World
) -> None:
    plain = World(*make_agent(tmp_path, sample_rate=1e-12))
    asked = []
    schedule = plain.agent.dispatch.schedule
    due = schedule.due

    def counted(paths: int = 0) -> bool:
        asked.append(clock.now)
        return due(paths)

    schedule.due = counted  # type: ignore[method-assign]
    for _ in range(50):
        plain.invoke()
    assert len(asked) == 1
    clock.now -= 30  # set back: all that was worked out ahead is void
    plain.invoke()
    assert len(asked) == 2
    clock.now += 60
    plain.invoke()
    assert len(plain.courier.bundles) == 1


def test_a_window_may_make_a_bundle_due(clock: Clock, world: World) -> None:
    world.agent.dispatch.schedule.sent()
    clock.now += 60
    world.invoke()
    world.agent.tallies[""].paths = {frozenset({number}): PathSum() for number in range(300)}
    world.invoke()
    assert len(world.courier.bundles) == 1


def test_a_restored_copy_forgets_the_randomness_that_was_fetched(real: World) -> None:
    randomness.random_byte()
    before = randomness._unused
    real.agent.after_restore()
    assert randomness._unused is not before
    assert next(randomness._unused, None) is None


def test_the_caller_does_not_wait_for_a_bundle(real: World, tmp_path: Path) -> None:
    go, threads = threading.Event(), []
    make = real.agent.dispatch._make

    def slow(batch: Batch, *, final: bool) -> Any:
        threads.append(threading.current_thread())
        go.wait(60)
        return make(batch, final=final)

    real.agent.dispatch._make = slow  # type: ignore[method-assign]
    real.invoke()
    real.agent.flush()  # returns although the bundle is not made yet
    real.invoke()
    assert stored(tmp_path) == []
    go.set()
    real.finish()
    assert [total([each], "invocations") for each in stored(tmp_path)] == [1, 1]
    assert threads[0] is not threading.current_thread()
    assert (threads[0].daemon, threads[0].name) == (True, "lambda-usage")
    threads[0].join(60)
    assert real.agent.dispatch._threads == 0


def test_while_a_bundle_is_under_way_the_next_one_waits(clock: Clock, world: World) -> None:
    world.invoke()
    world.agent.dispatch._threads = 2
    clock.now += 400
    world.invoke()
    assert world.courier.bundles == []
    world.agent.dispatch._threads = 0
    world.invoke()
    assert [total([each], "invocations") for each in world.courier.bundles] == [2]


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


@pytest.fixture
def tight(tmp_path: Path, clock: Clock, world: World) -> World:
    """A world with a budget, in which nothing is due but what the clock says."""
    return World(*make_agent(tmp_path, overhead_budget=0.01, flush_interval=1.0))


def test_bundles_wait_until_the_budget_affords_them(tight: World, clock: Clock) -> None:
    def handler(_event: object, _context: object) -> None:
        clock.now += 1.0

    def invoke(times: int) -> int:
        for _ in range(times):
            recorded(handler, tight.agent)({}, None)
        return len(tight.courier.bundles)

    assert invoke(4) >= 1  # the first goes early
    tight.agent.dispatch.cpu_s += 0.3
    assert invoke(1) == (before := invoke(1))
    assert invoke(20) == before
    assert invoke(80) > before


def test_the_last_bundle_leaves_whatever_it_costs(tight: World) -> None:
    tight.invoke()
    tight.agent.flush()
    tight.agent.dispatch.cpu_s = 100.0
    tight.invoke()
    tight.finish()
    assert total(tight.courier.bundles, "invocations") == 2
    assert [info.final for each in tight.courier.bundles for info in each.bundles.values()] == [
        False,
        True,
    ]
