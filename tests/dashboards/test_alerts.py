"""Alert rules: promtool takes them, and each fires when it should and only then."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from dashboards.alerts import alerts
from dashboards.build import HERE, grafana
from tests.dashboards.expressions import asked, filled

RULES = HERE / "prometheus" / "lambda-usage.rules.yml"
TESTS = HERE / "prometheus" / "lambda-usage.rules.test.yml"


def promtool(*arguments: str | Path) -> str:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_promtool_takes_the_rules() -> None:
    assert f"{len(alerts())} rules found" in promtool("check", "rules", RULES)


def test_each_alert_fires_when_it_should_and_only_then() -> None:
    assert "SUCCESS" in promtool("test", "rules", TESTS)


def test_each_alert_is_tested_to_fire() -> None:
    cases = yaml.safe_load(TESTS.read_text("utf-8"))["tests"]
    fired = {
        case["alertname"]
        for each in cases
        for case in each["alert_rule_test"]
        if case["exp_alerts"]
    }
    assert fired == {each.name for each in alerts()}


def test_the_rule_tests_ask_nothing_of_a_metric_that_is_not_sent() -> None:
    """A renamed metric would leave the tests of its alert green, on names that nobody sends."""
    told = set(re.findall(r"series: (\w+)", TESTS.read_text("utf-8")))
    assert told <= {name for each in alerts() for name in re.findall(r"\w+", each.expression)}


def test_prometheus_understands_the_query_of_every_panel(tmp_path: Path) -> None:
    """VictoriaMetrics takes more than PromQL: what it answers, Prometheus may refuse."""
    rules = [
        {"record": f"panel:{number}", "expr": filled(each.expression, "orders")}
        for number, each in enumerate(asked(grafana().values()))
    ]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    assert f"{len(rules)} rules found" in promtool("check", "rules", file)
