"""Stores: what is found, what is fetched, what is written, and what is said when it fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lambda_usage.combine.errors import BundleGoneError, StoreAddressError, StoreError
from lambda_usage.combine.stores import open_store, put_at

BUCKET = "usage-bucket"


def names(address: str, prefix: str = "") -> list[str]:
    return [bundle.name for bundle in open_store(address).bundles(prefix)]


def touch(path: Path, content: bytes = b"x") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def put(s3: Any, *keys: str) -> None:
    for key in keys:
        s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())


def test_a_folder_lists_bundles_at_any_depth_and_nothing_else(tmp_path: Path) -> None:
    for name in ("2026/11/20/a.coverage", "b.coverage", "notes.txt", "2026/report.json"):
        touch(tmp_path / name)
    assert sorted(names(str(tmp_path))) == ["2026/11/20/a.coverage", "b.coverage"]


def test_a_folder_lists_by_prefix_as_s3_does(tmp_path: Path) -> None:
    for name in ("2026/10/31/a.coverage", "2026/11/01/b.coverage", "2026/12/01/c.coverage"):
        touch(tmp_path / name)
    assert names(str(tmp_path), "2026/11/") == ["2026/11/01/b.coverage"]
    assert names(str(tmp_path), "2026/1") == [
        "2026/10/31/a.coverage",
        "2026/11/01/b.coverage",
        "2026/12/01/c.coverage",
    ]
    assert names(str(tmp_path), "2027/") == []


def test_a_file_url_is_a_folder(tmp_path: Path) -> None:
    touch(tmp_path / "with space" / "a.coverage")
    assert names((tmp_path / "with space").as_uri()) == ["a.coverage"]


def test_an_address_that_names_a_file_is_that_file(tmp_path: Path) -> None:
    touch(tmp_path / "all.usage", b"content")
    store = open_store(str(tmp_path / "all.usage"))
    single = store.single()
    assert single is not None
    assert (single.name, single.size) == ("all.usage", 7)
    assert store.fetch(single.name, tmp_path / "copy").read_bytes() == b"content"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"there is no folder .*nowhere: check the path"):
        names(str(tmp_path / "nowhere"))


def test_a_bundle_that_vanished_is_told_from_a_store_that_fails(tmp_path: Path) -> None:
    with pytest.raises(BundleGoneError):
        open_store(str(tmp_path)).fetch("gone.coverage", tmp_path / "copy")


def test_what_is_put_in_a_folder_replaces_and_leaves_nothing_else(tmp_path: Path) -> None:
    touch(tmp_path / "source", b"new")
    touch(tmp_path / "store/deep/target", b"old")
    open_store(str(tmp_path / "store")).put(tmp_path / "source", "deep/target")
    assert [path.name for path in (tmp_path / "store/deep").iterdir()] == ["target"]
    assert (tmp_path / "store/deep/target").read_bytes() == b"new"


def test_a_put_that_fails_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    touch(tmp_path / "target", b"old")
    with pytest.raises(StoreError, match="cannot write"):
        open_store(str(tmp_path)).put(tmp_path / "no such source", "target")
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
    assert (tmp_path / "target").read_bytes() == b"old"


def test_a_file_in_the_way_of_a_folder_is_named(tmp_path: Path) -> None:
    touch(tmp_path / "file")
    with pytest.raises(StoreError, match=r"cannot write .*file/target"):
        put_at(tmp_path / "file", str(tmp_path / "file" / "target"))


@pytest.mark.parametrize("address", ["ftp://host/folder", "s3://", "s3:///key", "file://", ""])
def test_an_address_without_sense_is_refused_before_anything_is_touched(address: str) -> None:
    with pytest.raises(StoreAddressError):
        open_store(address)


@pytest.mark.parametrize("address", ["s3://bucket", "s3://bucket/folder/", "folder/"])
def test_an_output_must_be_a_file(address: str, tmp_path: Path) -> None:
    touch(tmp_path / "source")
    with pytest.raises(StoreAddressError, match="name a file"):
        put_at(tmp_path / "source", address)


def test_s3_lists_more_than_a_page_in_order(s3: Any) -> None:
    keys = [f"coverage/2026/11/20/f-{number:04}.coverage" for number in range(1005)]
    put(s3, *keys)
    found = names(f"s3://{BUCKET}/coverage")
    assert found == [key.removeprefix("coverage/") for key in keys]


def test_s3_skips_what_does_not_end_like_a_bundle(s3: Any) -> None:
    put(s3, "coverage/a.coverage", "coverage/report.json", "coverage/", "coverage/b.coverage.tmp")
    assert names(f"s3://{BUCKET}/coverage/") == ["a.coverage"]


def test_an_s3_address_is_a_folder_and_not_the_beginning_of_a_name(s3: Any) -> None:
    put(s3, "coverage/a.coverage", "coverage-old/b.coverage")
    assert names(f"s3://{BUCKET}/coverage") == ["a.coverage"]
    assert names(f"s3://{BUCKET}", "coverage") == ["coverage-old/b.coverage", "coverage/a.coverage"]


def test_an_s3_prefix_is_below_the_address(s3: Any) -> None:
    put(s3, "coverage/2026/11/01/a.coverage", "coverage/2026/12/01/b.coverage")
    assert names(f"s3://{BUCKET}/coverage", "2026/11/") == ["2026/11/01/a.coverage"]


def test_an_s3_address_may_name_one_object(s3: Any, tmp_path: Path) -> None:
    put(s3, "combined/all.coverage", "combined/all.coverage.bak")
    store = open_store(f"s3://{BUCKET}/combined/all.coverage")
    single = store.single()
    assert single is not None
    fetched = store.fetch(single.name, tmp_path / "copy")
    assert fetched.read_bytes() == b"combined/all.coverage"
    assert open_store(f"s3://{BUCKET}/combined").single() is None
    assert open_store(f"s3://{BUCKET}/combined/").single() is None


def test_s3_fetches_and_puts(s3: Any, tmp_path: Path) -> None:
    touch(tmp_path / "source", b"content")
    target = put_at(tmp_path / "source", f"s3://{BUCKET}/out/all.coverage")
    assert target == f"s3://{BUCKET}/out/all.coverage"
    copy = open_store(f"s3://{BUCKET}/out").fetch("all.coverage", tmp_path / "copy")
    assert copy.read_bytes() == b"content"


def test_a_download_that_breaks_off_is_tried_again(
    s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.exceptions import IncompleteReadError

    from lambda_usage.combine._s3 import S3Store

    put(s3, "a.coverage")
    attempts = []
    whole = S3Store._download

    def flaky(self: S3Store, key: str, to_path: Path) -> None:
        attempts.append(key)
        if len(attempts) < 3:
            raise IncompleteReadError(actual_bytes=1, expected_bytes=2)
        whole(self, key, to_path)

    monkeypatch.setattr(S3Store, "_download", flaky)
    copy = open_store(f"s3://{BUCKET}").fetch("a.coverage", tmp_path / "copy")
    assert copy.read_bytes() == b"a.coverage"


def test_a_missing_bucket_is_named_with_what_to_check(s3: Any) -> None:
    with pytest.raises(StoreError, match=r"there is no bucket 'wrong-bucket': check the name"):
        names("s3://wrong-bucket/coverage")


def test_an_object_that_expired_is_told_from_a_store_that_fails(s3: Any, tmp_path: Path) -> None:
    with pytest.raises(BundleGoneError, match="deleted while the store was being read"):
        open_store(f"s3://{BUCKET}").fetch("gone.coverage", tmp_path / "copy")


def test_an_impossible_bucket_name_is_a_wrong_address(s3: Any) -> None:
    with pytest.raises(StoreAddressError, match="no valid bucket name"):
        names("s3://no such bucket!/x")


def test_missing_credentials_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)  # it keeps the credentials it has found
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StoreError, match=r"no AWS credentials .*AWS_PROFILE"):
        names("s3://bucket/coverage")


def test_an_endpoint_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StoreError, match=r"cannot reach S3 .*AWS_ENDPOINT_URL"):
        names("s3://bucket/coverage")


def test_an_endpoint_that_is_no_url_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "not a url")
    with pytest.raises(StoreError, match="check AWS_ENDPOINT_URL"):
        names("s3://bucket/coverage")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDenied", "not allowed to list .* need s3:ListBucket"),
        ("ExpiredToken", "refuses the credentials .*ExpiredToken.*log in again"),
        ("PermanentRedirect", "in another region .*set AWS_REGION"),
        ("SlowDown", "cannot list .*SlowDown"),
    ],
)
def test_each_refusal_of_s3_says_what_to_do(
    code: str, words: str, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.exceptions import ClientError

    from lambda_usage.combine._s3_errors import Action, translated

    with pytest.raises(StoreError, match=words), translated(Action.LIST, BUCKET, "coverage/"):
        raise ClientError({"Error": {"Code": code, "Message": "two\nlines"}}, "ListObjectsV2")


def test_an_error_that_is_not_s3s_stays_what_it_is() -> None:
    from lambda_usage.combine._s3_errors import Action, translated

    with pytest.raises(KeyError), translated(Action.READ, BUCKET, "key"):
        raise KeyError("ours")
