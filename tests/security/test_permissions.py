"""The documented IAM policies are enough, and no more than is needed.

The policies are taken from docs/operations.md and combiner/README.md as they stand there, given to
a role in moto's server, and enforced by it: it checks the signature and evaluates the role's policy
for each request. What it cannot show: it ignores conditions, so that on the prefix which may be
listed is not tried, and no bucket policy takes part.

Of KMS it shows less. S3 asks for a data key in the name of whoever puts an object, and moto's S3
does not: a put with a key succeeds there without ``kms:GenerateDataKey``. So the call that S3 would
make is made here by the role itself, as AWS documents it for SSE-KMS, and shown to need the
documented action; that no other call is made in its stead, only AWS can show. moto compares no
key's ARN either, so the resource is widened to ``*`` for it, and knows no key policies.
"""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambda_usage.bundle.writer import write_bundle
from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.errors import StoreError
from lambda_usage.combine.inventories import list_inventories, put_inventory
from lambda_usage.combine.stores import open_store
from lambda_usage.delivery.targets import Encryption, Parcel, Target, UploadError, make_target
from tests.fuzz.sound import sound_bundle
from tests.support.documents import BUCKET, COMBINER, OPERATIONS, policy
from tests.support.emulator import ACCESS_KEY, REGION, SECRET_KEY
from tests.support.moto_server import MotoServer
from usage_combiner.periods import Period
from usage_combiner.results import UNCHANGED, Workplace, bring_up_to_date
from usage_combiner.settings import read_settings
from usage_combiner.shelf import Shelf

KEY = "coverage/2026/11/28/orders-0123-000000.coverage"

Role = Callable[[str], None]


@pytest.fixture
def role(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Role]:
    """Gives this process the credentials of a role with a documented policy, and nothing else."""
    with MotoServer() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
        monkeypatch.setenv("AWS_REGION", REGION)
        monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it would keep its credentials
        for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL_S3"):
            monkeypatch.delenv(name, raising=False)
        root = boto3.Session(ACCESS_KEY, SECRET_KEY, region_name=REGION)
        s3 = root.client("s3", endpoint_url=server.endpoint)
        for bucket in (BUCKET, "another-bucket"):
            s3.create_bucket(Bucket=bucket)
        write_bundle(sound_bundle(), tmp_path / "bundle")
        s3.upload_file(str(tmp_path / "bundle"), BUCKET, KEY)

        def assume(document: str) -> None:
            iam = root.client("iam", endpoint_url=server.endpoint)
            trust = {"Version": "2012-10-17", "Statement": []}
            made = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))
            iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=document)
            sts = root.client("sts", endpoint_url=server.endpoint)
            answer = sts.assume_role(RoleArn=made["Role"]["Arn"], RoleSessionName="test")
            given = answer["Credentials"]
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", given["AccessKeyId"])
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", given["SecretAccessKey"])
            monkeypatch.setenv("AWS_SESSION_TOKEN", given["SessionToken"])
            enforce_after(0)

        yield assume


def enforce_after(requests: int) -> None:
    """Let the server take so many requests from anybody, and then only what is permitted."""
    url = f"{os.environ['AWS_ENDPOINT_URL']}/moto-api/reset-auth"
    headers = {"Content-Type": "text/plain"}
    urllib.request.urlopen(urllib.request.Request(url, b"%d" % requests, headers)).close()


@pytest.fixture
def kms_key(role: Role) -> str:
    """The ARN of a key, made before anything is enforced."""
    made = _root().client("kms").create_key()
    return str(made["KeyMetadata"]["Arn"])


def _root() -> boto3.Session:
    return boto3.Session(ACCESS_KEY, SECRET_KEY, region_name=REGION)


def with_key(heading: str, action: str) -> str:
    """A policy with the statement of the page for a KMS key, and *action* in it."""
    document = json.loads(policy(heading))
    statement = json.loads(policy("With a KMS key"))
    assert statement["Resource"].startswith("arn:aws:kms:")
    document["Statement"].append({**statement, "Action": action, "Resource": "*"})
    return json.dumps(document)


def kms_calls(key: str, sealed: bytes = b"x") -> dict[str, Callable[[], Any]]:
    """What can be asked of a key, by its IAM action."""
    kms = boto3.session.Session().client("kms")
    return {
        "kms:GenerateDataKey": lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256"),
        "kms:Decrypt": lambda: kms.decrypt(CiphertextBlob=sealed),
        "kms:Encrypt": lambda: kms.encrypt(KeyId=key, Plaintext=b"x"),
        "kms:DescribeKey": lambda: kms.describe_key(KeyId=key),
        "kms:ListKeys": lambda: kms.list_keys(),
        "kms:PutKeyPolicy": lambda: kms.put_key_policy(KeyId=key, Policy="{}"),
        "kms:ScheduleKeyDeletion": lambda: kms.schedule_key_deletion(KeyId=key),
    }


def put(target: Target, key: str, *, once: bool = False) -> None:
    target.put(Parcel(b"content", key, once), lambda _seconds: None, attempts=1)


def client() -> Any:
    return boto3.session.Session().client("s3")


def denied(call: Callable[..., Any], **parameters: Any) -> bool:
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    return False


def test_the_functions_policy_lets_it_put_bundles_below_its_prefix_and_nothing_else(
    role: Role,
) -> None:
    role(policy("The function"))
    target = make_target(BUCKET, 30)
    put(target, KEY)
    put(target, KEY.replace("000000", "000001"), once=True)
    for bucket, key in ((BUCKET, "elsewhere/x"), ("another-bucket", KEY)):
        with pytest.raises(UploadError, match="403") as refused:
            put(make_target(bucket, 30), key)
        assert refused.value.lasting
    s3 = client()
    assert denied(s3.get_object, Bucket=BUCKET, Key=KEY)
    assert denied(s3.list_objects_v2, Bucket=BUCKET)
    assert denied(s3.delete_object, Bucket=BUCKET, Key=KEY)


def test_without_the_one_permission_nothing_can_be_put(role: Role) -> None:
    role(policy("The function").replace("s3:PutObject", "s3:PutObjectTagging"))
    with pytest.raises(UploadError, match="403"):
        put(make_target(BUCKET, 30), KEY)


def test_the_policy_of_people_lets_them_read_bundles_and_change_nothing(role: Role) -> None:
    role(policy("Whoever reads"))
    combined = combine_store(open_store(f"s3://{BUCKET}/coverage"))
    assert (combined.read, combined.broken) == (1, ())
    assert denied(client().put_object, Bucket=BUCKET, Key=KEY, Body=b"")
    assert denied(client().delete_object, Bucket=BUCKET, Key=KEY)


def test_without_the_permission_to_list_a_store_cannot_be_read(role: Role) -> None:
    role(policy("Whoever reads").replace("s3:ListBucket", "s3:GetBucketTagging"))
    with pytest.raises(StoreError, match="need s3:ListBucket"):
        combine_store(open_store(f"s3://{BUCKET}/coverage"))


def test_the_pipelines_policy_lets_it_read_upload_inventories_and_do_nothing_else(
    role: Role,
) -> None:
    role(policy("The pipeline"))
    store = open_store(f"s3://{BUCKET}/coverage")
    address = put_inventory(store, "orders", "0123", b"packed")
    assert combine_store(store).read == 1
    (uploaded,) = list_inventories(store)["orders"]
    assert address.endswith(uploaded.name)
    s3 = client()
    assert denied(s3.put_object, Bucket=BUCKET, Key=KEY, Body=b"")
    for each in (KEY, f"coverage/{uploaded.name}"):
        assert denied(s3.delete_object, Bucket=BUCKET, Key=each)


def test_whoever_deploys_may_make_buckets_that_begin_with_our_name_and_no_others(
    role: Role,
) -> None:
    role(policy("Whoever deploys"))
    s3 = client()
    assert not denied(s3.create_bucket, Bucket="lambda-usage-dev")
    assert not denied(s3.put_object, Bucket="lambda-usage-dev", Key=KEY, Body=b"")
    assert denied(s3.create_bucket, Bucket="orders")
    assert denied(s3.get_object, Bucket=BUCKET, Key=KEY)
    s3.close()


def test_with_a_key_the_function_may_have_data_keys_made_and_nothing_else(
    role: Role, kms_key: str
) -> None:
    documented = json.loads(policy("With a KMS key"))["Action"]
    assert documented == "kms:GenerateDataKey"
    role(with_key("The function", documented))
    put(make_target(BUCKET, 30, Encryption(kms_key=kms_key)), KEY)
    for action, call in kms_calls(kms_key).items():
        assert denied(call) == (action != documented), action
    assert denied(client().get_object, Bucket=BUCKET, Key=KEY)
    enforce_after(100)
    stored = _root().client("s3").head_object(Bucket=BUCKET, Key=KEY)
    assert (stored["ServerSideEncryption"], stored["SSEKMSKeyId"]) == ("aws:kms", kms_key)


def test_the_policy_without_a_key_allows_no_use_of_one(role: Role, kms_key: str) -> None:
    role(policy("The function"))
    assert all(denied(call) for call in kms_calls(kms_key).values())


def test_whoever_reads_may_decrypt_and_use_the_key_for_nothing_else(
    role: Role, kms_key: str
) -> None:
    assert "`kms:Decrypt`" in OPERATIONS.read_text("utf-8").partition("### With a KMS key\n")[2]
    sealed = _root().client("kms").encrypt(KeyId=kms_key, Plaintext=b"x")["CiphertextBlob"]
    role(with_key("Whoever reads", "kms:Decrypt"))
    for action, call in kms_calls(kms_key, sealed).items():
        assert denied(call) == (action != "kms:Decrypt"), action
    assert combine_store(open_store(f"s3://{BUCKET}/coverage")).read == 1


def test_the_combiners_policy_lets_it_write_results_and_leave_bundles_alone(role: Role) -> None:
    role(policy("Role", COMBINER))
    s3 = client()
    settings = read_settings({"COVERAGE_S3_BUCKET": BUCKET})
    place = Workplace(open_store(settings.store), Shelf(s3, BUCKET, "combined/"), settings)
    for period in ("2026/11/28/", "2026/11/"):
        assert bring_up_to_date(place, Period(period)).summary["bundles"] == 1
        assert bring_up_to_date(place, Period(period)).status == UNCHANGED
    assert denied(s3.put_object, Bucket=BUCKET, Key=KEY, Body=b"")
    for key in (KEY, "combined/2026/11/28/summary.json"):
        assert denied(s3.delete_object, Bucket=BUCKET, Key=key)
    s3.close()
