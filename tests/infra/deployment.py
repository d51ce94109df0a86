"""A synthesised stack, deployed to moto's server by CloudFormation.

moto's CloudFormation knows fewer resources, and of those that it knows fewer properties, than AWS.
What it leaves out is handed to the service's own API instead, with the properties of the template
after its references are resolved: so each service has to take it, and has it when it is asked.
``BESIDE`` is the list of that. What no API of moto's knows is asserted on the template alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3

from tests.support.emulator import ACCESS_KEY, REGION, SECRET_KEY
from tests.support.moto_server import MotoServer

ACCOUNT = "123456789012"
PSEUDO = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws"}
CUSTOM = "Custom::"
"""Resources that run a Lambda function when they are made, for which moto needs Docker."""

Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Deployment:
    """One stack on one server."""

    server: MotoServer
    template: dict[str, Any]
    ids: Mapping[str, str]
    """The physical name of each resource, by its logical name."""

    def client(self, service: str) -> Any:
        """As whoever deploys."""
        return _root().client(service, endpoint_url=self.server.endpoint)

    def names(self, kind: str) -> list[str]:
        """The logical names of all resources of a type."""
        return [n for n, each in self.template["Resources"].items() if each["Type"] == kind]

    def logical(self, path: str, kind: str) -> str:
        """The logical name of the one resource of a type whose name starts so."""
        (name,) = (each for each in self.names(kind) if each.startswith(path))
        return name

    def physical(self, path: str, kind: str) -> str:
        """Its physical name."""
        return self.ids[self.logical(path, kind)]

    def properties(self, name: str) -> Any:
        """Of a resource, with all references resolved."""
        return self.resolved(self.template["Resources"][name].get("Properties", {}))

    def resolved(self, value: Any) -> Any:
        """A value of the template, with what it refers to in place of references."""
        if isinstance(value, list):
            return [self.resolved(each) for each in value]
        if not isinstance(value, dict):
            return value
        match value:
            case {"Ref": name}:
                return PSEUDO.get(name) or self.ids[name]
            case {"Fn::GetAtt": [name, "Arn"]}:
                return self.arn(name)
            case {"Fn::GetAtt": [name, "QueueName"]}:
                return self.ids[name].rpartition("/")[2]
            case {"Fn::Join": [separator, parts]}:
                return separator.join(map(str, self.resolved(parts)))
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([^}]+)\}", lambda found: PSEUDO[found[1]], text)
        assert not any(each.startswith("Fn::") for each in value), value
        return {name: self.resolved(each) for name, each in value.items()}

    def arn(self, name: str) -> str:
        """Of a resource that moto has made."""
        kind, physical = self.template["Resources"][name]["Type"], self.ids[name]
        last = physical.rpartition("/")[2]
        forms: dict[str, Callable[[], str]] = {
            "AWS::S3::Bucket": lambda: f"arn:aws:s3:::{physical}",
            "AWS::SQS::Queue": lambda: f"arn:aws:sqs:{REGION}:{ACCOUNT}:{last}",
            "AWS::IAM::Role": lambda: f"arn:aws:iam::{ACCOUNT}:role/{physical}",
            "AWS::Logs::LogGroup": lambda: (
                f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{physical}:*"
            ),
            "AWS::Lambda::Function": lambda: (
                f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{physical}"
            ),
        }
        return forms[kind]()

    def queue(self, name: str) -> dict[str, str]:
        """The attributes of one of the combiner's queues."""
        url = self.physical(f"Combiner{name}", "AWS::SQS::Queue")
        answer = self.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        found: dict[str, str] = answer["Attributes"]
        return found

    def emptied(self, name: str) -> str:
        """The address of one of the combiner's queues, which has no message now."""
        sqs, url = self.client("sqs"), self.physical(f"Combiner{name}", "AWS::SQS::Queue")
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for each in found:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        return url

    @contextmanager
    def requests_let_through(self, bucket: str) -> Iterator[None]:
        """Takes the bucket's policy away for a while.

        It denies what comes without TLS. moto has no TLS and no conditions: it denies everything.
        """
        s3 = self.client("s3")
        policy = s3.get_bucket_policy(Bucket=bucket)["Policy"]
        s3.delete_bucket_policy(Bucket=bucket)
        try:
            yield
        finally:
            s3.put_bucket_policy(Bucket=bucket, Policy=policy)


@contextmanager
def deployed(assembly: Path, stack: str) -> Iterator[Deployment]:
    """A stack of a cloud assembly on a server of its own."""
    template = json.loads((assembly / f"{stack}.template.json").read_text("utf-8"))
    with MotoServer() as server:
        _upload(assembly, stack, server)
        known = {
            **template,
            "Resources": {
                name: each
                for name, each in template["Resources"].items()
                if not each["Type"].startswith(CUSTOM)
            },
        }
        cloudformation = _root().client("cloudformation", endpoint_url=server.endpoint)
        cloudformation.create_stack(
            StackName=stack, TemplateBody=json.dumps(known), Capabilities=["CAPABILITY_IAM"]
        )
        (state,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
        assert state["StackStatus"] == "CREATE_COMPLETE", state
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
        ids = {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for page in pages
            for each in page["StackResourceSummaries"]
        } | _layers(stack, server)
        deployment = Deployment(server, template, ids)
        for kind, apply in BESIDE.items():
            for name in deployment.names(kind):
                apply(deployment, name, deployment.properties(name))
        yield deployment


@cache
def _root() -> Any:
    """One for all: a session reads what it knows of a service once."""
    return boto3.Session(ACCESS_KEY, SECRET_KEY, region_name=REGION)


def _layers(stack: str, server: MotoServer) -> dict[str, str]:
    """The layer versions: moto makes them, and its CloudFormation gives their names as empty."""
    listed = _root().client("lambda", endpoint_url=server.endpoint).list_layers()["Layers"]
    return {
        each["LayerName"].removeprefix(f"{stack}-").rpartition("-")[0]: each[
            "LatestMatchingVersion"
        ]["LayerVersionArn"]
        for each in listed
    }


def _upload(assembly: Path, stack: str, server: MotoServer) -> None:
    """What the CDK's bootstrapping and its command do before they deploy."""
    ssm = _root().client("ssm", endpoint_url=server.endpoint)
    ssm.put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String")
    s3 = _root().client("s3", endpoint_url=server.endpoint)
    assets = json.loads((assembly / f"{stack}.assets.json").read_text("utf-8"))["files"]
    made: set[str] = set()
    for each in assets.values():
        path = assembly / each["source"]["path"]
        content = path.read_bytes() if path.is_file() else b"PK\5\6" + bytes(18)  # an empty zip
        for place in each["destinations"].values():
            bucket = place["bucketName"]
            for name, value in PSEUDO.items():
                bucket = bucket.replace(f"${{{name}}}", value)
            if bucket not in made:
                s3.create_bucket(Bucket=bucket)
                made.add(bucket)
            s3.put_object(Bucket=bucket, Key=place["objectKey"], Body=content)


def _bucket(deployment: Deployment, name: str, properties: Properties) -> None:
    s3, bucket = deployment.client("s3"), deployment.ids[name]
    if found := properties.get("PublicAccessBlockConfiguration"):
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=found)
    if found := properties.get("VersioningConfiguration"):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=found)
    if found := properties.get("OwnershipControls"):
        s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=found)
    if found := properties.get("LifecycleConfiguration"):
        rules = [_lifecycle_rule(each) for each in found["Rules"]]
        s3.put_bucket_lifecycle_configuration(
            Bucket=bucket, LifecycleConfiguration={"Rules": rules}
        )
    if found := properties.get("NotificationConfiguration"):
        configurations = [
            {
                "QueueArn": each["Queue"],
                "Events": [each["Event"]],
                "Filter": {"Key": {"FilterRules": each["Filter"]["S3Key"]["Rules"]}},
            }
            for each in found["QueueConfigurations"]
        ]
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"QueueConfigurations": configurations}
        )


def _lifecycle_rule(rule: Properties) -> dict[str, Any]:
    """CloudFormation's names and S3's differ."""
    made = {
        "ID": rule["Id"],
        "Status": rule["Status"],
        "Filter": {"Prefix": rule.get("Prefix", "")},
        "NoncurrentVersionExpiration": rule.get("NoncurrentVersionExpiration"),
        "AbortIncompleteMultipartUpload": rule.get("AbortIncompleteMultipartUpload"),
    }
    if "ExpirationInDays" in rule:
        made["Expiration"] = {"Days": rule["ExpirationInDays"]}
    if "ExpiredObjectDeleteMarker" in rule:
        made["Expiration"] = {"ExpiredObjectDeleteMarker": rule["ExpiredObjectDeleteMarker"]}
    return {name: value for name, value in made.items() if value is not None}


def _bucket_policy(deployment: Deployment, name: str, properties: Properties) -> None:
    deployment.client("s3").put_bucket_policy(
        Bucket=properties["Bucket"], Policy=json.dumps(properties["PolicyDocument"])
    )


def _queue_policy(deployment: Deployment, name: str, properties: Properties) -> None:
    for queue in properties["Queues"]:
        deployment.client("sqs").set_queue_attributes(
            QueueUrl=queue, Attributes={"Policy": json.dumps(properties["PolicyDocument"])}
        )


def _function(deployment: Deployment, name: str, properties: Properties) -> None:
    if "Layers" in properties:
        deployment.client("lambda").update_function_configuration(
            FunctionName=deployment.ids[name], Layers=properties["Layers"]
        )


def _on_failure(deployment: Deployment, name: str, properties: Properties) -> None:
    deployment.client("lambda").put_function_event_invoke_config(**properties)


def _alarm(deployment: Deployment, name: str, properties: Properties) -> None:
    deployment.client("cloudwatch").put_metric_alarm(AlarmName=name, **properties)


def _parameter(deployment: Deployment, name: str, properties: Properties) -> None:
    deployment.client("ssm").put_parameter(**properties, Overwrite=True)


BESIDE: dict[str, Callable[[Deployment, str, Properties], None]] = {
    "AWS::S3::Bucket": _bucket,  # moto's CloudFormation makes it with its encryption alone
    "AWS::S3::BucketPolicy": _bucket_policy,
    "AWS::SQS::QueuePolicy": _queue_policy,
    "AWS::Lambda::Function": _function,  # without its layers
    "AWS::Lambda::EventInvokeConfig": _on_failure,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::SSM::Parameter": _parameter,  # those that refer to a layer say nonsense
}
