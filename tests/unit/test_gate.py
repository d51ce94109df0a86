"""The gate lets pass what is like the invocation before, and loses nothing of it."""

from __future__ import annotations

import gc
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_usage.gate import MAY_NOT
from lambda_usage.sampling.headroom import is_dated
from lambda_usage.sampling.trace import current_group, header_environment
from tests.support.gates import KINDS, make_gate

if TYPE_CHECKING:
    from lambda_usage.gate import Passage, Passed

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:orders"
TRACE = "_X_AMZN_TRACE_ID"
FOREVER = 1e12


class Dated:
    """As the context object of AWS's runtime client."""

    def __init__(self, remaining: float = 60.0, arn: str = ARN) -> None:
        self.invoked_function_arn = arn
        self._epoch_deadline_time_in_ms = int((time.time() + remaining) * 1000)

    def get_remaining_time_in_millis(self) -> int:
        return max(self._epoch_deadline_time_in_ms - int(time.time() * 1000), 0)


def context(arn: object = ARN, remaining: object = 60_000) -> Any:
    return SimpleNamespace(invoked_function_arn=arn, get_remaining_time_in_millis=lambda: remaining)


class World:
    def __init__(self, kind: str) -> None:
        self.inside: ContextVar[bool] = ContextVar("inside", default=False)
        self.gate: Passage = make_gate(kind, self.inside, current_group)

    def open(self, passes: int = 10, **more: Any) -> None:
        values = {
            "since": 0.0, "until": FOREVER, "longest": 0.1, "needed": 0.2, "most": 10.0,
            "arn": ARN, "dated": None, "environment": header_environment(), "traced": None,
        } | more  # fmt: skip
        self.gate.open(passes, *values.values())  # type: ignore[arg-type]

    def passes(self, given: object = None, times: int = 1) -> int:
        passed = 0
        for _ in range(times):
            token = self.gate.enter(context() if given is None else given)
            if token is not None:
                assert self.inside.get()
                assert self.gate.leave(token)
                passed += 1
            assert not self.inside.get()
        return passed

    def taken(self) -> Passed:
        found = self.gate.take()
        assert found is not None
        return found


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest) -> World:
    return World(request.param)


def test_it_is_shut_until_it_is_opened(world: World) -> None:
    assert world.passes() == 0
    assert world.gate.take() is None
    assert not world.gate.leave(None)


def test_as_many_pass_as_it_was_opened_for(world: World) -> None:
    for passes in (3, 1):
        world.open(passes)
        assert world.passes(times=5) == passes
        groups, *_ = world.taken()
        assert len(groups) == passes


def test_what_passed_is_told_once(world: World) -> None:
    world.open(longest=0.001)
    before = time.time()
    world.passes()
    token = world.gate.enter(context())
    time.sleep(0.01)
    assert world.gate.leave(token)
    groups, first, last, ended, ran, longest, started = world.taken()
    assert (len(groups), ended, started) == (2, 2, None)
    assert before <= first <= last <= time.time()
    assert 0.01 <= longest <= ran
    assert world.gate.take() is None


def test_nothing_passes_after_it_was_taken_or_closed(world: World) -> None:
    for shut in (world.gate.take, world.gate.close):
        world.open()
        shut()
        assert world.passes() == 0


def test_what_is_under_way_when_it_is_taken_ends_elsewhere(world: World) -> None:
    world.open()
    world.passes()
    before = time.perf_counter()
    token = world.gate.enter(context())
    groups, _, _, ended, _, _, started = world.taken()
    assert (len(groups), ended) == (2, 1)
    assert started is not None
    assert before <= started <= time.perf_counter()
    assert not world.gate.leave(token)
    assert world.inside.get(), "that is the agent's business then"
    assert world.gate.take() is None


def test_only_one_passes_at_a_time(world: World) -> None:
    world.open()
    token = world.gate.enter(context())
    assert world.gate.enter(context()) is None
    assert Context().run(world.gate.enter, context()) is None
    assert not world.gate.leave(object())
    assert world.gate.leave(token)
    assert world.passes() == 1


def test_what_is_part_of_an_invocation_does_not_pass(world: World) -> None:
    world.open()
    token = world.inside.set(True)
    assert world.gate.enter(context()) is None
    world.inside.reset(token)
    assert world.passes() == 1


def test_an_invocation_may_end_in_another_context_than_it_began_in(world: World) -> None:
    world.open()
    token = Context().run(world.gate.enter, context())
    assert token is not None
    assert world.gate.leave(token)
    assert world.passes() == 1
    assert world.taken()[3] == 2


@pytest.mark.parametrize(
    ("arn", "other", "passes"),
    [
        (ARN, ARN, True),
        (ARN, "".join(list(ARN)), True),
        (ARN, f"{ARN}:live", False),
        (ARN, None, False),
        (None, None, True),
        (None, ARN, False),
        (b"arn", bytes(bytearray(b"arn")), False),
    ],
)
def test_only_what_was_invoked_by_the_same_passes(
    arn: object, other: object, passes: bool, world: World
) -> None:
    world.open(arn=arn)
    assert world.passes(context(other)) == passes


def test_a_block_has_no_context(world: World) -> None:
    world.open(arn=None)
    token = world.gate.enter(None)
    assert world.gate.leave(token)
    assert world.gate.enter(context()) is None
    world.taken()
    world.open(arn=ARN)
    assert world.gate.enter(None) is None


def test_it_is_not_opened_before_what_passed_is_taken(world: World) -> None:
    world.open()
    world.passes()
    world.open(arn="another")
    assert world.passes() == 0
    assert len(world.taken()[0]) == 1


@pytest.mark.parametrize(("remaining", "passes"), [(299, False), (301, True), (0, False)])
@pytest.mark.parametrize("dated", [True, False])
def test_one_with_too_little_time_does_not_pass(
    remaining: int, passes: bool, dated: bool, world: World
) -> None:
    world.open(dated=Dated if dated else None)
    given = Dated(remaining / 1000 + 0.1 * passes) if dated else context(remaining=remaining)
    assert world.passes(given) == passes


def test_one_that_took_longer_than_any_before_is_known_to_the_next(world: World) -> None:
    world.open(longest=0.0, needed=0.0)
    assert world.passes(context(remaining=5)) == 1
    token = world.gate.enter(context())
    time.sleep(0.01)
    world.gate.leave(token)
    assert world.passes(context(remaining=5)) == 0


def test_nothing_passes_before_or_after_its_time(world: World) -> None:
    now = time.time()
    for since, until in ((now + 60, FOREVER), (0.0, now - 1), (0.0, now)):
        world.open(since=since, until=until)
        assert world.passes() == 0


def test_nothing_passes_when_they_have_run_for_long(world: World) -> None:
    world.open(most=0.0)
    assert world.passes(times=3) == 1


def test_nothing_passes_while_another_tool_traces(world: World) -> None:
    tracer: list[object] = [None]
    world.open(traced=lambda: tracer[0])
    assert world.passes() == 1
    tracer[0] = print
    assert world.passes() == 0


def raising(error: BaseException) -> Callable[[], object]:
    def call() -> object:
        raise error

    return call


HOSTILE: list[Callable[[], object]] = [
    object,
    lambda: SimpleNamespace(
        invoked_function_arn=ARN, get_remaining_time_in_millis=raising(OSError())
    ),
    type("Hostile", (), {"invoked_function_arn": property(lambda _: 1 / 0)}),
    type("Hostile", (), {"__getattr__": lambda *_: 1 / 0}),
]


@pytest.mark.parametrize("make", HOSTILE)
def test_an_unusual_context_never_raises_here(make: Callable[[], object], world: World) -> None:
    world.open(arn="another")
    assert world.passes(make()) == 0
    world.open(traced=raising(ValueError()))
    assert world.passes() == 0
    assert world.gate.take() is None


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_a_signal_that_arrives_here_is_the_functions(
    error: type[BaseException], world: World
) -> None:
    world.open()
    given = SimpleNamespace(invoked_function_arn=ARN, get_remaining_time_in_millis=raising(error()))
    with pytest.raises(error):
        world.gate.enter(given)
    assert world.passes() == 1


def test_one_that_is_shut_while_it_is_asked_lets_nothing_pass(world: World) -> None:
    world.open()
    world.passes()

    def shuts() -> int:
        world.taken()
        return 60_000

    given = SimpleNamespace(invoked_function_arn=ARN, get_remaining_time_in_millis=shuts)
    token = world.gate.enter(given)
    taken = world.gate.take()
    assert (token is None) == (taken is None), "it passed and is told, or neither"
    assert token is not None or not world.inside.get()
    assert world.gate.enter(context()) is None


@contextmanager
def collecting(call: Callable[[], object], allocations: int) -> Iterator[None]:
    """Garbage is collected after so many more allocations, and *call* is what runs then."""
    called: list[object] = []

    def collected(_phase: str, _info: object) -> None:
        if not called:
            called.append(call())

    before = gc.get_threshold()
    gc.collect()
    gc.callbacks.append(collected)
    gc.set_threshold(allocations, 1000, 1000)
    try:
        yield
    finally:
        gc.callbacks.remove(collected)
        gc.set_threshold(*before)


@pytest.mark.parametrize("allocations", range(1, 6))
def test_what_ends_while_it_is_taken_is_not_under_way(allocations: int) -> None:
    """To make a tuple may collect garbage (3.11), and whatever runs then let another thread end.

    That in Python has a lock, for which the other thread waits.
    """
    world = World("C")
    world.open()
    token = world.gate.enter(context())
    left: list[bool] = []
    with collecting(lambda: left.append(world.gate.leave(token)), allocations):
        groups, _, _, ended, _, _, started = world.taken()
    assert len(groups) == 1
    if left == [True]:
        assert (ended, started) == (1, None)
    else:
        assert (ended, started is None) == (0, False)


HEADER = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.from_regex(r"\A(Root=)?1-[0-9a-f]{8}-[0-9a-fA-F]{24}(;Parent=[0-9a-f]{16}(;Root=a)?)?\Z"),
    st.from_regex(r"\A(Self=[^;]*;)?Root=[0-9a-fA-F_ +x-]{0,40}(;.*)?\Z"),
)


@pytest.mark.parametrize("kind", KINDS)
@given(header=HEADER.filter(lambda text: text is None or "\0" not in text))
def test_the_group_is_that_of_the_trace(kind: str, header: str | None) -> None:
    found = World(kind)
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(sys.modules, "opentelemetry.trace", raising=False)  # by another test
        patch.setattr("lambda_usage.sampling.trace.random_byte", lambda: 63)
        if header is None:
            patch.delenv(TRACE, raising=False)
        else:
            try:
                patch.setenv(TRACE, header)
            except UnicodeEncodeError:
                return
        found.open()
        assert found.passes() == 1
        assert list(found.taken()[0]) == [current_group()]


def test_where_opentelemetry_is_its_trace_counts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    module: Any = ModuleType("opentelemetry.trace")
    span = SimpleNamespace(trace_id=5, trace_state=None)
    module.get_current_span = lambda: SimpleNamespace(get_span_context=lambda: span)
    monkeypatch.setenv(TRACE, "Root=1-67891233-abcdef012345678912345678")
    world.open()
    world.passes()
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", module)
    world.passes()
    assert list(world.taken()[0]) == [0x78 & 63, 5]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("library", ["opentelemetry.trace", "aws_xray_sdk.core"])
def test_beside_a_library_for_spans_it_is_asked_whether_one_may_pass(
    kind: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TRACE, "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")
    monkeypatch.setitem(sys.modules, library, ModuleType(library))
    answers = [3, MAY_NOT, 5]
    world = World(kind)
    world.gate = make_gate(kind, world.inside, lambda: answers.pop(0))
    world.open()
    assert [world.passes() for _ in range(3)] == [1, 0, 1]
    assert world.taken()[0] == bytes([3, 5])


@pytest.mark.parametrize("kind", KINDS)
def test_it_keeps_nothing_alive_that_passed(kind: str) -> None:
    found = World(kind)

    class Arn(str):
        __slots__ = ("__weakref__",)

    arn = Arn(ARN)
    gone = weakref.ref(arn)
    found.open(arn=arn)
    assert found.passes(context(arn)) == 1
    before = sys.getrefcount(True), sys.getrefcount(None)
    for _ in range(2000):
        found.taken()
        found.open(arn=arn)
        assert found.passes(context(arn)) == 1
    after = sys.getrefcount(True), sys.getrefcount(None)
    assert all(abs(a - b) < 1000 for a, b in zip(after, before, strict=True))
    del found, arn
    gc.collect()
    assert gone() is None


def test_a_deadline_is_believed_where_the_context_says_the_same() -> None:
    assert is_dated(Dated())
    assert not is_dated(Dated(0.0))
    assert not is_dated(None)
    assert not is_dated(context())
    other = Dated()
    other._epoch_deadline_time_in_ms //= 1000
    assert not is_dated(other)
    wrong: Any = Dated()
    wrong._epoch_deadline_time_in_ms = "soon"
    assert not is_dated(wrong)
    late: Any = Dated()
    late.get_remaining_time_in_millis = lambda: 1000
    assert not is_dated(late)
