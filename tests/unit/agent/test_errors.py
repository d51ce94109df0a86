"""What errors of ours cost: nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lambda_usage import agent as module
from lambda_usage.attach.bootstrap import recorded
from lambda_usage.invocation import Invocation
from lambda_usage.sampling.overhead import Overhead
from lambda_usage.settings import Settings
from tests.unit.support import log_lines

from .world import World


def test_an_error_at_the_opening_of_a_window_never_reaches_the_function(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.recorder.fail_at = {"open_window"}
    for number in range(6):
        assert world.invoke(number) == number
    lines = log_lines(capsys.readouterr().err)
    assert [each["level"] for each in lines] == ["ERROR", "ERROR"]
    assert "not affected" in lines[0]["message"]
    assert lines[0]["error"].startswith("RuntimeError at lambda_usage/windows.py:")
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
    assert world.agent.pending.tallies == {}


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


def test_an_agent_that_gives_up_while_it_opens_the_gate_lets_nothing_pass(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upload fails in a thread of its own: what passes after it would count as recorded."""
    for library in ("opentelemetry.trace", "aws_xray_sdk.core"):  # other tests have imported them
        monkeypatch.delitem(sys.modules, library, raising=False)
    monkeypatch.setattr(world.agent, "overhead", Overhead(Settings(sample_rate=0.01), traced=False))
    grant = world.agent.overhead.grant

    def gives_up(_self: Overhead) -> tuple[int, float, float, float, float]:
        for _ in range(3):
            world.agent.failed(OSError())
        return grant()

    call = recorded(lambda _event, _context: None, world.agent)
    monkeypatch.setattr("lambda_usage.sampling.sampler.uniform", lambda: 0.99)
    monkeypatch.setattr(Overhead, "grant", gives_up)
    for _ in range(5):
        call({}, None)
    assert world.agent.off
    assert world.agent.totals().invocations == 1


def test_an_invocation_whose_end_was_begun_before_is_not_under_way_for_ever(world: World) -> None:
    """A finalizer that runs within the gate's own end lets the agent take it (3.11)."""
    invocation = world.agent.begin(None)
    assert isinstance(invocation, Invocation)
    module._inside.reset(invocation.token)
    world.agent.end(invocation, error=False)
    world.invoke()
    world.finish()
    assert (world.agent.errors, world.total("windows"), world.total("unsampled")) == (0, 2, 0)


def test_an_error_at_the_end_never_reaches_the_function(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Within the handler of a signal, it would be raised in the middle of the function's code."""
    monkeypatch.setattr(world.agent.dispatch, "_courier", None)
    monkeypatch.setattr(world.agent.dispatch, "_new_courier", lambda: 1 / 0)
    world.invoke()
    world.finish()
    (line,) = log_lines(capsys.readouterr().err)
    assert line["error"].startswith("ZeroDivisionError at ")
