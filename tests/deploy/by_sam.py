"""The SAM template, transformed by SAM's own translator and deployed to moto's CloudFormation.

That moto takes it shows that names and references are right. moto's CloudFormation makes some
objects only in part, and others not at all; so what is looked at is the transformed template, with
the references as moto has resolved them.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.backends import get_backend
from moto.cloudformation.parsing import clean_json
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from tests.deploy.deployed import ACCOUNT, ENVIRONMENT, REGION, Deployed
from tests.support.paths import ROOT

TEMPLATE = ROOT / "infra" / "sam" / "template.yaml"
ARTIFACTS, VERSION = "artifacts", "1.2.3"
PARAMETERS = {"Environment": ENVIRONMENT, "ArtifactBucket": ARTIFACTS, "Version": VERSION}
ZIPS = ("layer-{}-x86_64", "layer-{}-arm64", "combiner-{}-x86_64")
EMPTY_ZIP = b"PK\5\6" + bytes(18)


class NoManagedPolicies:
    """The translator asks AWS for those that a template names. Ours names none."""

    def load(self) -> dict[str, str]:
        return {}


def transformed(**parameters: str) -> dict[str, Any]:
    """The template as CloudFormation gets it."""
    template = yaml_parse(TEMPLATE.read_text("utf-8"))
    given = {**PARAMETERS, **parameters}
    with patch.dict(os.environ, AWS_DEFAULT_REGION=REGION):
        result: dict[str, Any] = transform(template, given, NoManagedPolicies())
    return result


@contextmanager
def stack(**parameters: str) -> Iterator[Mapping[str, Any]]:
    """The properties of each resource of a stack that is deployed, by its logical name."""
    template = transformed(**parameters)
    given = {**PARAMETERS, **parameters}
    with mock_aws(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of resources that moto does not make
        s3 = boto3.client("s3", region_name=REGION)
        s3.create_bucket(Bucket=ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": REGION})
        for name in ZIPS:
            key = f"lambda-usage-{name.format(VERSION)}.zip"
            s3.put_object(Bucket=ARTIFACTS, Key=key, Body=EMPTY_ZIP)
        cloudformation = boto3.client("cloudformation", region_name=REGION)
        cloudformation.create_stack(
            StackName="usage",
            TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()],
        )
        (state,) = cloudformation.describe_stacks(StackName="usage")["Stacks"]
        assert state["StackStatus"] == "CREATE_COMPLETE", state
        backend: Any = get_backend("cloudformation")[ACCOUNT][REGION]
        resources = backend.get_stack("usage").resource_map
        yield {
            name: clean_json(each.get("Properties", {}), resources)
            for name, each in template["Resources"].items()
        }


def looked_up(of: Mapping[str, Any]) -> Deployed:
    """What the template deploys."""
    bucket, mapping = of["Bucket"], of["CombinerBundles"]
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    (target,) = of["CombinerSchedule"]["Targets"]
    return Deployed(
        encryption=encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"],
        public_access_block=bucket["PublicAccessBlockConfiguration"],
        versioning=bucket["VersioningConfiguration"]["Status"],
        bucket_policy=of["BucketPolicy"]["PolicyDocument"],
        expiry={
            each.get("Prefix", ""): int(each["ExpirationInDays"])
            if "ExpirationInDays" in each
            else None
            for each in bucket["LifecycleConfiguration"]["Rules"]
        },
        notifications=[
            {
                "QueueArn": each["Queue"],
                "Events": [each["Event"]],
                "Filter": {"Key": {"FilterRules": each["Filter"]["S3Key"]["Rules"]}},
            }
            for each in bucket["NotificationConfiguration"]["QueueConfigurations"]
        ],
        function_policy=of["FunctionPolicy"]["PolicyDocument"],
        layers={
            each["CompatibleArchitectures"][0]: each
            for each in of.values()
            if "CompatibleArchitectures" in each
        },
        queue=of["Bundles"],
        queue_policies=[
            of[each]["PolicyDocument"] for each in ("BundlesPolicy", "DeadLettersPolicy")
        ],
        dead_letters_arn=of["Bundles"]["RedrivePolicy"]["deadLetterTargetArn"],
        combiner=of["Combiner"],
        combiner_policies={
            each["PolicyName"]: each["PolicyDocument"] for each in of["CombinerRole"]["Policies"]
        },
        mapping=mapping,
        on_failure=of["CombinerEventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"],
        schedule=of["CombinerSchedule"]["ScheduleExpression"],
        target=target,
        alarms={each["AlarmName"]: each for name, each in of.items() if name.endswith("Alarm")},
        dashboard=of["Dashboard"]["DashboardBody"],
    )
