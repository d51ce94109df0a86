"""When a bundle leaves, and who waits for it: nobody."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lambda_usage.attach.bootstrap import recorded
from lambda_usage.delivery.batch import Batch
from lambda_usage.recording.tally import PathSum, Tally
from lambda_usage.telemetry.logs import Log
from tests.unit.fakes import make_agent, total

from .world import Clock, World, stored


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
        world.agent.pending.tallies[""] = tally = Tally()
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
    world.agent.pending.tallies[""].paths = {
        frozenset({number}): PathSum() for number in range(300)
    }
    world.invoke()
    assert len(world.courier.bundles) == 1


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
