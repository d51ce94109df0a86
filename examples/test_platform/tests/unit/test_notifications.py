"""What owners are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock, create_autospec

import pytest

from models.test_case import TestCase
from models.test_result import TestResult
from services.notification_service import Channel, Notifier

BROKEN = (
    {"name": "answers", "passed": False, "message": "status is 500: not equals 200"},
    {"name": "is quick", "passed": True},
)


@pytest.fixture
def channel() -> Any:
    return create_autospec(Channel, instance=True)


def test_the_owner_is_told_which_checks_failed(
    channel: Mock, make_test: Callable[..., TestCase], make_result: Callable[..., TestResult]
) -> None:
    Notifier(channel).test_broke(make_test(), make_result(outcome="failed", checks=BROKEN))

    recipient, subject, lines = channel.send.call_args.args
    assert (recipient, subject) == ("ann", "Login fails in staging")
    assert list(lines) == ["answers: status is 500: not equals 200"]


def test_of_a_test_without_an_owner_nobody_is_told(
    channel: Mock, make_test: Callable[..., TestCase], make_result: Callable[..., TestResult]
) -> None:
    Notifier(channel).test_broke(make_test(owner=""), make_result(outcome="failed"))

    channel.send.assert_not_called()


def test_a_digest_names_the_tests_of_one_owner(
    channel: Mock, make_test: Callable[..., TestCase]
) -> None:
    broken = [make_test(name="Login"), make_test(name="Search", owner="bob")]

    Notifier(channel).weekly_digest("ann", broken)

    channel.send.assert_called_once_with("ann", "1 of your tests fail", ["Login"])
