"""The configuration of rotel, run for real: what it is sent arrives in a store."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from dashboards.queries import name_of
from lambda_usage.telemetry.definitions import HISTOGRAM, METRICS
from tests.dashboards.fleet import ILL, PROCESSES, export
from tests.support.paths import ROOT, Unavailable
from tests.support.rotel import Rotel, options
from tests.support.victoria_metrics import VictoriaMetrics

FILE = ROOT / "collector-config" / "rotel.env"


def variables(file: Path) -> dict[str, str]:
    """As a shell would read them."""
    words = shlex.split(file.read_text("utf-8"), comments=True)
    return dict(word.split("=", 1) for word in words)


def test_what_functions_send_through_rotel_arrives_with_all_that_tells_them_apart() -> None:
    try:
        with VictoriaMetrics() as store:
            with Rotel(store.otlp, variables(FILE)) as collector:
                export(collector.endpoint)
                collector.finish()
            found = store.query(f'lambda_usage_invocations_total{{faas_name="{ILL}"}}')
            names = store.names()
    except Unavailable as reason:
        pytest.skip(str(reason))
    assert {each.labels["service_instance_id"] for each in found} == {
        f"{ILL}-{process}" for process in PROCESSES
    }
    assert {each.value for each in found} == {5_000}
    for metric in METRICS:
        parts = ("_bucket", "_sum", "_count") if metric.kind == HISTOGRAM else ("",)
        assert {name_of(metric) + part for part in parts} <= names


def test_every_variable_is_one_that_rotel_knows() -> None:
    """It takes no notice of those that it does not know, of a misspelt one, say."""
    try:
        known = options()
    except Unavailable as reason:
        pytest.skip(str(reason))
    for name in variables(FILE):
        assert f"[env: {name}=" in known, name
