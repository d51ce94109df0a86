"""Secrets, and what is signed with them."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from config import secrets
from config.secrets import SecretCache
from utils.errors import DataValidationError, SecretUnavailableError
from utils.pagination import decode_cursor, encode_cursor
from utils.signing import is_signed, sign

FAILED = ClientError({"Error": {"Code": "InternalServiceError"}}, "GetSecretValue")


def answer(key: str) -> dict[str, Any]:
    return {"SecretString": json.dumps({"signing_key": key})}


class Clock:
    """Time that passes when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Mock:
    client = Mock(spec=["get_secret_value"])
    monkeypatch.setattr(secrets, "secrets_manager", lambda: client)
    return client


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(client: Mock, clock: Clock) -> SecretCache:
    return SecretCache(clock)


def test_a_secret_is_fetched_once_for_many_requests(cache: SecretCache, client: Mock) -> None:
    client.get_secret_value.return_value = answer("one")

    assert [cache.get("name")["signing_key"] for _ in range(3)] == ["one"] * 3
    client.get_secret_value.assert_called_once_with(SecretId="name")


def test_a_rotated_secret_is_noticed(cache: SecretCache, client: Mock, clock: Clock) -> None:
    client.get_secret_value.side_effect = [answer("old"), answer("new")]
    cache.get("name")

    clock.now += 301

    assert cache.get("name")["signing_key"] == "new"


def test_a_failure_is_not_remembered(cache: SecretCache, client: Mock) -> None:
    client.get_secret_value.side_effect = [FAILED, answer("one")]

    with pytest.raises(SecretUnavailableError):
        cache.get("name")

    assert cache.get("name")["signing_key"] == "one"


def test_an_old_secret_is_better_than_none(cache: SecretCache, client: Mock, clock: Clock) -> None:
    client.get_secret_value.side_effect = [answer("old"), FAILED, answer("new")]
    cache.get("name")
    clock.now += 301
    assert cache.get("name")["signing_key"] == "old"

    clock.now += 31

    assert cache.get("name")["signing_key"] == "new"


def test_a_refused_secret_is_fetched_anew(cache: SecretCache, client: Mock) -> None:
    client.get_secret_value.side_effect = [answer("old"), answer("new")]
    cache.get("name")

    cache.forget("name")

    assert cache.get("name")["signing_key"] == "new"


def test_nobody_can_change_a_secret_for_others(cache: SecretCache, client: Mock) -> None:
    client.get_secret_value.return_value = answer("one")

    with pytest.raises(TypeError):
        cache.get("name")["signing_key"] = "mine"  # type: ignore[index]


def test_a_failure_does_not_name_the_secret(cache: SecretCache, client: Mock) -> None:
    client.get_secret_value.side_effect = FAILED

    with pytest.raises(SecretUnavailableError) as failed:
        cache.get("hidden/name")

    assert "hidden" not in str(failed.value)


def test_a_signature_is_good_for_one_text_and_one_key() -> None:
    signature = sign("text", "key")

    assert is_signed("text", signature, "key")
    assert not is_signed("texts", signature, "key")
    assert not is_signed("text", signature, "keys")


def test_a_cursor_comes_back_as_the_key_that_it_was_made_of() -> None:
    key = {"test_id": "login-1", "sort_key": "2026-05-01#ci-1"}

    assert decode_cursor(encode_cursor(key, "k"), "k") == key


@pytest.mark.parametrize("cursor", ["", ".", "e30=.00", "{}"])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(DataValidationError):
        decode_cursor(cursor, "k")
