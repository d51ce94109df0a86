"""Tells the owners of tests what has changed."""

from __future__ import annotations

import json
import urllib.request
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING

from models.test_case import TestCase
from models.test_result import TestResult
from utils.date_utils import to_iso, utc_now

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

NOTIFICATIONS = "notifications"


class Channel(ABC):
    """A way to reach somebody."""

    @abstractmethod
    def send(self, recipient: str, subject: str, lines: Iterable[str]) -> None:
        """Tell somebody something."""
        raise NotImplementedError


class Outbox(Channel):
    """A table from which another service delivers."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def send(self, recipient: str, subject: str, lines: Iterable[str]) -> None:
        self._table.put_item(
            Item={
                "notification_id": uuid.uuid4().hex,
                "created_at": to_iso(utc_now()),
                "recipient": recipient,
                "subject": subject,
                "body": "\n".join(lines),
            }
        )


class ChatRoom(Channel):
    """A webhook, from before there was an outbox."""

    def __init__(self, url: str, timeout_s: float = 3.0) -> None:
        self._url = url
        self._timeout_s = timeout_s

    def send(self, recipient: str, subject: str, lines: Iterable[str]) -> None:
        text = self._mention(recipient) + subject + "".join(f"\n> {line}" for line in lines)
        request = urllib.request.Request(
            self._url,
            data=json.dumps({"text": text}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=self._timeout_s) as answer:
            answer.read()

    @staticmethod
    def _mention(recipient: str) -> str:
        return f"<@{recipient}> " if recipient else ""


class Notifier:
    """Says what is worth saying."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def test_broke(self, test: TestCase, result: TestResult) -> None:
        """A test that passed fails now."""
        if not test.owner:
            return
        subject = f"{test.name} fails in {result.environment}"
        lines = (f"{each.name}: {each.message}" for each in result.failures)
        self._channel.send(test.owner, subject, lines)

    def weekly_digest(self, owner: str, broken: Iterable[TestCase]) -> None:
        """All of somebody's tests that fail."""
        names = sorted(test.name for test in broken if test.owner == owner)
        if names:
            self._channel.send(owner, f"{len(names)} of your tests fail", names)
