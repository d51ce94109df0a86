"""Dates, expressions, settings, and what is left of the first release."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from unittest.mock import Mock

import pytest

from config.environment import ConfigurationError, settings
from models.test_case import TestCase
from models.test_result import TestResult
from repositories.expressions import all_items, chunks, set_expression
from services.legacy_issue_tracker import issue
from utils.date_utils import days_ago, humanize, to_iso, utc_now, working_days
from utils.encryption import FieldCipher, masked


def test_times_sort_as_text_whatever_their_zone() -> None:
    east = timezone(timedelta(hours=9))
    early = datetime(2026, 5, 1, 12, tzinfo=east)
    late = datetime(2026, 5, 1, 4, tzinfo=UTC)

    assert to_iso(early) < to_iso(late)
    assert to_iso(early) == "2026-05-01T03:00:00.000+00:00"


def test_days_ago_is_before_now() -> None:
    before = utc_now()

    assert before <= days_ago(2) + timedelta(days=2) <= utc_now()


def test_weekends_are_no_working_days() -> None:
    assert list(working_days(date(2026, 5, 1), date(2026, 5, 4))) == [
        date(2026, 5, 1),
        date(2026, 5, 4),
    ]


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(days=3, hours=2), "3 d"),
        (timedelta(minutes=61), "1 h"),
        (timedelta(seconds=7), "7 s"),
    ],
)
def test_spans_are_told_in_the_largest_unit(span: timedelta, words: str) -> None:
    assert humanize(span) == words


def test_an_update_sets_attributes_and_counts_the_version_up() -> None:
    assert set_expression({"status": "failing", "weight": 0.5}, protected=["test_id"]) == {
        "UpdateExpression": "SET #0 = :0, #1 = :1 ADD #version :one",
        "ExpressionAttributeNames": {"#0": "status", "#1": "weight", "#version": "version"},
        "ExpressionAttributeValues": {":0": "failing", ":1": Decimal("0.5"), ":one": 1},
    }


@pytest.mark.parametrize("changes", [{}, {"test_id": "x"}, {"version": 7}])
def test_an_update_of_nothing_or_of_the_key_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="change"):
        set_expression(changes, protected=["test_id"])


def test_all_pages_of_a_query_are_read() -> None:
    pages = [{"Items": [{"n": 1}], "LastEvaluatedKey": {"k": 1}}, {"Items": [{"n": 2}]}]
    query = Mock(side_effect=pages)

    assert list(all_items(query, Limit=1)) == [{"n": 1}, {"n": 2}]
    assert query.call_args.kwargs == {"Limit": 1, "ExclusiveStartKey": {"k": 1}}


def test_keys_are_asked_for_once_and_never_too_many() -> None:
    assert list(chunks(["a", "b", "a", "c"], 2)) == [["a", "b"], ["c"]]


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STAGE")

    with pytest.raises(ConfigurationError, match="STAGE"):
        settings.__wrapped__()


def test_what_is_encrypted_can_be_decrypted() -> None:
    kms = Mock()
    kms.encrypt.side_effect = lambda Plaintext, **_: {"CiphertextBlob": Plaintext[::-1]}
    kms.decrypt.side_effect = lambda CiphertextBlob, **_: {"Plaintext": CiphertextBlob[::-1]}
    cipher = FieldCipher("alias/fields", kms)

    stored = cipher.encrypt("token", {"user": "ann"})

    assert base64.b64decode(stored) == b"nekot"
    assert cipher.decrypt(stored, {"user": "ann"}) == "token"


def test_masked_text_shows_its_end_only() -> None:
    assert masked("1234567890") == "******7890"


def test_an_issue_tells_which_checks_failed(
    make_test: Callable[..., TestCase], make_result: Callable[..., TestResult]
) -> None:
    checks = ({"name": "answers", "passed": False, "message": "status is 500"},)

    found = issue(make_test(tags={"shop"}), make_result(outcome="failed", checks=checks))

    assert found == {
        "title": "Login fails in staging",
        "body": "- answers: status is 500",
        "labels": ["broken-test", "shop"],
    }
