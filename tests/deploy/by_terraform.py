"""docs/deploy/terraform.md, done: its configuration applied to moto's server.

Terraform waits for a minute until S3 and SQS have settled, which costs no processor. So it runs in
a thread, while other tests here do something.
"""

from __future__ import annotations

import json
import re
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import boto3

from tests.deploy.deployed import BUCKET, ENVIRONMENT, REGION, Deployed, queue_arn
from tests.support.documents import blocks
from tests.support.emulator import ACCESS_KEY, SECRET_KEY
from tests.support.moto_server import MotoServer
from tests.support.paths import ROOT
from tests.support.terraform import plugins, program, terraform

GUIDE = ROOT / "docs" / "deploy" / "terraform.md"
MODULE = ROOT / "infra" / "terraform"
FOR_MOTO = 'provider "aws" {\n  s3_use_path_style = true\n}\n'
"""In a file that Terraform lays over the guide's: a server has no name of its own for a bucket."""
EMPTY_ZIP = b"PK\5\6" + bytes(18)


@dataclass(frozen=True)
class Applied:
    """What Terraform said, and what there is now."""

    apply: str
    plan: str
    """Of a second plan, right after."""
    variables: dict[str, str]
    """Of the environment that reaches the server."""

    def client(self, service: str) -> Any:
        return boto3.Session(ACCESS_KEY, SECRET_KEY, region_name=REGION).client(
            service, endpoint_url=self.variables["AWS_ENDPOINT_URL"]
        )


class Applying:
    """One run, from its start to the end of the ``with`` block, which ends its server."""

    def __init__(self, folder: Path) -> None:
        """Raises Unavailable where it cannot be done here."""
        program()
        self._plugins = plugins()
        self._folder = folder
        self._server = MotoServer(aws_policies=True)
        self._pool = ThreadPoolExecutor(1)
        self._future: Future[Applied] | None = None

    def __enter__(self) -> Self:
        self._server.start()
        self._future = self._pool.submit(self._run)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()  # a Terraform that is still at it fails
        self._pool.shutdown()

    def applied(self) -> Applied:
        """Waits until it is done."""
        assert self._future is not None
        return self._future.result()

    def _run(self) -> Applied:
        folder = lay_out(self._folder)
        variables = {
            "AWS_ENDPOINT_URL": self._server.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_MAX_ATTEMPTS": "2",
        }
        said = {}
        for command in (
            ["init", f"-plugin-dir={self._plugins}"],
            ["apply", "-auto-approve"],
            ["plan"],
        ):
            done = terraform(*command, "-no-color", folder=folder, variables=variables)
            assert done.returncode == 0, done.stdout
            said[command[0]] = done.stdout
        return Applied(said["apply"], said["plan"], variables)


def lay_out(folder: Path) -> Path:
    """The guide's two folders, side by side; the one that Terraform runs in."""
    clone, mine = folder / "lambda-usage", folder / "mine"
    shutil.copytree(MODULE, clone / "infra" / "terraform")
    shutil.copytree(ROOT / "dashboards" / "cloudwatch", clone / "dashboards" / "cloudwatch")
    (clone / "dist").mkdir()
    mine.mkdir()
    text = "\n".join(blocks(GUIDE, "hcl"))
    (mine / "main.tf").write_text(text, "utf-8")
    (mine / "for_moto_override.tf").write_text(FOR_MOTO, "utf-8")
    (version,) = re.findall(r'version = "([^"]+)"', text)
    for name in re.findall(r'"\$\{local\.dist\}/(\S+\.zip)"', text):
        (clone / "dist" / name.replace("${local.version}", version)).write_bytes(EMPTY_ZIP)
    (mine / "orders.zip").write_bytes(EMPTY_ZIP)
    return mine


def looked_up(applied: Applied) -> Deployed:
    """What the services tell."""
    s3, lambda_, iam = (applied.client(each) for each in ("s3", "lambda", "iam"))
    sqs, events, cloudwatch = (applied.client(each) for each in ("sqs", "events", "cloudwatch"))
    function = f"lambda-usage-{ENVIRONMENT}-combiner"
    encryption = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]
    queues = {
        name: sqs.get_queue_attributes(
            QueueUrl=sqs.get_queue_url(QueueName=queue_arn(name).rpartition(":")[2])["QueueUrl"],
            AttributeNames=["All"],
        )["Attributes"]
        for name in ("bundles", "dead-letters")
    }
    rules = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    policies = {
        each["PolicyName"]: iam.get_policy_version(PolicyArn=each["Arn"], VersionId="v1")
        for each in iam.list_policies(Scope="Local")["Policies"]
    }
    combiner = lambda_.get_function_configuration(FunctionName=function)
    role = combiner["Role"].rpartition("/")[2]
    (rule,) = events.list_rules()["Rules"]
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    return Deployed(
        encryption=encryption["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"],
        public_access_block=s3.get_public_access_block(Bucket=BUCKET)[
            "PublicAccessBlockConfiguration"
        ],
        versioning=s3.get_bucket_versioning(Bucket=BUCKET)["Status"],
        bucket_policy=json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"]),
        expiry={
            each.get("Filter", {}).get("Prefix", ""): each.get("Expiration", {}).get("Days")
            for each in rules
        },
        notifications=s3.get_bucket_notification_configuration(Bucket=BUCKET)[
            "QueueConfigurations"
        ],
        function_policy=policies[f"lambda-usage-{ENVIRONMENT}-function-{REGION}"]["PolicyVersion"][
            "Document"
        ],
        layers={
            each["LayerName"].removeprefix(f"lambda-usage-{ENVIRONMENT}-"): each[
                "LatestMatchingVersion"
            ]
            for each in lambda_.list_layers()["Layers"]
        },
        queue={
            "VisibilityTimeout": int(queues["bundles"]["VisibilityTimeout"]),
            "RedrivePolicy": json.loads(queues["bundles"]["RedrivePolicy"]),
        },
        queue_policies=[json.loads(each["Policy"]) for each in queues.values()],
        dead_letters_arn=queues["dead-letters"]["QueueArn"],
        combiner=combiner,
        combiner_policies={
            name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
        },
        mapping=lambda_.list_event_source_mappings()["EventSourceMappings"][0],
        on_failure=lambda_.get_function_event_invoke_config(FunctionName=function)[
            "DestinationConfig"
        ]["OnFailure"]["Destination"],
        schedule=rule["ScheduleExpression"],
        target=target,
        alarms={each["AlarmName"]: each for each in cloudwatch.describe_alarms()["MetricAlarms"]},
        dashboard=cloudwatch.get_dashboard(DashboardName=f"lambda-usage-{ENVIRONMENT}-{REGION}")[
            "DashboardBody"
        ],
    )
