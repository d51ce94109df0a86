"""What windows cost is measured, paid from the budget, and told."""

from __future__ import annotations

import pytest

from lambda_usage.recording.window import WindowHits
from lambda_usage.sampling import overhead as module
from lambda_usage.sampling.overhead import Overhead
from lambda_usage.sampling.trace import Trace
from lambda_usage.settings import NO_LIMIT, Settings

MEMORY = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"
NO_TRACE = Trace(0, False)
QUIET = WindowHits(frozenset(), frozenset())


def hits(callbacks: int, callback_s: float) -> WindowHits:
    return WindowHits(frozenset(), frozenset(), callbacks, callback_s=callback_s)


@pytest.fixture(autouse=True)
def whole_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MEMORY, raising=False)


def overhead(budget: float = 0.01, *, traced: bool = False, **more: object) -> Overhead:
    options = {"max_windows_per_minute": NO_LIMIT, **more}
    settings = Settings(overhead_budget=budget, **options)  # type: ignore[arg-type]
    return Overhead(settings, traced=traced)


def invoke(
    overhead: Overhead,
    now: float,
    duration: float,
    cost: float = 0.0,
    remaining: float | None = None,
) -> float:
    """One invocation; returns the probability with which it was drawn."""
    draw = overhead.draw(now, NO_TRACE, remaining)
    if draw.chosen:
        overhead.window(duration, 0.0, (cost, 0.0), QUIET)
    else:
        overhead.ran(duration, 0.0)
    return draw.probability


def test_without_a_limit_each_invocation_is_a_window() -> None:
    free = overhead(1.0)
    assert {invoke(free, now, 0.001, cost=1.0) for now in range(200)} == {1.0}


def test_what_spans_cost_is_told_and_windows_make_room_for_it() -> None:
    def run(told: float) -> tuple[Overhead, float]:
        tight = overhead(0.01)
        for now in range(4000):
            last = invoke(tight, now, 0.01, cost=0.01)
            if told:
                tight.spans_told(told)
        return tight, last

    (without, often), (spans, rare) = run(0.0), run(0.8 * 0.01 * 0.01)
    assert rare < 0.7 * often
    cost, ran = spans.spent()
    assert 0.8 * 0.01 < cost / ran < 1.25 * 0.01
    costs = spans.take_costs()
    assert costs["spans_s"] == pytest.approx(4000 * 0.8 * 0.01 * 0.01)
    assert spans.spent()[0] == pytest.approx(cost)
    assert "spans_s" not in without.take_costs()
    assert "spans_s" not in spans.take_costs()


def test_within_a_budget_dear_windows_are_rare() -> None:
    tight = overhead(0.01)
    found = [invoke(tight, now, 0.01, cost=0.01) for now in range(4000)]
    assert found[-1] == pytest.approx(0.01, rel=0.7)
    costs = tight.take_costs()
    assert costs["window_s"] < 1.25 * 0.01 * costs["handler_s"] + 0.02
    assert costs["handler_s"] == pytest.approx(40, rel=0.01)
    assert tight.take_costs() == {"window_s": 0.0, "handler_s": 0.0}


def test_callbacks_cost_what_the_recorder_has_calibrated() -> None:
    free = overhead(1.0)

    def cost(callbacks: int, callback: float) -> float:
        free.window(1.0, 0.0, (0.0, 0.0), hits(callbacks, callback))
        return free.take_costs()["window_s"]

    without = cost(0, 1e-3)
    assert 1e-5 < cost(1000, 0.0) - without < 1e-2  # it is not known yet
    slow, fast, faster = (cost(1000, each) - without for each in (1e-3, 1e-4, 1e-5))
    assert slow - fast == pytest.approx(10 * (fast - faster)), "in proportion to the callback"
    assert slow >= 1.0
    assert faster > 1000 * 1e-5, "and more, since caches are cold"


def test_what_a_window_costs_is_no_time_of_the_handlers() -> None:
    free = overhead(1.0)
    free.window(1.0, 0.0, (0.0, 0.0), hits(1000, 1e-4))
    costs = free.take_costs()
    assert costs["handler_s"] == pytest.approx(1.0 - 0.3002)


@pytest.mark.parametrize(("memory", "factor"), [("", 1), ("x", 1), ("0", 1), ("1769", 1)])
@pytest.mark.parametrize("traced", [True, False])
def test_with_a_whole_cpu_a_second_of_it_is_a_second(
    memory: str, factor: float, traced: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MEMORY, memory)
    found = overhead(1.0, traced=traced)
    found.window(1.0, 0.5, (0.0, 0.1), QUIET)
    expected = 0.6 if traced else 0.1
    assert found.take_costs()["window_s"] == pytest.approx(expected * factor, abs=1e-4)


def test_with_a_part_of_a_cpu_a_second_of_it_takes_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(MEMORY, "128")
    small = overhead(1.0)
    small.window(10.0, 0.0, (0.0, 0.1), QUIET)
    assert small.take_costs()["window_s"] == pytest.approx(1.382, abs=1e-3)


def test_too_little_time_means_a_probability_of_0_and_no_window() -> None:
    free = overhead(1.0)
    assert invoke(free, 0, 2.0, cost=0.1, remaining=3.0) == 1.0
    assert invoke(free, 1, 2.0, cost=0.1, remaining=2.1) == 0.0
    assert invoke(free, 2, 2.0, cost=0.1, remaining=3.0) == 1.0


def test_where_windows_slow_the_code_some_invocations_are_none() -> None:
    assert overhead(0.5, traced=True).sampler.rate < 1
    assert overhead(1.0, traced=True).sampler.rate == 1
    assert overhead(0.5).sampler.rate == 1
    assert overhead(0.5, traced=True, sample_rate=0.2).sampler.rate == 0.2


def test_only_where_windows_slow_the_code_a_process_draws_at_birth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "uniform", lambda: 1 - 2**-53)
    assert overhead(0.0001, sample_rate=0.01).pays_init
    assert not overhead(0.0001, sample_rate=0.01, traced=True).pays_init
    assert overhead(1.0, traced=True).pays_init, "without a limit all are recorded"


@pytest.mark.parametrize(("number", "pays"), [(0.0, True), (0.47, True), (0.49, False)])
def test_who_pays_for_the_init_has_a_window_first(
    number: float, pays: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "uniform", lambda: number)
    traced = overhead(0.002, traced=True)
    first = traced.draw(0.0, NO_TRACE, None)
    assert (traced.pays_init, first.chosen, first.first) == (pays, pays, True)
    assert first.probability == pytest.approx(0.48)
    assert not traced.draw(0.1, NO_TRACE, None).first


def test_the_first_invocation_by_trace_follows_its_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "uniform", lambda: 0.999)
    for number, chosen in ((2**56 - 1, True), (0, False)):
        traced = overhead(0.002, traced=True, sampler="trace")
        first = traced.draw(0.0, Trace(number, True), None)
        assert (first.chosen, first.first) == (chosen, True)
        assert first.probability == pytest.approx(0.48, rel=1e-9)


def test_a_first_window_is_paid_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "uniform", lambda: 0.0)
    left = []
    for cost in (0.0, 1.0):
        traced = overhead(0.01, traced=True)
        assert traced.draw(0.0, NO_TRACE, None).chosen
        traced.window(1.0, 0.0, (0.0, cost), QUIET, first=True)
        left.append(traced.sampler.probability)
    assert 0 < left[1] < left[0]


def test_a_first_invocation_tells_nothing_of_what_others_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "uniform", lambda: 0.999)
    traced = overhead(0.002, traced=True)
    assert traced.traced is not None
    expected = traced.traced.expected
    traced.ran(5.0, 5.0, first=True)
    assert traced.traced.expected == expected
    traced.ran(5.0, 5.0)
    assert traced.traced.expected > expected


def test_bundles_are_paid_for_before_they_leave() -> None:
    tight = overhead(0.01)
    assert tight.affords_flush(0.0)
    assert not tight.affords_flush(0.05)  # the first has gone, on credit
    for now in range(2000):
        invoke(tight, now, 0.01)
    assert tight.affords_flush(0.05)
    assert not tight.affords_flush(0.15)


def test_the_share_that_recording_has_cost_is_of_all_time_so_far() -> None:
    free = overhead(1.0)
    assert free.share() is None
    for now in range(10):
        invoke(free, now, 1.0, cost=0.1)
    windows = free.take_costs()["window_s"]
    for now in range(10, 20):
        invoke(free, now, 1.0, cost=0.1)
    assert free.share() == pytest.approx(2 * windows / 20)
    free.affords_flush(0.5)
    assert free.share() == pytest.approx((2 * windows + 0.5) / 20)


def test_without_a_limit_bundles_are_always_on_time() -> None:
    assert overhead(1.0).affords_flush(1e9)


def test_the_limit_of_windows_in_a_minute_lowers_the_probability() -> None:
    slow = overhead(1.0, max_windows_per_minute=60)
    found = [invoke(slow, n / 100, 0.001) for n in range(10_000)]
    assert 0 < found[-1] < 0.02


def test_windows_of_traces_are_drawn_by_trace() -> None:
    found = overhead(1.0, sampler="trace", sample_rate=0.5)
    high, low = Trace(2**56 - 1, True), Trace(0, True)
    assert all(found.draw(n, high, None).chosen for n in range(50))
    assert not any(found.draw(n, low, None).chosen for n in range(50))


def test_a_long_invocation_is_known_to_the_next_one() -> None:
    free = overhead(1.0, sample_rate=1e-9)
    for duration in (0.1, 0.1, 5.0):
        invoke(free, 0, duration, remaining=100.0)
    assert invoke(free, 0, 0.1, remaining=4.9) == 0.0
    assert invoke(free, 0, 0.1, remaining=5.1) == 1e-9


def test_where_windows_slow_the_code_chance_picks_the_invocations_that_are_timed() -> None:
    traced = overhead(traced=True)
    assert not overhead().times()
    for _ in range(100):
        assert traced.times()
        traced.ran(0.001, 0.001)
        if not traced.traced.learns:  # type: ignore[union-attr]
            break
    n, share = 64_000, 1 / 64
    timed = sum(traced.times() for _ in range(n))
    # six standard deviations: a right one fails once in 500 million runs
    assert abs(timed - n * share) < 6 * (n * share * (1 - share)) ** 0.5


@pytest.mark.parametrize("beside", [0, 1, 10, 58])
def test_what_may_pass_ends_where_the_probability_is_worked_out_anew(
    beside: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next window would be what brings another probability about, and be drawn with it."""
    monkeypatch.setattr("lambda_usage.sampling.sampler.uniform", lambda: 1 - 2**-53)
    tight = overhead(0.01)
    tight.draw(100.0, NO_TRACE, None)
    tight.passed(0.001, 1, 0.001)
    for _ in range(beside):  # another invocation: they end, and are not drawn
        tight.passed(0.001, 1, 0.001)
    passes, *_ = tight.grant()
    before = tight.sampler.probability
    assert passes == 59 - beside
    tight.granted(passes)
    tight.passed(0.0, passes - 1, 0.0)
    assert tight.sampler.probability == before
    tight.passed(0.0, 1, 0.0)
    assert tight.sampler.probability != before
