"""Our requests are signed as botocore signs them, and end in one clear error."""

from __future__ import annotations

import base64
import datetime
import hashlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, NamedTuple
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_usage.delivery import pauses, s3
from lambda_usage.delivery.s3 import Endpoint, Upload, put_object
from lambda_usage.delivery.signing import Credentials, sign
from lambda_usage.delivery.targets import UploadError

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


class Answer(NamedTuple):
    status: int
    headers: dict[str, str] = {}
    body: bytes = b""


HANG_UP = Answer(0)
"""Ends the connection without an answer, when all was received."""


@dataclass
class Server:
    """Gives *answers*, one after the other, the last for ever, and keeps what it was sent."""

    answers: list[Answer]
    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[Message] = field(default_factory=list)


def code(name: str) -> bytes:
    return f"<Error><Code>{name}</Code></Error>".encode()


@contextmanager
def server(*answers: Answer) -> Iterator[Server]:
    found = Server(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            found.headers.append(self.headers)
            found.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            answer = found.answers[min(len(found.bodies), len(found.answers)) - 1]
            if answer is HANG_UP:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        try:
            found.url = f"http://127.0.0.1:{running.server_port}"
            yield found
        finally:
            running.shutdown()
            thread.join()


class Sleeps(list[float]):
    """Stands for ``time.sleep``: notes the pauses and makes none."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def put(
    url: str,
    timeout: float = 20,
    *,
    once: bool = False,
    credentials: Callable[[], Credentials | None] = lambda: KEYS,
    sleep: Callable[[float], object] | None = None,
    headers: dict[str, str] | None = None,
) -> None:
    endpoint = Endpoint("bucket", "us-east-1", url)
    upload = Upload(endpoint, "key", b"body", headers or {}, once, credentials)
    put_object(upload, timeout, sleep=Sleeps() if sleep is None else sleep)


def refused(url: str, **options: Any) -> UploadError:
    with pytest.raises(UploadError) as caught:
        put(url, **options)
    return caught.value


SLOW_DOWN = Answer(503, body=code("SlowDown"))


@pytest.mark.parametrize(
    "passing",
    [
        SLOW_DOWN,
        Answer(500, body=code("InternalError")),
        Answer(502),
        Answer(504),
        Answer(429),
        Answer(400, body=code("RequestTimeout")),
        Answer(403, body=code("RequestTimeTooSkewed")),
        Answer(400, body=code("ExpiredToken")),
        HANG_UP,
    ],
    ids=lambda answer: f"{answer.status}-{answer.body.decode()}",
)
def test_a_passing_fault_is_tried_again(passing: Answer) -> None:
    with server(passing, passing, Answer(200)) as found:
        put(found.url)
    assert found.bodies == [b"body"] * 3


@pytest.mark.parametrize(
    "lasting",
    [
        Answer(403, body=code("AccessDenied")),
        Answer(404, body=code("NoSuchBucket")),
        Answer(400, body=code("InvalidArgument")),
        Answer(403, body=code("InvalidAccessKeyId")),
        Answer(412),
    ],
    ids=lambda answer: f"{answer.status}-{answer.body.decode()}",
)
def test_a_refusal_is_not_tried_again_and_says_what_s3_said(lasting: Answer) -> None:
    with server(lasting) as found:
        error = refused(found.url)
    assert len(found.bodies) == 1
    assert f"HTTP {lasting.status} {s3._Answer(*lasting).code}".strip() in str(error)
    assert "bucket bucket" in str(error)
    assert error.lasting
    assert not error.maybe_stored


def test_a_store_that_keeps_failing_is_asked_only_so_often_with_longer_and_longer_pauses() -> None:
    sleeps = Sleeps()
    with server(SLOW_DOWN) as found:
        error = refused(found.url, timeout=3600, sleep=sleeps)
    assert len(found.bodies) == s3.ATTEMPTS
    assert len(sleeps) == s3.ATTEMPTS - 1
    for number, pause in enumerate(sleeps):
        assert 0 <= pause <= min(0.2 * 2**number, 5)
    assert not error.lasting
    assert not error.maybe_stored  # throttled requests are not carried out


def test_pauses_are_random_lest_a_fleet_asks_at_once() -> None:
    found = {pauses.jittered(0, 1) for _ in range(50)}
    assert len(found) == 50
    assert min(found) < 0.5 < max(found)


def test_pauses_end_with_the_process() -> None:
    with server(SLOW_DOWN) as found:
        refused(found.url, sleep=lambda _: True)
    assert len(found.bodies) == 1


@pytest.mark.parametrize(
    ("answers", "maybe"),
    [
        ((HANG_UP, SLOW_DOWN), True),
        ((Answer(500), SLOW_DOWN), True),
        ((SLOW_DOWN,), False),
        ((Answer(500), Answer(403)), True),
    ],
)
def test_what_may_have_been_stored_is_said_to_be(answers: tuple[Answer, ...], maybe: bool) -> None:
    with server(*answers) as found:
        assert refused(found.url).maybe_stored is maybe


def test_what_never_left_was_certainly_not_stored() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        error = refused(f"http://127.0.0.1:{unused.getsockname()[1]}")
    assert "Refused" in str(error)
    assert not error.maybe_stored
    assert not error.lasting


def test_a_bucket_in_another_region_is_found_there() -> None:
    moved = Answer(301, {"x-amz-bucket-region": "eu-west-1"})
    with server(moved, Answer(200)) as found:
        put(found.url)
    assert "/eu-west-1/s3/" in found.headers[1]["authorization"]


def test_two_regions_that_each_name_the_other_end_in_an_error() -> None:
    there, here = (Answer(301, {"x-amz-bucket-region": each}) for each in ("a", "us-east-1"))
    with server(*[there, here] * 10) as found:
        refused(found.url)
    assert len(found.bodies) == s3.ATTEMPTS


def test_what_may_lie_there_is_stored_only_once() -> None:
    with server(Answer(412)) as found:
        put(found.url, once=True)
    assert found.headers[0]["if-none-match"] == "*"
    with server(Answer(200)) as found:
        put(found.url)
    assert "if-none-match" not in found.headers[0]


def test_a_store_that_does_not_know_if_none_match_is_asked_without_it() -> None:
    with server(Answer(501), Answer(200)) as found:
        put(found.url, once=True)
    assert "if-none-match" not in found.headers[1]


def test_two_writers_at_once_are_tried_again() -> None:
    with server(Answer(409, body=code("ConditionalRequestConflict")), Answer(412)) as found:
        put(found.url, once=True)
    assert len(found.bodies) == 2


def test_the_body_has_a_checksum_and_every_header_of_amazons_is_signed() -> None:
    with server(Answer(200)) as found:
        put(found.url, headers={"x-amz-server-side-encryption": "AES256"})
    (headers,) = found.headers
    digest = base64.b64encode(hashlib.sha256(b"body").digest()).decode()
    assert headers["x-amz-checksum-sha256"] == digest
    signed = headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    assert {name for name in headers if name.startswith("x-amz-")} <= set(signed)
    assert "x-amz-server-side-encryption" in signed


def test_a_server_that_never_answers_costs_no_more_than_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = refused(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.3)
    assert "time" in str(error).lower()
    assert error.maybe_stored


def test_a_certificate_that_is_not_trusted_is_not_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def connection(*_: object) -> None:
        asked.append(1)
        raise ssl.SSLCertVerificationError("self-signed certificate")

    monkeypatch.setattr(s3, "_connection", connection)
    assert refused("https://127.0.0.1:1").lasting
    assert len(asked) == 1


def test_credentials_are_asked_for_anew_for_each_attempt() -> None:
    given = iter([Credentials("OLD", "x", "expired"), Credentials("NEW", "y", "fresh")])
    with server(Answer(400, body=code("ExpiredToken")), Answer(200)) as found:
        put(found.url, credentials=lambda: next(given))
    assert [each["x-amz-security-token"] for each in found.headers] == ["expired", "fresh"]
    assert "Credential=NEW/" in found.headers[1]["authorization"]


def test_credentials_that_are_taken_away_are_one_clear_error() -> None:
    with server(Answer(200)) as found:
        error = refused(found.url, credentials=lambda: None)
    assert "credentials" in str(error)
    assert error.lasting
    assert found.bodies == []


class Frozen:
    """The clocks of a process that is frozen for hours whenever it waits for an answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = NOW
        monkeypatch.setattr(pauses, "time", self)
        monkeypatch.setattr(s3, "time", self)

    def time(self) -> float:
        return self.now

    monotonic = time

    def strftime(self, *arguments: Any) -> str:
        raise AssertionError("signatures ask the real clock module")


def test_an_upload_that_was_frozen_is_tried_again_with_a_new_signature(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Frozen(monkeypatch)
    send = s3._Attempts._send

    def thawed(self: s3._Attempts, seconds: float, watch: pauses.Stopwatch) -> s3._Answer:
        if not found.bodies:
            send(self, seconds, watch)
            clock.now += 6 * 3600
            raise ConnectionResetError("the other side has long gone")
        return send(self, seconds, watch)

    monkeypatch.setattr(s3._Attempts, "_send", thawed)
    with server(Answer(200)) as found:
        put(found.url, timeout=5)
    first, second = (each["x-amz-date"] for each in found.headers)
    assert datetime.datetime.fromisoformat(second) - datetime.datetime.fromisoformat(
        first
    ) == datetime.timedelta(hours=6)


def test_an_upload_that_failed_because_of_a_freeze_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Frozen(monkeypatch)

    def reset(*_: object) -> s3._Answer:
        clock.now += 3600
        raise ConnectionResetError

    monkeypatch.setattr(s3._Attempts, "_send", reset)
    assert refused("http://127.0.0.1:1").frozen


def test_a_clock_that_is_set_back_while_it_waits_ends_nothing_early_and_nothing_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Frozen(monkeypatch)

    def sleep(_seconds: float) -> None:
        clock.now -= 3600

    with server(SLOW_DOWN) as found:
        refused(found.url, timeout=5, sleep=sleep)
    assert len(found.bodies) == s3.ATTEMPTS


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
