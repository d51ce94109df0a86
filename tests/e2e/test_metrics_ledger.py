"""Metrics of a fleet, summed by a real store in PromQL, are what its bundles hold."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from lambda_usage.bundle.model import Bundle
from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.stores import open_store
from lambda_usage.telemetry.readings import reason_of
from tests.support.paths import ROOT, Unavailable
from tests.support.victoria_metrics import VictoriaMetrics

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks, as Lambda does")

APP = """
import os

def handler(event, context):
    if event.get("fork"):
        child = os.fork()
        if not child:
            used(0)
            os._exit(0)
        os.waitpid(child, 0)
    return used(event["number"])

def used(number):
    return number
"""

FLEET = """
import os
import sys
import opentelemetry.exporter.otlp.proto.http.metric_exporter  # once, for all that are forked

def process(number):
    import lambda_usage
    from lambda_usage.attach.starting import state
    handler = lambda_usage.handler
    agent, _ = state()
    for n in range(3 + number % 7):
        handler({"number": n}, None)
    if number % 10 == 1:
        handler({"number": 1, "fork": True}, None)
    if number % 10 == 2:
        agent.before_snapshot()
        agent.after_restore()
        for n in range(4):
            handler({"number": n}, None)
    agent.finish()

for start in range(0, 50, 5):
    children = []
    for number in range(start, start + 5):
        child = os.fork()
        if not child:
            try:
                process(number)
            except BaseException as error:
                sys.stderr.write(f"process {number}: {error!r}\\n")
                os._exit(1)
            os._exit(0)
        children.append(child)
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
"""


@pytest.fixture
def store() -> Iterator[VictoriaMetrics]:
    try:
        with VictoriaMetrics() as started:
            yield started
    except Unavailable as reason:
        pytest.skip(str(reason))


def test_fifty_processes_sum_to_the_ledger(store: VictoriaMetrics, tmp_path: Path) -> None:
    found = run_fleet(store, tmp_path)
    exposures = [each for usage in found.origins.values() for each in usage.exposures.values()]
    names = ("invocations", "windows", "inits")
    ledger = {name: sum(getattr(each, name) for each in exposures) for name in names}
    losses: Counter[str] = Counter()
    for usage in found.origins.values():
        for words, number in usage.losses.items():
            losses[reason_of(words)] += number
    processes = {each.process_id for each in found.bundles}
    assert len(processes) == 55  # five were restored
    assert ledger["invocations"] > 50 * 3
    assert losses == {"fork": 5}

    wait_until_visible(store, SUM.format(by="", name="invocations"), ledger["invocations"])
    wait_until_visible(store, SUM.format(by="", name="uploads"), len(found.bundles))
    for name in names:
        assert summed(store, name) == {"": ledger[name]}
    assert summed(store, "uploads", "lambda_usage_outcome") == {"delivered": len(found.bundles)}
    assert summed(store, "losses", "lambda_usage_reason") == losses
    instances = "count(count by (service_instance_id) (lambda_usage_active_ratio))"
    assert [each.value for each in store.query(instances)] == [len(processes)]


SUM = "sum {by} (sum_over_time(lambda_usage_{name}_total[1h]))"


def summed(store: VictoriaMetrics, name: str, label: str = "") -> dict[str, float]:
    """A counter of the whole fleet, by one label."""
    found = store.query(SUM.format(by=f"by ({label})" if label else "", name=name))
    return {each.labels.get(label, ""): each.value for each in found}


def wait_until_visible(store: VictoriaMetrics, query: str, value: float) -> None:
    """Returns when the store shows what it has taken, which may be seconds later.

    All of an export comes in one request; the last may tell of uploads, and of no invocation.
    """
    until = time.monotonic() + 90
    while (found := [each.value for each in store.query(query)]) != [value]:
        assert time.monotonic() < until, (found, value)
        time.sleep(0.5)  # it tells nobody, and each question makes it write what it has


def run_fleet(store: VictoriaMetrics, folder: Path) -> Bundle:
    (folder / "app.py").write_text(APP)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "OTEL_"))
    }
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FLEET)],
        cwd=folder,
        env={
            **kept,
            "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT / "src")]),
            "AWS_LAMBDA_FUNCTION_NAME": "orders",
            "COVERAGE_HANDLER": "app.handler",
            "COVERAGE_S3_BUCKET": str(folder / "store"),
            "COVERAGE_OVERHEAD_BUDGET": "1",
            "COVERAGE_FLUSH_INTERVAL": "0",
            "OTEL_EXPORTER_OTLP_ENDPOINT": store.otlp,
            "TMPDIR": str(folder),
        },
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    combined = combine_store(open_store(str(folder / "store")))
    assert combined.broken == ()
    return combined.bundle
