"""Uploads of a process whose clock jumps: it was frozen, or set back."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from lambda_usage.delivery import pauses, s3

from .s3_answers import (
    NOW,
    SLOW_DOWN,
    Answer,
    put,
    refused,
    server,
)


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
