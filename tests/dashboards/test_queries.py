"""Every panel and every alert gets data from a real store that real exports have filled.

Lambda functions of the sample platform are run and recorded; their agents export what they have
counted, and ``lambda-usage metrics`` sends what a report on their bundles says. What they are too
well for comes from one that is in trouble, through the same SDK.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.alerts import Alert, alerts
from dashboards.build import grafana
from dashboards.queries import grown, name_of
from examples.test_platform.deploy.catalog import SOURCE
from lambda_usage.bundle.model import (
    Bundle,
    BundleId,
    BundleInfo,
    Origin,
    OriginUsage,
    SourceFile,
)
from lambda_usage.bundle.writer import write_bundle
from lambda_usage.recording.package import content_hash
from lambda_usage.telemetry import definitions as sent
from tests.browser.recorded import DEPLOYED, INVOCATIONS, record_platform
from tests.dashboards.expressions import MINUTES, Asked, asked, filled
from tests.dashboards.fleet import ILL, PROCESSES, export, export_values
from tests.support.paths import ROOT, Unavailable
from tests.support.victoria_metrics import VictoriaMetrics

WELL = DEPLOYED[0]
BY_NAME = {each.name: each for each in alerts()}
ABOUT_A_FUNCTION = [
    each for each in alerts() if each.name not in ("LambdaUsageDataOld", "LambdaUsageReportStopped")
]


PANELS = list(asked(grafana().values()))
BY_TITLE = {each.panel: each.expression for each in PANELS}


@pytest.fixture(scope="module")
def empty() -> Iterator[VictoriaMetrics]:
    store = VictoriaMetrics()
    try:
        store.start()
    except Unavailable as reason:
        pytest.skip(str(reason))
    try:
        yield store
    finally:
        store.stop()


@pytest.fixture(scope="module")
def store(empty: VictoriaMetrics, tmp_path_factory: pytest.TempPathFactory) -> VictoriaMetrics:
    """A store that holds what two Lambda functions have exported, and a report on them."""
    export(empty.otlp)
    bundles = record_platform(
        tmp_path_factory.mktemp("platform"),
        OTEL_EXPORTER_OTLP_ENDPOINT=empty.otlp,
        OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE="cumulative",
    )
    report(bundles, empty.otlp)
    return empty


def report(bundles: Path, endpoint: str, source: Path = SOURCE) -> None:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("OTEL_")}
    arguments = ["metrics", bundles, "--source", source, "--min-exposure", "100", "--min-days", "0"]
    done = subprocess.run(
        [sys.executable, "-m", "lambda_usage.cli", *arguments],
        cwd=ROOT,
        env={**inherited, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("query", PANELS, ids=lambda each: f"{each.dashboard}: {each.panel}")
def test_every_panel_shows_data(query: Asked, store: VictoriaMetrics) -> None:
    soon = time.time() + 330  # a new report is seen at the next step of five minutes
    function = ILL if "lambda_usage_losses" in query.expression else WELL  # which lost nothing
    assert store.query(filled(query.expression, function), soon), query.expression


def test_panels_show_what_was_counted(store: VictoriaMetrics) -> None:
    def number(expression: str) -> float:
        (found,) = store.query(filled(expression, WELL))
        return found.value

    assert number(BY_TITLE["Processes that record"]) == len(DEPLOYED)
    assert number(BY_TITLE["Processes that are off"]) == len(PROCESSES)
    assert number(BY_TITLE["Losses"]) == 24
    invocations = store.query(filled(BY_TITLE["Invocations a minute"], WELL))
    counted = {each.labels["faas_name"]: round(each.value * MINUTES) for each in invocations}
    assert {name: counted[name] for name in DEPLOYED} == dict.fromkeys(DEPLOYED, INVOCATIONS)
    assert 0 < number(BY_TITLE["Dead share"]) < 1
    assert 0 < number(BY_TITLE["Dead lines"]) < number("sum(lambda_usage_report_lines)")
    assert 0 < number(BY_TITLE["Exposure"]) <= INVOCATIONS


def test_a_second_report_of_the_same_store_adds_nothing(
    store: VictoriaMetrics, tmp_path: Path
) -> None:
    before = store.query(BY_TITLE["Lines by verdict"])
    # the same numbers from another version of the SDK
    series = store.query("last_over_time(lambda_usage_report_lines[2d])")
    lines = []
    for each in series:
        labels = {**each.labels, "telemetry_sdk_version": "0.1"}
        name = labels.pop("__name__")
        told = ",".join(f'{key}="{value}"' for key, value in labels.items())
        lines.append(f"{name}{{{told}}} {each.value}")
    store.add("\n".join(lines))
    assert len(store.query("last_over_time(lambda_usage_report_lines[2d])")) == 2 * len(series)
    assert store.query(BY_TITLE["Lines by verdict"]) == before


def test_a_process_that_exports_once_counts_and_one_that_goes_on_counts_once(
    empty: VictoriaMetrics,
) -> None:
    """Where ``increase()`` would see nothing of the one, or all of the other twice."""
    rounds = [{sent.INVOCATIONS: 10}, {sent.INVOCATIONS: 5}]
    export_values(empty.otlp, "counted", "long", rounds)
    export_values(empty.otlp, "counted", "short", rounds[:1])
    window = grown(sent.INVOCATIONS, 'faas_name="counted"', window="1h")
    assert [each.value for each in empty.query(window)] == [25]
    an_hour_later = empty.query(window, time.time() + 3600)
    assert [each.value for each in an_hour_later] in ([], [0])
    assert name_of(sent.INVOCATIONS) in empty.names()


@pytest.mark.parametrize("alert", ABOUT_A_FUNCTION, ids=lambda each: each.name)
def test_an_alert_is_about_the_function_that_is_in_trouble_and_no_other(
    alert: Alert, store: VictoriaMetrics
) -> None:
    assert {each.labels["faas_name"] for each in store.query(alert.expression)} == {ILL}


def test_the_alert_on_old_data_is_about_what_fell_silent(
    store: VictoriaMetrics, tmp_path: Path
) -> None:
    assert store.query(BY_NAME["LambdaUsageDataOld"].expression) == []
    source, bundles = tmp_path / "source", tmp_path / "bundles"
    source.mkdir()
    bundles.mkdir()
    (source / "app.py").write_text("x = 1\n")
    write_bundle(old_bundle(time.time() - 5 * 86_400, b"x = 1\n"), bundles / "1.coverage")
    report(bundles, store.otlp, source)
    found = store.query(BY_NAME["LambdaUsageDataOld"].expression)
    assert [each.labels["faas_name"] for each in found] == ["silent"]
    assert found[0].value == pytest.approx(5 * 86_400, abs=600)


def test_the_alert_on_reports_is_there_when_none_has_come_for_two_days(
    store: VictoriaMetrics,
) -> None:
    expression = BY_NAME["LambdaUsageReportStopped"].expression
    assert store.query(expression) == []
    assert [each.value for each in store.query(expression, time.time() + 3 * 86_400)] == [1]


def old_bundle(end: float, text: bytes) -> Bundle:
    origin = Origin("silent", runtime="python3.13", recorder="monitoring", root="/var/task")
    name = BundleId("a", 0)
    info = BundleInfo(name, origin, final=True, first_time=end - 60, last_time=end)
    file = SourceFile("app.py", content_hash(text), len(text), loaded=False)
    return Bundle({name: info}, {origin: OriginUsage(files={"app.py": file})})
