"""Where bundles go, by what ``COVERAGE_S3_BUCKET`` says."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lambda_usage.delivery.targets import (
    Encryption,
    FolderTarget,
    Parcel,
    S3Target,
    Target,
    make_target,
)
from tests.unit.support import run_fresh

KEY = "coverage/2026/01/01/f-x-000000.coverage"


def put(target: Target, body: bytes, key: str = KEY, *, once: bool = False) -> None:
    target.put(Parcel(body, key, once), lambda _seconds: False)


@pytest.mark.parametrize("bucket", ["usage-data", "s3://usage-data", "s3://usage-data/"])
def test_a_bucket_name_means_s3(bucket: str) -> None:
    target = make_target(bucket, 30)
    assert isinstance(target, S3Target)
    assert target.url(KEY) == f"s3://usage-data/{KEY}"


def test_folders_and_file_urls_mean_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    for bucket, folder in {
        "/tmp/usage": "/tmp/usage",
        "/tmp/usage/": "/tmp/usage",
        "./usage": "./usage",
        "../usage": "../usage",
        "~/usage": "/home/me/usage",
        "file:///tmp/usage": "/tmp/usage",
        "file:///tmp/my%20usage": "/tmp/my usage",
    }.items():
        target = make_target(bucket, 30)
        assert isinstance(target, FolderTarget), bucket
        assert target.url("a/b") == f"{folder}/a/b", bucket


def test_a_folder_takes_bundles_under_their_keys(tmp_path: Path) -> None:
    target = FolderTarget(str(tmp_path / "new" / "store"))
    put(target, b"content")
    assert (tmp_path / "new" / "store" / KEY).read_bytes() == b"content"
    assert Path(target.url(KEY)) == tmp_path / "new" / "store" / KEY


def test_a_bundle_appears_in_a_folder_complete_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete: list[bytes] = []

    def power_fails(source: str, _goal: str) -> None:
        complete.append(Path(source).read_bytes())
        assert not list(tmp_path.rglob("*.coverage"))
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "replace", power_fails)
    with pytest.raises(OSError, match="Input/output"):
        put(FolderTarget(str(tmp_path)), b"content")
    assert complete == [b"content"]
    assert not list(tmp_path.rglob("*.coverage"))


def test_nothing_but_the_bundle_stays_in_a_folder(tmp_path: Path) -> None:
    target = FolderTarget(str(tmp_path))
    put(target, b"content")
    put(target, b"again")
    assert [each.name for each in (tmp_path / KEY).parent.iterdir()] == [Path(KEY).name]
    assert (tmp_path / KEY).read_bytes() == b"again"


def test_making_a_target_imports_nothing_that_uploads(tmp_path: Path) -> None:
    done = run_fresh(
        """\
        import sys
        from lambda_usage.delivery.targets import make_target
        make_target("usage-data", 30).url("k")
        print([name for name in ("boto3", "http.client", "ssl") if name in sys.modules])
        """,
        tmp_path,
    )
    assert done.stdout == "[]\n", done.stderr


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def s3(credentials: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, str]]:
    """A client of a local S3 server, and a bucket in it."""
    server_module = pytest.importorskip("moto.server", reason="needs moto[server]")
    boto3 = pytest.importorskip("boto3")
    server = server_module.ThreadedMotoServer(port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        client = boto3.client("s3")
        location = {"LocationConstraint": "eu-central-1"}
        bucket = f"usage-{os.urandom(4).hex()}"  # servers in one process share their buckets
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration=location)
        yield client, bucket
        client.close()
    finally:
        server.stop()


def test_a_bucket_takes_bundles_under_their_keys(s3: tuple[Any, str]) -> None:
    client, bucket = s3
    target = make_target(bucket, 30)
    put(target, b"content")
    put(target, b"other", "odd key+\u00e9")
    assert client.get_object(Bucket=bucket, Key=KEY)["Body"].read() == b"content"
    found = client.list_objects_v2(Bucket=bucket)["Contents"]
    assert {each["Key"] for each in found} == {KEY, "odd key+\u00e9"}


def test_a_bucket_that_is_not_there_is_an_error(s3: tuple[Any, str]) -> None:
    with pytest.raises(Exception, match="NoSuchBucket"):
        put(make_target("no-such-bucket", 30), b"content")


def test_a_server_that_is_not_there_is_an_error(
    credentials: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as unused:  # bound, and nobody listens
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(Exception, match="ConnectionRefusedError"):
            put(make_target("usage-data", 5), b"content")


def test_without_credentials_in_the_environment_boto3_finds_some(
    credentials: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    calls: list[dict[str, object]] = []

    class Client:
        def put_object(self, **options: object) -> None:
            calls.append(options)

    clients: list[str] = []

    class Session:
        def client(self, name: str) -> Client:
            clients.append(name)
            return Client()

    boto3 = pytest.importorskip("boto3")
    monkeypatch.setattr(boto3.session, "Session", Session)
    target = make_target("usage-data", 30)
    for body in (b"a", b"b"):
        put(target, body)
    put(make_target("usage-data", 30, Encryption(kms_key="k")), b"c")
    assert calls.pop() == {
        "Bucket": "usage-data",
        "Key": KEY,
        "Body": b"c",
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": "k",
    }
    assert calls == [{"Bucket": "usage-data", "Key": KEY, "Body": body} for body in (b"a", b"b")]
    assert clients == ["s3"] * 2  # one client serves all uploads of a target


@pytest.mark.parametrize(
    ("encryption", "headers"),
    [
        (Encryption(), {}),
        (Encryption("AES256"), {"x-amz-server-side-encryption": "AES256"}),
        (
            Encryption("aws:kms:dsse", "arn:aws:kms:eu-west-1:1:key/k"),
            {
                "x-amz-server-side-encryption": "aws:kms:dsse",
                "x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:eu-west-1:1:key/k",
            },
        ),
    ],
)
def test_encryption_is_asked_for_where_it_is_wanted(
    encryption: Encryption, headers: dict[str, str]
) -> None:
    assert encryption.headers() == headers


def test_a_bucket_keeps_bundles_encrypted_as_asked(s3: tuple[Any, str]) -> None:
    client, bucket = s3
    put(make_target(bucket, 30, Encryption("aws:kms", "some-key")), b"content")
    found = client.head_object(Bucket=bucket, Key=KEY)
    assert (found["ServerSideEncryption"], found["SSEKMSKeyId"]) == ("aws:kms", "some-key")


def test_a_bundle_that_lies_there_already_is_left_as_it_is(s3: tuple[Any, str]) -> None:
    client, bucket = s3
    target = make_target(bucket, 30)
    for body in (b"first", b"second"):
        put(target, body, once=True)
    assert client.get_object(Bucket=bucket, Key=KEY)["Body"].read() == b"first"
