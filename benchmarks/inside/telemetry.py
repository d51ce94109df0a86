"""One process of ``benchmarks/telemetry.py``: measures in each state by turns, and says CPU times.

    python -m benchmarks.inside.telemetry off|opentelemetry|unsampled|x-ray|sends ROUNDS

A process has imported only the library that is measured in it: the agent looks for the others.
Prints JSON: CPU microseconds by what was measured, one for each round.
"""

from __future__ import annotations

import json
import os
import random
import socket
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

BATCH = 100
TRACED = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"

Found = dict[str, list[float]]
Around = Callable[[], AbstractContextManager[Any]]
"""What an invocation takes place within."""


def main() -> None:
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    what, rounds = sys.argv[1], int(sys.argv[2])
    measure = {
        "off": _off,
        "opentelemetry": _opentelemetry,
        "unsampled": _unsampled,
        "x-ray": _x_ray,
        "sends": _sends,
    }
    print(json.dumps(measure[what](rounds)), file=out, flush=True)
    os._exit(0)


def _agent() -> Any:
    import lambda_usage
    from lambda_usage.attach.starting import state

    _ = lambda_usage.handler  # it attaches now
    return state()[0]


def _off(rounds: int) -> Found:
    """No library for spans, and no metrics: what is left, beside an agent without telemetry."""

    def there() -> None:
        vars(agent.telemetry).pop("look_for_spans", None)

    def taken_out() -> None:
        agent.telemetry.look_for_spans = lambda: None

    agent = _agent()
    return _invocations({"taken out": taken_out, "off": there}, nullcontext, rounds)


def _opentelemetry(rounds: int) -> Found:
    """Each invocation within a span of the SDK that is recorded."""
    from opentelemetry.sdk.trace import TracerProvider

    tracer = TracerProvider().get_tracer("bench")
    return _told("spans", lambda: tracer.start_as_current_span("invocation"), rounds)


def _unsampled(rounds: int) -> Found:
    """Each invocation within a span that the tracer did not sample."""
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

    tracer = TracerProvider(ALWAYS_OFF).get_tracer("bench")
    return _told("unsampled", lambda: tracer.start_as_current_span("invocation"), rounds)


def _x_ray(rounds: int) -> Found:
    """Each invocation of a trace that is sampled; a daemon gets the subsegments."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        os.environ["AWS_XRAY_DAEMON_ADDRESS"] = f"127.0.0.1:{daemon.getsockname()[1]}"
        os.environ["_X_AMZN_TRACE_ID"] = TRACED
        import_module("aws_xray_sdk.core")
        return _told("X-Ray", nullcontext, rounds)


def _told(name: str, around: Around, rounds: int) -> Found:
    from lambda_usage.telemetry.spans import Spans

    agent = _agent()
    spans = Spans(agent.recorder, agent.log, lambda cost: agent.overhead.spans_told(cost))

    def tell(what: Any) -> Callable[[], None]:
        return lambda: setattr(agent.telemetry, "spans", what)

    return _invocations({f"no {name}": tell(_Untold()), name: tell(spans)}, around, rounds)


class _Untold:
    """In place of ``Spans``: the library is there, and nothing is told to it."""

    telling = False

    def wanted(self) -> bool:
        return False

    def begin(self, draw: object) -> None:
        pass

    def opened(self) -> None:
        pass

    def ran(self, hits: object) -> None:
        pass

    def end(self, cost: float) -> None:
        pass

    def voided(self) -> None:
        pass


def _invocations(states: dict[str, Callable[[], object]], around: Around, rounds: int) -> Found:
    """The bare handler, and ours in each of *states*, which are entered by calling them."""
    import lambda_usage
    from lambda_usage._light import replace
    from lambda_usage.sampling.overhead import Overhead

    handler: Any = lambda_usage.handler
    module, _, name = os.environ["COVERAGE_HANDLER"].rpartition(".")
    bare = getattr(import_module(module), name)
    agent = _agent()
    free = replace(agent.settings, overhead_budget=1.0, max_windows_per_minute=1e9)
    traced = agent.recorder.name == "ctrace"
    rates = {
        "no window": Overhead(replace(free, sample_rate=1e-9), traced=traced),
        "window": Overhead(free, traced=traced),
    }

    def invoke(call: Callable[[Any, Any], Any]) -> float:
        start = time.process_time()
        for _ in range(BATCH):
            with around():
                call({}, None)
        return (time.process_time() - start) / BATCH * 1e6

    def measured(rate: str, enter: Callable[[], object]) -> Callable[[], float]:
        def measure() -> float:
            enter()
            agent.pay_from(rates[rate])
            invoke(handler)  # as it goes on in this state
            return invoke(handler)

        return measure

    calls = {"bare": lambda: invoke(bare)}
    for rate in rates:
        for words, enter in states.items():
            calls[f"{rate}, {words}"] = measured(rate, enter)
    return _by_turns(calls, rounds)


def _by_turns(states: dict[str, Callable[[], float]], rounds: int) -> Found:
    order = random.Random(2026)
    found: Found = {name: [] for name in states}
    for _ in range(rounds):
        for name in order.sample(list(states), len(states)):
            found[name].append(states[name]())
    return found


def _sends(rounds: int) -> Found:
    """What one upload adds, and one collection of the application's reader."""
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    from lambda_usage.telemetry.application import ApplicationMetrics
    from lambda_usage.telemetry.emf import EmfMetrics
    from lambda_usage.telemetry.otlp import OtlpMetrics
    from lambda_usage.telemetry.readings import Readings

    agent = _agent()
    own, lines = OtlpMetrics(agent, Readings(agent)), EmfMetrics(Readings(agent))
    empty, ours = InMemoryMetricReader(), InMemoryMetricReader()
    provider = MeterProvider([empty])
    provider.get_meter("theirs").create_counter("theirs").add(1)
    both = MeterProvider([ours])
    both.get_meter("theirs").create_counter("theirs").add(1)
    ApplicationMetrics(both, Readings(agent))
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    calls: dict[str, Callable[[], object]] = {
        "collection": empty.get_metrics_data,
        "collection, ours": ours.get_metrics_data,
        "export": lambda: own.send(final=False),
        "lines": lambda: lines.send(final=False),
    }
    found: Found = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.process_time()
            call()
            found[name].append((time.process_time() - start) * 1e6)
    return found


if __name__ == "__main__":
    main()
