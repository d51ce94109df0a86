"""Our requests are signed as botocore signs them, and end in one clear error."""

from __future__ import annotations

import datetime
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_usage.delivery.s3 import Credentials, Endpoint, UploadError, put_object, sign

KEYS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
NOW = 1_790_000_000.0


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


@contextmanager
def server(answers: list[tuple[int, dict[str, str], bytes]]) -> Iterator[tuple[str, list[bytes]]]:
    """An HTTP server that gives *answers*, one after the other, and keeps what it was sent."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            status, headers, body = answers[min(len(bodies), len(answers)) - 1]
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_port}", bodies
        finally:
            running.shutdown()
            thread.join()


def put(url: str, timeout: float = 20) -> None:
    put_object(Endpoint("bucket", "us-east-1", url), "key", b"body", KEYS, timeout)


def test_a_passing_fault_is_tried_again() -> None:
    with server([(503, {}, b""), (500, {}, b""), (200, {}, b"")]) as (url, bodies):
        put(url)
    assert bodies == [b"body"] * 3


def test_a_refusal_is_not_tried_again_and_says_what_s3_said() -> None:
    refusal = b"<Error><Code>AccessDenied</Code></Error>"
    with server([(403, {}, refusal)]) as (url, bodies):
        with pytest.raises(UploadError, match=r"HTTP 403 AccessDenied .* bucket bucket"):
            put(url)
        assert len(bodies) == 1


def test_a_bucket_in_another_region_is_found_there() -> None:
    moved = (301, {"x-amz-bucket-region": "eu-west-1"}, b"")
    with server([moved, (200, {}, b"")]) as (url, bodies):
        put(url)
    assert len(bodies) == 2


def test_no_server_is_one_clear_error() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(UploadError, match="Refused"):
            put(f"http://127.0.0.1:{port}")


def test_a_server_that_never_answers_costs_no_more_than_the_timeout() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(UploadError, match=r"[Tt]ime"),
    ):
        put(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.3)


def test_credentials_are_those_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert Credentials.from_environment() is None
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    assert Credentials.from_environment() == Credentials("a", "b", "")
