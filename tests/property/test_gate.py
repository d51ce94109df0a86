"""With the gate, the same is counted, drawn, paid and delivered as without it."""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from contextvars import Context, copy_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_usage import agent as agent_module
from lambda_usage import gate as gate_module
from lambda_usage import windows
from lambda_usage.attach.bootstrap import recorded
from lambda_usage.delivery import dispatch as dispatch_module
from lambda_usage.delivery import pauses, pending, schedule
from lambda_usage.recording.tally import Tally
from lambda_usage.sampling import overhead as overhead_module
from lambda_usage.sampling import sampler as sampler_module
from lambda_usage.sampling import trace as trace_module
from tests.support.gates import KINDS, make_gate
from tests.unit.fakes import make_agent

from .test_recorders import PHASES

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:orders:"
OPENTELEMETRY = "opentelemetry.trace"
START = 20_000 * 86400.0 + 43_200


class Clock:
    """A stand-in for the module ``time``."""

    now = START

    def time(self) -> float:
        return self.now

    monotonic = perf_counter = thread_time = process_time = time


class Shut(gate_module.Gate):
    """As if there were none."""

    def open(self, *_: Any) -> None:
        pass


class Process:
    """One process, and what it has counted."""

    def __init__(self, folder: Path, clock: Clock | None, *, traced: bool, **options: Any) -> None:
        self.agent, self.recorder, _ = make_agent(folder, **options)
        self.agent.log = SimpleNamespace(once=lambda *_, **__: None)  # type: ignore[assignment]
        self.clock = clock
        self.told: list[Any] = []
        self.invocations = 0
        self.left: list[Context] = []
        self.recorder.name = "ctrace" if traced else "monitoring"
        self.agent.overhead = overhead_module.Overhead(self.agent.settings, traced=traced)
        take = self.agent.take

        def taken(*, final: bool) -> Any:
            batch = take(final=final)
            self.told.append(
                {
                    alias: counts(each, timed=clock is not None)
                    for alias, each in batch.tallies.items()
                }
            )
            self.told.append((dict(batch.losses), dict(batch.costs) if clock else None))
            return batch

        self.agent.take = taken  # type: ignore[method-assign]

    def context(self, alias: str, milliseconds: int) -> object:
        return SimpleNamespace(
            invoked_function_arn=ARN + alias, get_remaining_time_in_millis=lambda: milliseconds
        )

    def _passes(self, seconds: float) -> None:
        if self.clock is not None:
            self.clock.now += seconds

    def invoke(
        self, alias: str, seconds: float, does: str = "", *, milliseconds: int = 60_000
    ) -> None:
        def handler(event: int, context: object) -> None:
            self._passes(seconds)
            if event:
                call(event - 1, context)
                self.left[:] = [copy_context()]
            if does == "fails":
                raise LookupError
            if does == "asks":
                self.agent.totals()
            if does == "flushes":
                self.agent.flush()

        call = recorded(handler, self.agent)
        self.invocations += self.agent.active
        with suppress(LookupError):
            call(1, self.context(alias, milliseconds))
        self.told.append(self.recorder.calls[-4:])

    def overlap(self, first: str, second: str, *, crossed: bool) -> None:
        """Two in contexts that know nothing of each other, as those of threads or tasks."""
        contexts = [Context(), Context()]
        agent, open_ = self.agent, []
        for each, alias in zip(contexts, (first, second), strict=True):
            context = self.context(alias, 60_000)
            self.invocations += agent.active
            open_.append(
                each.run(lambda given: agent.gate.enter(given) or agent.begin(given), context)
            )
            self._passes(0.001)
        for at in (0, 1) if crossed else (1, 0):
            invocation = open_[at]
            if not contexts[at].run(agent.gate.leave, invocation):
                contexts[at].run(agent.end, invocation, error=False)

    def leftover(self) -> None:
        """What an invocation has left behind is no invocation of its own."""
        for each in self.left:
            context = self.context("", 60_000)
            each.run(recorded(lambda _event, _context: None, self.agent), {}, context)

    def hostile(self) -> None:
        hostile = type("Hostile", (), {"invoked_function_arn": property(lambda _: 1 / 0)})()
        recorded(lambda _event, _context: None, self.agent)({}, hostile)

    def do(self, what: str, value: Any) -> None:
        agent = self.agent
        if what == "invoke":
            alias, times, seconds, does = value
            for _ in range(times):
                self.invoke(alias, seconds, does)
        elif what == "late":
            self.invoke("", 0.001, milliseconds=value)
        elif what == "overlap":
            self.overlap(*value[:2], crossed=value[2])
        elif what == "wait":
            self._passes(value)
        elif what == "flush":
            agent.flush()
        elif what == "totals":
            totals = agent.totals()
            probability = agent.overhead.sampler.probability
            self.told.append((totals.invocations, totals.windows, probability))
            assert totals.invocations == self.invocations
        elif what == "fork":
            agent.forked()
        elif what == "restore":
            agent.after_restore()
        elif what == "broken":
            self.recorder.fail_at = {"open_window"} if value else set()
        elif what == "delivered":
            agent.dispatch.cpu_s += value
        else:
            getattr(self, what)()

    def live(self, steps: list[tuple[str, Any]]) -> list[Any]:
        for what, value in steps:
            self.do(what, value)
        self.do("totals", None)
        self.agent.finish()
        return self.told


def counts(tally: Tally, *, timed: bool) -> dict[str, Any]:
    found = {
        name: value
        for name, value in vars(tally).items()
        if isinstance(value, int | float) and (timed or not name.endswith("_time"))
    }
    return {
        **found,
        "groups": tally.invocation_groups,
        "windows": tally.windows.windows,
        "paths": {
            path: (each.windows, each.weight, each.groups) for path, each in tally.paths.items()
        },
    }


@contextmanager
def worlds(number: float, group: int, *, clock: Clock | None) -> Iterator[Path]:
    """Where each random number is *number*, and traces belong to *group*."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAMBDA_TASK_ROOT", folder)
        patch.setenv("_X_AMZN_TRACE_ID", f"Root=1-67891233-{group:024x}")
        for library in (OPENTELEMETRY, "aws_xray_sdk.core"):  # other tests import them,
            patch.delitem(sys.modules, library, raising=False)  # and with spans nothing passes
        for each in (sampler_module, overhead_module):
            patch.setattr(each, "uniform", lambda: number)
        patch.setattr(trace_module, "random_byte", lambda: 7)
        patch.setattr(schedule, "jittered", lambda low, _high: low)
        if clock is not None:
            for module in (agent_module, dispatch_module, gate_module, overhead_module, windows):
                patch.setattr(module, "time", clock)
            for module in (pauses, pending):
                patch.setattr(module, "time", clock)
        yield Path(folder)


alias = st.sampled_from(["", "live"])
does = st.sampled_from(["", "", "", "fails", "asks", "flushes"])
seconds = st.sampled_from([0.0001, 0.002, 0.01, 0.3])
invoke = st.tuples(
    st.just("invoke"), st.tuples(alias, st.sampled_from([1, 2, 25, 70]), seconds, does)
)
step = st.one_of(
    invoke,
    invoke,
    invoke,
    st.tuples(st.just("late"), st.sampled_from([0, 1_000_000])),
    st.tuples(st.just("overlap"), st.tuples(alias, alias, st.booleans())),
    st.tuples(st.just("broken"), st.booleans()),
    st.tuples(
        st.sampled_from(["flush", "totals", "fork", "restore", "leftover", "hostile"]), st.none()
    ),
)
timed = st.one_of(
    step,
    st.tuples(st.just("wait"), st.sampled_from([0.1, 1.0, 20.0, 400.0, 86400.0, -3600.0])),
    st.tuples(st.just("delivered"), st.sampled_from([0.001, 0.1])),
    st.tuples(st.just("late"), st.sampled_from([5, 400])),
)
uniform = st.floats(0.02, 0.98)


def lived(
    number: float,
    steps: list[tuple[str, Any]],
    make: Any,
    *,
    clock: Clock | None = None,
    traced: bool = False,
    **options: Any,
) -> list[Any]:
    with ExitStack() as stack:
        folder = stack.enter_context(worlds(number, 9, clock=clock))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(agent_module, "make_gate", make)
        process = Process(folder, clock, traced=traced, **options)
        return Context().run(process.live, steps)


@pytest.mark.parametrize("traced", [False, True])
@settings(max_examples=60, deadline=None, phases=PHASES)
@given(number=uniform, steps=st.lists(timed, min_size=3, max_size=10), budget=st.booleans())
def test_the_gate_changes_nothing_that_is_counted_or_drawn(
    traced: bool, number: float, steps: list[tuple[str, Any]], budget: bool
) -> None:
    options = {"sample_rate": 0.05, **({"overhead_budget": 0.01} if budget else {})}
    with_gate, without = (
        lived(number, steps, make, clock=Clock(), traced=traced, **options)
        for make in (gate_module.Gate, Shut)
    )
    assert len(with_gate) == len(without)
    for mine, theirs in zip(with_gate, without, strict=True):
        assert_alike(mine, theirs)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None, phases=PHASES)
@given(number=uniform, steps=st.lists(step, min_size=3, max_size=10))
def test_nor_does_it_by_the_real_clock(
    kind: str, number: float, steps: list[tuple[str, Any]]
) -> None:
    with_gate, without = (
        lived(number, steps, make, sample_rate=0.05)
        for make in (lambda *given: make_gate(kind, given[0], given[2]), Shut)
    )
    for mine, theirs in zip(with_gate, without, strict=True):
        assert_alike(mine, theirs)


def assert_alike(mine: Any, theirs: Any) -> None:
    """Equal, but for how sums of floating-point numbers are rounded."""
    if isinstance(mine, dict):
        assert mine.keys() == theirs.keys()
        for key, value in mine.items():
            assert_alike(value, theirs[key])
    elif isinstance(mine, tuple | list):
        assert len(mine) == len(theirs)
        for one, other in zip(mine, theirs, strict=True):
            assert_alike(one, other)
    elif isinstance(mine, float):
        assert mine == pytest.approx(theirs)
    else:
        assert mine == theirs


@contextmanager
def agents(kind: str) -> Iterator[Process]:
    with ExitStack() as stack:
        folder = stack.enter_context(worlds(0.99, 9, clock=None))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(agent_module, "make_gate", lambda *given: make_gate(kind, *given[::2]))
        yield Process(folder, None, traced=False, sample_rate=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_most_invocations_pass(kind: str) -> None:
    """Else the tests above would show nothing."""
    with agents(kind) as process:
        agent, slow = process.agent, []
        begin = agent.begin

        def noted(context: object) -> object:
            slow.append(context)
            return begin(context)

        agent.begin = noted  # type: ignore[assignment]
        call = recorded(lambda _event, _context: None, agent)
        for _ in range(1000):
            Context().run(call, {}, process.context("", 60_000))
        assert len(slow) < 1000 / 20
        assert agent.totals().invocations == 1000


@pytest.mark.parametrize("kind", KINDS)
def test_what_threads_do_at_once_is_counted(kind: str) -> None:
    with agents(kind) as process:
        call = recorded(lambda _event, _context: time.sleep(0), process.agent)
        totals = []

        def work() -> None:
            for number in range(300):
                call({}, process.context("", 60_000))
                if number % 50 == 0:
                    totals.append(process.agent.totals().invocations)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join(60)
        assert process.agent.totals().invocations == 1200
        assert not process.agent._running
        assert process.agent.errors == 0
        assert max(totals) <= 1200
