"""An invocation that has nobody to tell passes the gate, and pays for no span."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult

from lambda_usage.attach.bootstrap import recorded
from tests.support.paths import ROOT
from tests.unit.fakes import make_agent
from tests.unit.support import SOURCE, run_fresh

from .spans_told import ALWAYS, TRACED

PASSING = """\
    import sys
    from contextlib import nullcontext
    from pathlib import Path
    {library}
    from lambda_usage.attach.bootstrap import recorded
    from tests.unit.fakes import make_agent

    agent, *_ = make_agent(Path.cwd(), sample_rate=0.01)
    agent.handler_loaded()
    slow, begin = [], agent.begin
    agent.begin = lambda *given: slow.append(given) or begin(*given)
    call = recorded(lambda *_: None, agent)
    for _ in range(500):
        with around():
            call({{}}, None)
    assert agent.telemetry.spans is not None and agent.totals().invocations == 500
    print(len(slow) < 100, agent.errors, agent.take(final=False).costs.get("spans_s", 0) > 0)
"""
X_RAY_SDK = "import aws_xray_sdk.core; around = nullcontext"
OPENTELEMETRY = """\
from opentelemetry.sdk.trace import TracerProvider, sampling
    tracer = TracerProvider({sampler}).get_tracer("test")
    around = lambda: tracer.start_as_current_span("invocation")
"""


@pytest.mark.parametrize(
    ("library", "variables", "told"),
    [
        pytest.param(
            X_RAY_SDK, {"AWS_XRAY_SDK_ENABLED": "false"}, False, id="X-Ray's SDK switched off"
        ),
        pytest.param(X_RAY_SDK, {}, True, id="a trace that X-Ray samples"),
        pytest.param(
            X_RAY_SDK, {"_X_AMZN_TRACE_ID": TRACED.format(0)}, False, id="one that it does not"
        ),
        pytest.param(
            OPENTELEMETRY.format(sampler="sampling.ALWAYS_ON"),
            {},
            True,
            id="a span that is recorded",
        ),
        pytest.param(
            OPENTELEMETRY.format(sampler="sampling.ALWAYS_OFF"), {}, False, id="one that is not"
        ),
        pytest.param(
            "import opentelemetry.trace; around = nullcontext", {}, False, id="no span at all"
        ),
    ],
)
def test_only_an_invocation_that_has_somebody_to_tell_goes_the_longer_way_and_pays_for_it(
    library: str, variables: dict[str, str], told: bool, tmp_path: Path
) -> None:
    found = {
        "_X_AMZN_TRACE_ID": TRACED.format(1),
        "LAMBDA_TASK_ROOT": str(tmp_path),
        "PYTHONPATH": f"{SOURCE}:{ROOT}",
        **variables,
    }
    done = run_fresh(PASSING.format(library=library), tmp_path, found)
    assert done.stdout.split() == [str(not told), "0", str(told)], done.stderr


def test_each_traced_invocation_is_told_among_many_that_are_not(tmp_path: Path) -> None:
    """The gate opens after one that had nobody to tell, and asks the next ones all the same."""
    agent, *_ = make_agent(tmp_path, sample_rate=0.01)
    call = recorded(lambda *_: None, agent)
    exporter = InMemorySpanExporter()
    provider = TracerProvider(Alternating())
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    for _ in range(300):
        with tracer.start_as_current_span("invocation"):
            call({}, None)
    spans = exporter.get_finished_spans()
    assert len(spans) == 60
    assert all(each.attributes and each.attributes.keys() >= ALWAYS for each in spans)
    assert agent.totals().invocations == 300


class Alternating(Sampler):
    """Takes every fifth trace."""

    def __init__(self) -> None:
        self.number = 0

    def should_sample(self, *_: Any, **__: Any) -> SamplingResult:
        self.number += 1
        return SamplingResult(Decision.DROP if self.number % 5 else Decision.RECORD_AND_SAMPLE)

    def get_description(self) -> str:
        return "every fifth"
