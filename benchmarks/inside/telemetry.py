"""One process of ``benchmarks/telemetry.py``: invokes in each state by turns, and says CPU times.

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
from importlib import import_module
from typing import Any

BATCH, ROUNDS, SENDS = 100, 40, 30
TRACED = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"

Found = dict[str, list[float]]


def main() -> None:
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    found = _invocations() | _sends()
    print(json.dumps(found), file=out, flush=True)
    os._exit(0)


def _agent() -> Any:
    from lambda_usage.attach.starting import state

    return state()[0]


def _invocations() -> Found:
    from opentelemetry.sdk.trace import TracerProvider

    import lambda_usage
    from lambda_usage._light import replace
    from lambda_usage.sampling.overhead import Overhead

    handler: Any = lambda_usage.handler
    module, _, name = os.environ["COVERAGE_HANDLER"].rpartition(".")
    bare = getattr(import_module(module), name)
    agent, tracer = _agent(), TracerProvider().get_tracer("bench")
    spans, traced = agent.telemetry.spans, agent.recorder.name == "ctrace"
    free = replace(agent.settings, overhead_budget=1.0, max_windows_per_minute=1e9)
    rates = {
        "no window": Overhead(replace(free, sample_rate=1e-9), traced=traced),
        "window": Overhead(free, traced=traced),
    }

    def invoke(call: Callable[[Any, Any], Any]) -> float:
        start = time.process_time()
        for _ in range(BATCH):
            with tracer.start_as_current_span("invocation"):
                call({}, None)
        return (time.process_time() - start) / BATCH * 1e6

    def state(rate: str, kept: Any) -> Callable[[], float]:
        def measure() -> float:
            agent.telemetry.spans = kept
            agent.pay_from(rates[rate])
            invoke(handler)  # as it goes on in this state
            return invoke(handler)

        return measure

    states = {"bare": lambda: invoke(bare)}
    for rate in rates:
        states[f"{rate}, no spans"] = state(rate, None)
        states[f"{rate}, spans"] = state(rate, spans)
    found = _by_turns(states)
    return found | _x_ray(agent, state)


def _x_ray(agent: Any, state: Callable[[str, Any], Callable[[], float]]) -> Found:
    from lambda_usage.telemetry.spans import Spans

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        os.environ["AWS_XRAY_DAEMON_ADDRESS"] = f"127.0.0.1:{daemon.getsockname()[1]}"
        os.environ["_X_AMZN_TRACE_ID"] = TRACED
        import_module("aws_xray_sdk.core")
        both = Spans(agent.recorder, agent.log)
        both._sinks.pop("opentelemetry.trace")
        rates = ("no window", "window")
        return _by_turns({f"{rate}, X-Ray": state(rate, both) for rate in rates})


def _by_turns(states: dict[str, Callable[[], float]]) -> Found:
    order = random.Random(2026)
    found: Found = {name: [] for name in states}
    for _ in range(ROUNDS):
        for name in order.sample(list(states), len(states)):
            found[name].append(states[name]())
    return found


def _sends() -> Found:
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
    for _ in range(SENDS):
        for name, call in calls.items():
            start = time.process_time()
            call()
            found[name].append((time.process_time() - start) * 1e6)
    return found


if __name__ == "__main__":
    main()
