"""The roles that a stack has made are enough, and each right in them is needed.

Each right is taken away in turn, and some of the work of that role fails. What moto cannot show of
that is in ``enforced.py``, and this besides: it asks for no right to what ``CopyObject`` reads, so
that is read by itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra import policies
from lambda_usage.bundle.writer import bundle_bytes
from lambda_usage.combine.errors import StoreError
from lambda_usage.combine.stores import open_store
from lambda_usage.delivery.targets import Parcel, UploadError, make_target
from lambda_usage.evidence.inventory_file import unpack
from tests.fuzz.sound import sound_bundle
from tests.infra.deployment import ACCOUNT, Deployment
from tests.infra.enforced import Client, Grant, Role, denied, grants
from tests.support.documents import COMBINER, policy
from tests.support.emulator import REGION
from usage_combiner.periods import Period
from usage_combiner.results import UNCHANGED, Workplace, bring_up_to_date
from usage_combiner.settings import read_settings
from usage_combiner.shelf import Shelf

BUCKET = f"lambda-usage-dev-{ACCOUNT}-{REGION}"
KEY = "coverage/2026/11/28/orders-0123-000000.coverage"
REFUSED = (ClientError, StoreError, UploadError)
FUNCTIONS = ("OrderService", "InventoryService")

GetRole = Callable[[str], Role]


@pytest.fixture
def role(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Iterator[GetRole]:
    """Gives a role of the stack; the bucket has a bundle and no results, the queue a message."""
    s3 = deployment.client("s3")
    with deployment.requests_let_through(BUCKET):
        s3.put_object(Bucket=BUCKET, Key=KEY, Body=bundle_bytes(sound_bundle()))
        yield lambda name: Role(
            deployment, deployment.physical(f"{name}May", "AWS::IAM::Role"), monkeypatch
        )
        for prefix in ("coverage/", "combined/"):
            _clear(s3, prefix)


def _clear(s3: Any, prefix: str) -> None:
    for each in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", ()):
        s3.delete_object(Bucket=BUCKET, Key=each["Key"])


def log_of(deployment: Deployment, name: str) -> str:
    """As moto refers to it; AWS's reference ends in ``:*``, which is meant."""
    arn = deployment.arn(deployment.logical(f"{name}May", "AWS::Logs::LogGroup"))
    return arn.removesuffix(":*")


def _queue(deployment: Deployment, name: str) -> str:
    return deployment.physical(f"Combiner{name}", "AWS::SQS::Queue")


def _write_log(deployment: Deployment, client: Client, name: str) -> None:
    """What Lambda does with the rights of a function's role."""
    group = deployment.physical(f"{name}May", "AWS::Logs::LogGroup")
    stream = f"stream-{time.monotonic_ns()}"
    logs = client("logs")
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    event = {"timestamp": round(time.time() * 1000), "message": "x"}
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])


def deliver(deployment: Deployment, client: Client) -> None:
    """All the work of a function that is watched, as far as it needs rights."""
    _write_log(deployment, client, "OrderService")
    target = make_target(BUCKET, 30)
    target.put(Parcel(b"content", KEY, False), lambda _seconds: None, attempts=1)
    target.put(Parcel(b"content", f"{KEY}.2", True), lambda _seconds: None, attempts=1)


def combine(deployment: Deployment, client: Client) -> None:
    """All the work of the combiner, and what Lambda does for it with its rights."""
    _write_log(deployment, client, "Combiner")
    queue, dead = _queue(deployment, "Bundles"), _queue(deployment, "DeadLetters")
    sqs = client("sqs")
    sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    (message, *_) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    sqs.send_message(QueueUrl=dead, MessageBody="an event that kept failing")
    settings = read_settings({"COVERAGE_S3_BUCKET": BUCKET})
    s3 = client("s3")
    place = Workplace(open_store(settings.store), Shelf(s3, BUCKET, "combined/"), settings)
    for period in ("2026/11/28/", "2026/11/"):
        assert bring_up_to_date(place, Period(period)).summary["bundles"] == 1
        assert bring_up_to_date(place, Period(period)).status == UNCHANGED


def _ready(deployment: Deployment) -> None:
    """Undoes what a part of the combiner's work has done."""
    _clear(deployment.client("s3"), "combined/")
    url = deployment.emptied("Bundles")
    deployment.client("sqs").send_message(QueueUrl=url, MessageBody="an event")


def test_a_functions_role_lets_it_deliver_and_each_of_its_rights_is_needed(
    deployment: Deployment, role: GetRole
) -> None:
    found = role("OrderService")
    allowed = grants(found.statements)
    with found.assumed(allowed) as client:
        deliver(deployment, client)
    for each in allowed:
        with (
            found.assumed([other for other in allowed if other != each]) as client,
            pytest.raises(REFUSED, match=r"403|AccessDenied|need s3:GetObject|need s3:ListBucket"),
        ):
            deliver(deployment, client)


def test_a_functions_role_can_do_nothing_else(deployment: Deployment, role: GetRole) -> None:
    for name in FUNCTIONS:
        log = log_of(deployment, name)
        assert sorted(grants(role(name).statements)) == [
            Grant("logs:CreateLogStream", log),
            Grant("logs:PutLogEvents", log),
            Grant("s3:PutObject", f"arn:aws:s3:::{BUCKET}/coverage/*"),
        ]
    found = role("OrderService")
    with found.assumed(grants(found.statements)) as client:
        for what, call in forbidden(deployment, client).items():
            assert denied(call), what


def forbidden(deployment: Deployment, client: Client) -> dict[str, Callable[[], Any]]:
    """What nobody but who deploys should be able to do, and some of what the combiner may."""
    s3, sqs, queue = client("s3"), client("sqs"), _queue(deployment, "Bundles")
    function = deployment.physical("Combiner", "AWS::Lambda::Function")
    of_bundle = {"Bucket": BUCKET, "Key": KEY}
    return {
        "read a bundle": lambda: s3.get_object(**of_bundle),
        "delete a bundle": lambda: s3.delete_object(**of_bundle),
        "list bundles": lambda: s3.list_objects_v2(Bucket=BUCKET, Prefix="coverage/"),
        "write a result": lambda: s3.put_object(Bucket=BUCKET, Key="combined/x", Body=b""),
        "write elsewhere": lambda: s3.put_object(Bucket=BUCKET, Key="x", Body=b""),
        "write to another bucket": lambda: s3.put_object(
            Bucket=f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}", Key=KEY, Body=b""
        ),
        "list buckets": lambda: s3.list_buckets(),
        "drop the bucket's policy": lambda: s3.delete_bucket_policy(Bucket=BUCKET),
        "delete the bucket": lambda: s3.delete_bucket(Bucket=BUCKET),
        "take messages": lambda: sqs.receive_message(QueueUrl=queue),
        "send messages": lambda: sqs.send_message(QueueUrl=queue, MessageBody="x"),
        "invoke a function": lambda: client("lambda").invoke(FunctionName=function),
        "make a log": lambda: client("logs").create_log_group(logGroupName="x"),
        "read logs": lambda: client("logs").describe_log_groups(),
        "write metrics": lambda: client("cloudwatch").put_metric_data(
            Namespace="x", MetricData=[{"MetricName": "x", "Value": 1}]
        ),
        "make a role": lambda: client("iam").create_role(
            RoleName="x", AssumeRolePolicyDocument="{}"
        ),
        "use keys": lambda: client("kms").list_keys(),
    }


def test_the_combiners_role_lets_it_combine_and_each_of_its_rights_is_needed(
    deployment: Deployment, role: GetRole
) -> None:
    found = role("Combiner")
    allowed = grants(found.statements)
    _ready(deployment)
    with found.assumed(allowed) as client:
        combine(deployment, client)
    assert len(allowed) == 10
    for each in allowed:
        _ready(deployment)
        with (
            found.assumed([other for other in allowed if other != each]) as client,
            pytest.raises(REFUSED, match=r"403|AccessDenied|need s3:GetObject|need s3:ListBucket"),
        ):
            combine(deployment, client)


def test_the_combiners_role_leaves_bundles_and_all_else_alone(
    deployment: Deployment, role: GetRole
) -> None:
    found = role("Combiner")
    may = {"read a bundle", "list bundles", "write a result", "take messages", "send messages"}
    with found.assumed(grants(found.statements)) as client:
        for what, call in forbidden(deployment, client).items():
            assert denied(call) == (what not in may), what
        s3 = client("s3")
        assert denied(s3.put_object, Bucket=BUCKET, Key=KEY, Body=b"")
        assert denied(s3.delete_object, Bucket=BUCKET, Key="combined/2026/11/28/summary.json")
        assert denied(s3.get_object, Bucket=BUCKET, Key="elsewhere")


def test_the_combiner_takes_from_one_queue_and_sends_to_the_other(
    deployment: Deployment, role: GetRole
) -> None:
    """moto compares no queue's ARN."""
    queue, dead = (
        deployment.arn(deployment.logical(f"Combiner{each}", "AWS::SQS::Queue"))
        for each in ("Bundles", "DeadLetters")
    )
    found = [each for each in grants(role("Combiner").statements) if each.action[:4] == "sqs:"]
    assert sorted(found) == [
        Grant("sqs:DeleteMessage", queue),
        Grant("sqs:GetQueueAttributes", queue),
        Grant("sqs:ReceiveMessage", queue),
        Grant("sqs:SendMessage", dead),
    ]


def test_the_inventory_is_uploaded_by_a_role_that_can_do_nothing_else(
    deployment: Deployment, role: GetRole
) -> None:
    found = role("Inventory")
    (name,) = deployment.names("Custom::AWS")
    call = json.loads(deployment.properties(name)["Create"])
    assert (call["service"], call["action"]) == ("S3", "copyObject")
    source, target = call["parameters"]["CopySource"], call["parameters"]["Key"]
    allowed = grants(found.statements)
    log = log_of(deployment, "Inventory")
    assert sorted(allowed) == [
        Grant("logs:CreateLogStream", log),
        Grant("logs:PutLogEvents", log),
        Grant("s3:GetObject", f"arn:aws:s3:::{source}"),
        Grant("s3:PutObject", f"arn:aws:s3:::{BUCKET}/{target}"),
    ]
    bucket, _, key = source.partition("/")

    def upload(client: Client) -> None:
        _write_log(deployment, client, "Inventory")
        client("s3").get_object(Bucket=bucket, Key=key)  # which CopyObject does on AWS
        client("s3").copy_object(**call["parameters"])

    with found.assumed(allowed) as client:
        upload(client)
        for what, other in forbidden(deployment, client).items():
            assert denied(other), what
    stored = deployment.client("s3").get_object(Bucket=BUCKET, Key=target)["Body"].read()
    assert "app.py" in unpack(stored, target).units
    for each in allowed:
        with (
            found.assumed([other for other in allowed if other != each]) as client,
            pytest.raises(ClientError, match=r"403|AccessDenied"),
        ):
            upload(client)


def test_what_the_documents_say_is_what_is_deployed(deployment: Deployment) -> None:
    def documented(text: str) -> Any:
        return json.loads(text.replace("my-usage-bucket", BUCKET))["Statement"]

    def deployed(name: str, taken: set[str]) -> list[Any]:
        logical = deployment.logical(f"{name}May", "AWS::IAM::Role")
        (policy,) = deployment.properties(logical)["Policies"]
        return [
            each for each in policy["PolicyDocument"]["Statement"] if _service(each) not in taken
        ]

    for name in FUNCTIONS:
        assert deployed(name, {"logs"}) == documented(policy("The function"))
    assert deployed("Combiner", {"logs", "sqs"}) == documented(policy("Role", COMBINER))
    page = COMBINER.read_text("utf-8")
    for each in grants(policies.queues("queue", "dead letters")):
        assert f"`{each.action}`" in page


def _service(statement: Any) -> str:
    action = statement["Action"]
    return str(action if isinstance(action, str) else action[0]).partition(":")[0]
