"""SAM's template and Terraform's module deploy the same, and what the documents say.

docs/operations.md has the policy of functions, combiner/README.md that of the combiner and what
sets it off. tests/security gives those policies to roles on a server that enforces them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from dashboards.build import HERE
from dashboards.cloudwatch_board import REGION as REGION_OF_BOARD
from lambda_usage.telemetry.definitions import LOSSES
from lambda_usage.telemetry.emf import FUNCTION, NAMESPACE
from tests.deploy.deployed import BUCKET, ENVIRONMENT, REGION, Deployed, queue_arn
from tests.support.documents import COMBINER, below, policy, policy_for

BUNDLE = "coverage/2026/11/28/orders-0123-000000.coverage"
INVENTORY = "coverage/inventory/orders/ab.json.gz"
RESULT = "combined/2026/11/28/usage.coverage"


def advised() -> Mapping[str, Any]:
    """The settings in the table of combiner/README.md, by name."""
    settings: dict[str, Any] = {}
    for row in re.findall(r"^\|.*\|$", below("Events", COMBINER), re.MULTILINE):
        for cell in re.findall(r"`([A-Z]\w+: [^`]+)`", row.split("|")[2]):
            settings |= yaml.safe_load(cell.replace("…", "null"))
    return settings


def without_sid(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in statement.items() if name != "Sid"}


def test_functions_may_do_what_their_documented_policy_says(deployed: Deployed) -> None:
    assert deployed.function_policy == policy_for(BUCKET, "The function")


def test_the_combiner_may_do_what_its_documented_policy_says_and_take_its_messages(
    deployed: Deployed,
) -> None:
    policies = deployed.combiner_policies
    assert policies["results"] == policy_for(BUCKET, "Role", COMBINER)
    text = below("Role", COMBINER)
    take, give = policies["messages"]["Statement"]
    assert take["Resource"] == queue_arn("bundles")
    assert all(f"`{action}`" in text for action in take["Action"])
    assert (give["Action"], give["Resource"]) == ("sqs:SendMessage", queue_arn("dead-letters"))
    (logs,) = policies["logs"]["Statement"]
    assert logs["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert f":log-group:/aws/lambda/lambda-usage-{ENVIRONMENT}-combiner" in logs["Resource"]
    assert set(policies) == {"results", "messages", "logs"}


def test_the_bucket_tells_the_queue_as_documented(deployed: Deployed) -> None:
    (documented,) = json.loads(policy("Events", COMBINER))["QueueConfigurations"]
    (found,) = deployed.notifications
    assert found["QueueArn"] == queue_arn("bundles")
    assert found["Events"] == documented["Events"]

    def rules(each: Mapping[str, Any]) -> set[tuple[str, str]]:
        return {(r["Name"].lower(), r["Value"]) for r in each["Filter"]["Key"]["FilterRules"]}

    assert rules(found) == rules(documented)
    sending = [s for p in deployed.queue_policies for s in p["Statement"] if s["Effect"] == "Allow"]
    assert [without_sid(each) for each in sending] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue_arn("bundles"),
            "Condition": {
                "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{BUCKET}"},
                "StringEquals": {"aws:SourceAccount": "123456789012"},
            },
        }
    ]


def test_the_queue_sets_the_combiner_off_as_advised(deployed: Deployed) -> None:
    expected = advised()
    assert len(expected) == 6
    for name in (
        "FunctionResponseTypes", "BatchSize", "MaximumBatchingWindowInSeconds", "ScalingConfig",
    ):  # fmt: skip
        assert deployed.mapping[name] == expected[name], name
    assert deployed.mapping["EventSourceArn"] == queue_arn("bundles")
    assert deployed.queue["VisibilityTimeout"] == expected["VisibilityTimeout"]
    redrive = deployed.queue["RedrivePolicy"]
    assert redrive["maxReceiveCount"] == expected["RedrivePolicy"]["maxReceiveCount"]
    assert redrive["deadLetterTargetArn"] == queue_arn("dead-letters")


def test_the_schedule_has_no_input_and_events_that_fail_end_where_messages_do(
    deployed: Deployed,
) -> None:
    assert deployed.schedule == "rate(1 hour)"
    assert not {"Input", "InputPath", "InputTransformer"} & set(deployed.target)
    assert deployed.target["Arn"].endswith(f":function:lambda-usage-{ENVIRONMENT}-combiner")
    assert deployed.on_failure == deployed.dead_letters_arn == queue_arn("dead-letters")


def test_the_combiner_is_set_up_as_its_readme_says(deployed: Deployed) -> None:
    said = below("Function", COMBINER).strip().partition("\n\n")[0]
    combiner = deployed.combiner
    assert f"`{combiner['Runtime']}`" in said
    assert f"`{combiner['Handler']}`" in said
    assert f"{combiner['MemorySize']:,} MB" in said
    assert f"time-out {combiner['Timeout']} s" in said
    documented = re.findall(r"`([A-Z][A-Z_0-9]+)", below("Function", COMBINER))
    variables = combiner["Environment"]["Variables"]
    assert set(variables) <= set(documented)
    assert variables["COVERAGE_S3_BUCKET"] == BUCKET
    assert variables["POWERTOOLS_TRACE_DISABLED"] == "true"  # its role has no right to X-Ray


def test_the_bucket_is_encrypted_private_and_for_tls_only(deployed: Deployed) -> None:
    assert deployed.encryption == "AES256"
    assert set(deployed.public_access_block.values()) == {True}
    assert len(deployed.public_access_block) == 4
    assert deployed.versioning == "Enabled"
    whole = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    conditions = []
    for each in deployed.bucket_policy["Statement"]:
        assert (each["Effect"], each["Principal"], each["Action"]) == ("Deny", "*", "s3:*")
        assert each["Resource"] == whole
        conditions.append(each["Condition"])
    assert conditions == [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
    ]
    for one in deployed.queue_policies:
        assert one["Statement"][-1]["Condition"] == conditions[0]


def test_bundles_expire_and_neither_inventories_nor_results_do(deployed: Deployed) -> None:
    def kept(key: str) -> set[int]:
        return {days for p, days in deployed.expiry.items() if days and key.startswith(p)}

    assert kept(BUNDLE) == {90}
    assert kept(INVENTORY) == kept(RESULT) == set()


def test_there_is_a_layer_for_each_architecture(deployed: Deployed) -> None:
    assert set(deployed.layers) == {"x86_64", "arm64"}


def test_alarms_look_at_what_is_deployed(deployed: Deployed) -> None:
    name = f"lambda-usage-{ENVIRONMENT}"
    looked_at = {
        (alarm["MetricName"], *sorted(each["Value"] for each in alarm["Dimensions"]))
        for alarm in deployed.alarms.values()
        if alarm.get("MetricName")
    }
    assert looked_at == {
        ("ApproximateNumberOfMessagesVisible", f"{name}-dead-letters"),
        ("Errors", f"{name}-combiner"),
        ("BundlesSetAside", f"{name}-combiner", "usage-combiner"),
    }
    (query,) = deployed.alarms[f"{name}-losses"]["Metrics"]
    assert LOSSES.attribute
    dimensions = f'"{NAMESPACE}", "{FUNCTION}", "{LOSSES.attribute.name}"'
    assert query["Expression"] == f'SELECT SUM("{LOSSES.name}") FROM SCHEMA({dimensions})'


def test_the_dashboard_is_the_one_in_dashboards(deployed: Deployed) -> None:
    text = (HERE / "cloudwatch/lambda-usage.json").read_text("utf-8")
    assert json.loads(deployed.dashboard) == json.loads(text.replace(REGION_OF_BOARD, REGION)), (
        "copy dashboards/cloudwatch/lambda-usage.json into infra/sam/template.yaml"
    )
