"""Our requests are signed as botocore signs them, and sent where AWS has the bucket."""

from __future__ import annotations

import base64
import datetime
import hashlib
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_usage.delivery.s3 import Endpoint
from lambda_usage.delivery.signing import Credentials, sign

from .s3_answers import (
    KEYS,
    NOW,
    Answer,
    put,
    server,
)


@given(
    st.text("abcdefgh/ +=&%é~_.-", min_size=1, max_size=30).filter(lambda key: "//" not in key),
    st.binary(max_size=50),
    st.sampled_from(["", "session+token=="]),
    st.sampled_from(["", "http://127.0.0.1:8333"]),
)
def test_signatures_are_those_of_botocore(key: str, body: bytes, token: str, url: str) -> None:
    pytest.importorskip("botocore")
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials as BotocoreCredentials

    ours = Credentials(KEYS.key_id, KEYS.secret, token)
    scheme, host, path = Endpoint("bucket", "eu-west-1", url).locate(key)
    headers = sign("PUT", host, path, body, "eu-west-1", ours, NOW)
    request = AWSRequest("PUT", f"{scheme}://{host}{path}", data=body)
    theirs = BotocoreCredentials(KEYS.key_id, KEYS.secret, token or None)
    moment = datetime.datetime.fromtimestamp(NOW, datetime.UTC)
    signer = S3SigV4Auth(theirs, "s3", "eu-west-1")
    request.context["payload_signing_enabled"] = True
    with (
        mock.patch("botocore.auth.get_current_datetime", return_value=moment),
        mock.patch.object(signer, "_should_sha256_sign_payload", return_value=True),
    ):
        signer.add_auth(request)
    assert headers["authorization"] == request.headers["Authorization"]


@pytest.mark.parametrize(
    ("bucket", "region", "url", "expected"),
    [
        ("b", "eu-west-1", "", ("https", "b.s3.eu-west-1.amazonaws.com", "/k/a%20b")),
        ("b.c", "eu-west-1", "", ("https", "s3.eu-west-1.amazonaws.com", "/b.c/k/a%20b")),
        ("b", "cn-north-1", "", ("https", "b.s3.cn-north-1.amazonaws.com.cn", "/k/a%20b")),
        ("b", "x", "http://127.0.0.1:9/base/", ("http", "127.0.0.1:9", "/base/b/k/a%20b")),
    ],
)
def test_a_bucket_is_found_where_aws_has_it(
    bucket: str, region: str, url: str, expected: tuple[str, str, str]
) -> None:
    assert Endpoint(bucket, region, url).locate("k/a b") == expected


def test_the_body_has_a_checksum_and_every_header_of_amazons_is_signed() -> None:
    with server(Answer(200)) as found:
        put(found.url, headers={"x-amz-server-side-encryption": "AES256"})
    (headers,) = found.headers
    digest = base64.b64encode(hashlib.sha256(b"body").digest()).decode()
    assert headers["x-amz-checksum-sha256"] == digest
    signed = headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    assert {name for name in headers if name.startswith("x-amz-")} <= set(signed)
    assert "x-amz-server-side-encryption" in signed


def test_credentials_are_those_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert Credentials.from_environment() is None
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    assert Credentials.from_environment() == Credentials("a", "b", "")


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({"AWS_ENDPOINT_URL": "http://a"}, "http://a"),
        ({"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_S3": "http://b"}, "http://b"),
        ({"AWS_ENDPOINT_URL": "http://a", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, ""),
    ],
)
def test_the_endpoint_is_that_of_the_environment(
    variables: dict[str, str], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert Endpoint.from_environment("bucket").url == url
