"""Our requests are tried again where that can help, and end in one clear error."""

from __future__ import annotations

import socket
import ssl

import pytest

from lambda_usage.delivery import pauses, s3
from lambda_usage.delivery.signing import Credentials

from .s3_answers import (
    HANG_UP,
    SLOW_DOWN,
    Answer,
    Sleeps,
    code,
    put,
    refused,
    server,
)


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
