"""What a stack has made on moto's server is what was meant.

How it gets there, and what moto's CloudFormation leaves out, is in ``deployment.py``. Not there at
all: architectures of functions and layers, retention of logs, and the permission of the rule; those
are asserted on the template. The one custom resource does not run: its call is made in
``test_roles.py``, by its role.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from infra.artefacts import ARCHITECTURES
from infra.storage import BUNDLE_DAYS, OVERWRITTEN_DAYS
from tests.infra.deployment import ACCOUNT, Deployment
from tests.support.emulator import REGION

BUCKET = f"lambda-usage-dev-{ACCOUNT}-{REGION}"


def denials(document: str) -> set[str]:
    """What everybody is denied, by the conditions under which."""
    return {
        condition
        for each in json.loads(document)["Statement"]
        if each["Effect"] == "Deny" and each["Principal"] == {"AWS": "*"}
        for kinds in each["Condition"].values()
        for condition in kinds
    }


def test_the_bucket_is_encrypted_takes_tls_only_and_is_never_public(deployment: Deployment) -> None:
    s3 = deployment.client("s3")
    encryption = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]
    (rule,) = encryption["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    blocked = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    assert blocked == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    policy = s3.get_bucket_policy(Bucket=BUCKET)["Policy"]
    assert denials(policy) == {"aws:SecureTransport", "s3:TlsVersion"}
    owned = s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    assert owned == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_bundles_expire_and_results_and_inventories_stay(deployment: Deployment) -> None:
    s3 = deployment.client("s3")
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    rules = {
        each["ID"]: each for each in s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    }
    assert rules.keys() == {"bundles", "results", "remains"}
    assert rules["bundles"]["Expiration"] == {"Days": BUNDLE_DAYS}
    assert rules["results"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": OVERWRITTEN_DAYS}
    expiring = [
        each["Filter"]["Prefix"] for each in rules.values() if "Days" in each.get("Expiration", {})
    ]
    assert expiring == ["coverage/2"]
    (inventory,) = deployment.names("Custom::AWS")
    kept = json.loads(deployment.properties(inventory)["Create"])["parameters"]["Key"]
    assert kept.startswith("coverage/inventory/")


def test_it_outlives_its_stack(deployment: Deployment) -> None:
    for kind in ("AWS::S3::Bucket", "AWS::Lambda::LayerVersion"):
        for name in deployment.names(kind):
            assert deployment.template["Resources"][name]["DeletionPolicy"] == "Retain", name


def test_functions_have_the_layer_of_their_architecture_and_know_the_bucket(
    deployment: Deployment, functions: dict[str, Any]
) -> None:
    for name, architecture in zip(
        ("OrderServiceFunction", "InventoryServiceFunction"), ARCHITECTURES, strict=True
    ):
        (layer,) = functions[name]["Layers"]
        short = architecture.replace("_", "")
        assert f"Layers{short}" in layer["Arn"]
        assert functions[name]["Environment"]["Variables"] == {
            "AWS_LAMBDA_EXEC_WRAPPER": "/opt/lambda-usage",
            "COVERAGE_S3_BUCKET": BUCKET,
            "COVERAGE_SAMPLE_RATE": "1.0",
            "COVERAGE_OVERHEAD_BUDGET": "0.01",
            "COVERAGE_METRICS": "emf",
        }
        template = deployment.properties(deployment.logical(name, "AWS::Lambda::Function"))
        assert template["Architectures"] == [architecture]
        made = deployment.properties(layer_of(deployment, short))
        assert made["CompatibleArchitectures"] == [architecture]


def test_stacks_of_functions_can_look_up_what_they_need(deployment: Deployment) -> None:
    found = deployment.client("ssm").get_parameters_by_path(Path="/lambda-usage/dev/")
    told = {each["Name"].rpartition("/")[2]: each["Value"] for each in found["Parameters"]}
    policy = told.pop("function-policy")
    assert told == {
        "bucket": BUCKET,
        "layer-x86_64": deployment.ids[layer_of(deployment, "x8664")],
        "layer-arm64": deployment.ids[layer_of(deployment, "arm64")],
        "sample-rate": "1.0",
        "overhead-budget": "0.01",
    }
    iam = deployment.client("iam")
    document = iam.get_policy_version(PolicyArn=policy, VersionId="v1")["PolicyVersion"]["Document"]
    assert document["Statement"] == [
        {
            "Effect": "Allow",
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/coverage/*",
        }
    ]


def layer_of(deployment: Deployment, short: str) -> str:
    return deployment.logical(f"Layers{short}", "AWS::Lambda::LayerVersion")


def test_the_layers_are_for_each_python(deployment: Deployment) -> None:
    client = deployment.client("lambda")
    for each in client.list_layers()["Layers"]:
        version = each["LatestMatchingVersion"]
        assert version["CompatibleRuntimes"] == [
            "python3.11", "python3.12", "python3.13", "python3.14",
        ]  # fmt: skip
        assert version["LicenseInfo"] == "MIT"


def test_the_combiner_is_set_off_by_the_queue_as_its_readme_advises(
    deployment: Deployment, functions: dict[str, Any]
) -> None:
    combiner = functions["CombinerFunction"]
    assert (combiner["Timeout"], combiner["MemorySize"]) == (900, 1769)
    assert combiner["Handler"] == "usage_combiner.handler.lambda_handler"
    (mapping,) = deployment.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert mapping["FunctionArn"] == combiner["FunctionArn"]
    assert mapping["EventSourceArn"] == deployment.queue("Bundles")["QueueArn"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) == (1000, 300)
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}


def test_messages_that_keep_failing_go_to_the_dead_letter_queue(deployment: Deployment) -> None:
    dead, found = deployment.queue("DeadLetters"), deployment.queue("Bundles")
    redrive = json.loads(found["RedrivePolicy"])
    assert redrive == {"deadLetterTargetArn": dead["QueueArn"], "maxReceiveCount": 5}
    assert found["VisibilityTimeout"] == "5700"
    assert dead["MessageRetentionPeriod"] == str(14 * 24 * 3600)
    for each in (dead, found):
        assert each["SqsManagedSseEnabled"] == "true"
        assert denials(each["Policy"]) == {"aws:SecureTransport"}


def test_events_that_keep_failing_go_there_too(
    deployment: Deployment, functions: dict[str, Any]
) -> None:
    answer = deployment.client("lambda").get_function_event_invoke_config(
        FunctionName=functions["CombinerFunction"]["FunctionName"]
    )
    dead = deployment.queue("DeadLetters")["QueueArn"]
    assert answer["DestinationConfig"]["OnFailure"] == {"Destination": dead}


def test_s3_tells_the_queue_of_bundles_only_and_may(deployment: Deployment) -> None:
    answer = deployment.client("s3").get_bucket_notification_configuration(Bucket=BUCKET)
    (found,) = answer["QueueConfigurations"]
    target = deployment.queue("Bundles")
    assert (found["QueueArn"], found["Events"]) == (target["QueueArn"], ["s3:ObjectCreated:*"])
    rules = {each["Name"].lower(): each["Value"] for each in found["Filter"]["Key"]["FilterRules"]}
    assert rules == {"prefix": "coverage/", "suffix": ".coverage"}
    (allowed,) = [
        each for each in json.loads(target["Policy"])["Statement"] if each["Effect"] == "Allow"
    ]
    assert allowed["Principal"] == {"Service": "s3.amazonaws.com"}
    assert (allowed["Action"], allowed["Resource"]) == ("sqs:SendMessage", target["QueueArn"])
    assert allowed["Condition"] == {
        "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{BUCKET}"},
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
    }


def test_a_new_bundle_arrives_as_a_message_and_an_inventory_does_not(
    deployment: Deployment,
) -> None:
    s3, sqs = deployment.client("s3"), deployment.client("sqs")
    url = deployment.emptied("Bundles")
    keys = ("coverage/2026/11/28/a-0-000000.coverage", "coverage/inventory/a/b.json.gz")
    with deployment.requests_let_through(BUCKET):
        for key in keys:
            s3.put_object(Bucket=BUCKET, Key=key, Body=b"")
            s3.delete_object(Bucket=BUCKET, Key=key)
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=5)
    (message,) = found["Messages"]
    (record,) = json.loads(message["Body"])["Records"]
    assert unquote(record["s3"]["object"]["key"]) == keys[0]


def test_the_combiner_is_set_off_each_hour(
    deployment: Deployment, functions: dict[str, Any]
) -> None:
    events = deployment.client("events")
    (rule,) = events.list_rules()["Rules"]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 hour)", "ENABLED")
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert target["Arn"] == functions["CombinerFunction"]["FunctionArn"]
    assert "Input" not in target  # the combiner knows the event of a schedule by itself
    (name,) = deployment.names("AWS::Lambda::Permission")
    allowed = deployment.template["Resources"][name]["Properties"]
    assert (allowed["Principal"], allowed["Action"]) == (
        "events.amazonaws.com",
        "lambda:InvokeFunction",
    )


def test_reports_are_about_the_source_and_the_functions_that_are_deployed(
    deployment: Deployment, functions: dict[str, Any]
) -> None:
    told = functions["CombinerFunction"]["Environment"]["Variables"]
    assert told == {
        "COVERAGE_S3_BUCKET": BUCKET,
        "COMBINER_INVENTORY": "order-service",
        "COMBINER_EXPECT_FUNCTIONS": ",".join(
            functions[each]["FunctionName"]
            for each in ("OrderServiceFunction", "InventoryServiceFunction")
        ),
        "POWERTOOLS_TRACE_DISABLED": "true",
    }


def test_logs_do_not_stay_for_ever(deployment: Deployment) -> None:
    logs = deployment.names("AWS::Logs::LogGroup")
    assert len(logs) == 4
    assert all(deployment.properties(each)["RetentionInDays"] == 30 for each in logs)
