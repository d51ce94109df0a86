"""The dashboard and the alarms of a stack, as moto's CloudWatch has them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dashboards.build import HERE as DASHBOARDS
from tests.infra.deployment import Deployment
from tests.support.emulator import REGION


def test_the_dashboard_is_the_one_that_is_documented(deployment: Deployment) -> None:
    answer = deployment.client("cloudwatch").get_dashboard(
        DashboardName=f"lambda-usage-dev-{REGION}"
    )
    committed = (DASHBOARDS / "cloudwatch" / "lambda-usage.json").read_text("utf-8")
    assert json.loads(answer["DashboardBody"]) == json.loads(
        committed.replace("${AWS::Region}", REGION)
    )


def test_alarms_watch_the_dead_letters_the_combiner_and_what_is_lost(
    deployment: Deployment, functions: dict[str, Any]
) -> None:
    alarms = {
        each["AlarmName"][len("Watching") : -8]: each
        for each in deployment.client("cloudwatch").describe_alarms()["MetricAlarms"]
    }
    assert alarms.keys() == {"DeadLetters", "CombinerErrors", "BundlesSetAside", "Losses"}
    for each in alarms.values():
        assert (each["Threshold"], each["ComparisonOperator"]) == (0, "GreaterThanThreshold")
        assert each["TreatMissingData"] == "notBreaching"
    dead = deployment.queue("DeadLetters")["QueueArn"].rpartition(":")[2]
    assert watched(alarms["DeadLetters"]) == (
        "AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": dead},
    )  # fmt: skip
    combiner = functions["CombinerFunction"]["FunctionName"]
    assert watched(alarms["CombinerErrors"]) == (
        "AWS/Lambda", "Errors", {"FunctionName": combiner},
    )  # fmt: skip
    (query,) = alarms["Losses"]["Metrics"]
    assert query["Expression"] == (
        'SELECT SUM("lambda_usage.losses") FROM '
        'SCHEMA("LambdaUsage", "FunctionName", "lambda_usage.reason")'
    )


def watched(alarm: Any) -> tuple[str, str, dict[str, str]]:
    dimensions = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
    return alarm["Namespace"], alarm["MetricName"], dimensions


def test_the_alarm_on_bundles_watches_what_the_combiner_writes(
    deployment: Deployment, functions: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COVERAGE_S3_BUCKET", "bucket")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "true")
    from usage_combiner import handler

    name = deployment.logical("WatchingBundlesSetAside", "AWS::CloudWatch::Alarm")
    alarm = deployment.properties(name)
    assert set(handler.metrics.default_dimensions) == {"function_name"}
    assert watched(alarm) == (
        handler.metrics.namespace,
        "BundlesSetAside",
        {
            "service": handler.metrics.service,
            "function_name": functions["CombinerFunction"]["FunctionName"],
        },
    )
