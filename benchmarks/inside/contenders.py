"""Every alternative, as it stands in front of a handler. Each runs in a process of its own.

``attach(name)`` imports the handler that ``BENCH_HANDLER`` names, with the contender around it; a
contender that records says how many lines, so that one that is silently off is not called cheap.
``BENCH_INCLUDE`` holds the files that count, as absolute paths and globs separated by colons, the
same for all. Standard library only, but for the contender itself.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.inside.states import BUDGETS, Handler, State, beside_bare, budgets


@dataclass(frozen=True, slots=True)
class Attached:
    """A handler with a contender around it."""

    handler: Handler
    lines: Callable[[], int] | None = None
    """How many lines have been recorded, the last invocation's at least."""
    states: Mapping[str, State] = field(default_factory=dict)
    """Those that can take turns in this process."""
    told: Callable[[], Any] | None = None
    """What the contender itself says that each state cost."""
    around: Callable[[Handler], Handler] | None = None
    """Puts the contender around another handler, too."""


def load() -> Handler:
    module, _, name = os.environ["BENCH_HANDLER"].rpartition(".")
    handler: Handler = getattr(import_module(module.replace("/", ".")), name)
    return handler


def included() -> list[str]:
    return os.environ["BENCH_INCLUDE"].split(":")


def bare() -> Attached:
    return Attached(load())


def ours() -> Attached:
    """Through the redirect, as the layer's exec wrapper sets it up."""
    os.environ["COVERAGE_HANDLER"] = os.environ["BENCH_HANDLER"]
    handler: Handler = import_module("lambda_usage").handler
    agent = _agent()
    if agent.overhead.traced is not None:  # whatever its rate, it shall show that it records
        agent.overhead._birth = import_module("lambda_usage.sampling.birth").Birth(1.0, 1.0, 0.0)
    recorded = import_module("lambda_usage.attach.bootstrap").recorded

    def lines() -> int:
        agent.recorder.drain()
        return sum(len(entry.invoke_lines) for entry in agent.recorder.registry.entries.values())

    def around(other: Handler) -> Handler:
        made: Handler = recorded(other, agent)
        return made

    return Attached(handler, lines, beside_bare(handler, load()), around=around)


def ours_with_1ms() -> Attached:
    """Sabotage, for the proof that the regression check notices: 1 ms of CPU in each invocation."""
    attached = ours()

    def call(event: Any, context: Any) -> Any:
        end = time.thread_time() + 0.001
        while time.thread_time() < end:
            pass
        return attached.handler(event, context)

    return replace(attached, handler=call, states=beside_bare(call, load()))


def ours_within_budget() -> Attached:
    """In states that take turns in one process: under each budget, and with nothing to pay."""
    attached = ours()
    wanted = json.loads(os.environ[BUDGETS])
    states, told = budgets(attached.handler, _agent(), wanted)
    return replace(attached, states=states, told=told)


def ours_overspending() -> Attached:
    """Sabotage, for the same proof: what is spent is held against six times the budget.

    Costs are taken for up to twice what they are, so that less would hardly break it.
    """
    budget: Any = import_module("lambda_usage.sampling.budget").Budget
    begin = budget.__init__

    def generous(self: Any, share: float) -> None:
        begin(self, min(6 * share, 0.99))

    budget.__init__ = generous
    return ours_within_budget()


def _agent() -> Any:
    return import_module("lambda_usage.attach.starting")._agent


def ours_armed() -> Attached:
    """The recorder alone: its code is armed, the handler is called with no agent around it."""
    attached, handler = ours(), load()
    return Attached(handler, attached.lines, beside_bare(handler, handler))


def coverage_each() -> Attached:
    """As the reference layer does: a Coverage, a file and an upload for each invocation."""
    import boto3
    import coverage

    handler, include = load(), included()
    client = boto3.client("s3")
    last: list[Any] = []

    def call(event: Any, context: Any) -> Any:
        name = f"{uuid.uuid4().hex}.coverage"
        file = Path(tempfile.gettempdir()) / name
        measured = coverage.Coverage(data_file=str(file), branch=True, include=include)
        measured.start()
        try:
            return handler(event, context)
        finally:
            measured.stop()
            measured.save()
            client.put_object(Bucket="bench", Key=f"coverage/{name}", Body=file.read_bytes())
            for each in last:  # the last one is left for lines()
                Path(each.config.data_file).unlink()
            last[:] = [measured]

    return Attached(call, lambda: _lines_of_coverage(last))


def coverage_always() -> Attached:
    """Started before the handler is loaded, never stopped; COVERAGE_CORE chooses the tracer."""
    import coverage

    measured = coverage.Coverage(data_file=None, include=included())
    measured.start()
    return Attached(load(), lambda: _lines_of_coverage([measured]))


def coverage_windows() -> Attached:
    """One instance, reused: started, stopped and read for each invocation."""
    import coverage

    measured = coverage.Coverage(data_file=None, include=included())
    measured.start()
    handler = load()
    measured.stop()

    def call(event: Any, context: Any) -> Any:
        measured.start()
        try:
            return handler(event, context)
        finally:
            measured.stop()
            measured.get_data()

    return Attached(call, lambda: _lines_of_coverage([measured]))


def _lines_of_coverage(measured: Iterable[Any]) -> int:
    data = [each.get_data() for each in measured]
    return sum(len(each.lines(file) or ()) for each in data for file in each.measured_files())


def slipcover() -> Attached:
    from slipcover import FileMatcher, ImportManager, Slipcover

    sources = [path.removesuffix("/*") for path in included()]
    measured = Slipcover()
    ImportManager(measured, FileMatcher(sources=sources)).__enter__()

    def lines() -> int:
        files = measured.get_coverage()["files"].values()
        return sum(len(file["executed_lines"]) for file in files)

    return Attached(load(), lines)


def codecov() -> Attached:
    """Every span is measured (sample_rate=1); spans are exported in batches, as documented."""
    from codecovopentelem import get_codecov_opentelemetry_instances
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import SpanKind

    provider = TracerProvider()
    generator, exporter = get_codecov_opentelemetry_instances(
        repository_token="none",
        sample_rate=1,
        untracked_export_rate=0,
        code="bench",
        needs_version_creation=False,
        codecov_endpoint=os.environ["BENCH_CODECOV"],
    )
    provider.add_span_processor(generator)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("bench")
    handler = load()

    def call(event: Any, context: Any) -> Any:
        with tracer.start_as_current_span("invocation", kind=SpanKind.SERVER):
            return handler(event, context)

    def lines() -> int:
        unsent = dict(generator._cov_storage.inner).values()
        return max((_lines_of_coverage([each]) for each in unsent), default=0)

    return Attached(call, lines)


def attach(name: str) -> Attached:
    contender: Callable[[], Attached] = getattr(sys.modules[__name__], name)
    return contender()
