"""Where bundles go, by what ``COVERAGE_S3_BUCKET`` says."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lambda_usage.delivery.targets import FolderTarget, S3Target, make_target
from tests.unit.support import run_fresh

KEY = "coverage/2026/01/01/f-x-000000.coverage"


@pytest.fixture
def bundle(tmp_path: Path) -> str:
    path = tmp_path / "bundle"
    path.write_bytes(b"content")
    return str(path)


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


def test_a_folder_takes_bundles_under_their_keys(tmp_path: Path, bundle: str) -> None:
    target = FolderTarget(str(tmp_path / "new" / "store"))
    target.put(bundle, KEY)
    assert (tmp_path / "new" / "store" / KEY).read_bytes() == b"content"
    assert Path(target.url(KEY)) == tmp_path / "new" / "store" / KEY


def test_a_bundle_appears_in_a_folder_complete_or_not_at_all(
    tmp_path: Path, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(_source: str, goal: str) -> None:
        Path(goal).write_bytes(b"con")
        assert not list(tmp_path.rglob("*.coverage"))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", half)
    with pytest.raises(OSError, match="No space"):
        FolderTarget(str(tmp_path)).put(bundle, KEY)
    assert not list(tmp_path.rglob("*.coverage"))


def test_the_last_step_in_a_folder_is_a_rename(
    tmp_path: Path, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced: list[tuple[bytes, str]] = []
    replace = os.replace

    def spy(source: str, goal: str) -> None:
        replaced.append((Path(source).read_bytes(), goal))
        replace(source, goal)

    monkeypatch.setattr(os, "replace", spy)
    target = FolderTarget(str(tmp_path))
    target.put(bundle, KEY)
    assert replaced == [(b"content", target.url(KEY))]
    assert [each.name for each in (tmp_path / KEY).parent.iterdir()] == [Path(KEY).name]


def test_an_s3_target_imports_boto3_only_when_it_uploads(tmp_path: Path) -> None:
    done = run_fresh(
        """\
        import sys
        from lambda_usage.delivery.targets import make_target
        make_target("usage-data", 30).url("k")
        print([name for name in ("boto3", "botocore", "urllib3") if name in sys.modules])
        """,
        tmp_path,
    )
    assert done.stdout == "[]\n", done.stderr


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    moto = pytest.importorskip("moto")
    boto3 = pytest.importorskip("boto3")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with moto.mock_aws():
        client = boto3.client("s3")
        location = {"LocationConstraint": "eu-central-1"}
        client.create_bucket(Bucket="usage-data", CreateBucketConfiguration=location)
        yield client


def test_a_bucket_takes_bundles_under_their_keys(s3: Any, bundle: str) -> None:
    target = make_target("usage-data", 30)
    target.put(bundle, KEY)
    target.put(bundle, "other")
    assert s3.get_object(Bucket="usage-data", Key=KEY)["Body"].read() == b"content"
    found = s3.list_objects_v2(Bucket="usage-data")["Contents"]
    assert {each["Key"] for each in found} == {KEY, "other"}


def test_one_client_serves_all_uploads(s3: Any, bundle: str) -> None:
    target = S3Target("usage-data", 30)
    target.put(bundle, "a")
    first = target._client
    target.put(bundle, "b")
    assert target._client is first


def test_a_bucket_that_is_not_there_is_an_error(s3: Any, bundle: str) -> None:
    with pytest.raises(Exception, match="NoSuchBucket"):
        make_target("no-such-bucket", 30).put(bundle, KEY)


@pytest.mark.parametrize("timeout", [0.05, 3.0, 30.0])
def test_the_timeout_covers_all_attempts(s3: Any, bundle: str, timeout: float) -> None:
    target = S3Target("usage-data", timeout)
    target.put(bundle, KEY)
    config = target._client.meta.config
    attempts = config.retries["total_max_attempts"]
    assert attempts * config.read_timeout <= max(timeout, 0.1 * attempts)
    assert config.connect_timeout <= config.read_timeout
