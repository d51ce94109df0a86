"""Randomness is fetched for many uses, each used once, and never by two processes."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from lambda_usage.sampling import randomness
from lambda_usage.sampling.randomness import random_byte, renew


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How much was fetched each time; what comes is 0, 1, 2 …"""
    sizes: list[int] = []

    def urandom(size: int) -> bytes:
        sizes.append(size)
        return bytes(range(size))

    renew()
    monkeypatch.setattr(os, "urandom", urandom)
    yield sizes
    renew()


def test_each_byte_is_used_once_and_many_are_fetched_at_once(fetched: list[int]) -> None:
    size = randomness._AT_ONCE
    assert [random_byte() for _ in range(2 * size)] == 2 * list(range(size))
    assert fetched == [size, size]


def test_a_copy_of_a_process_uses_nothing_that_was_fetched_before(fetched: list[int]) -> None:
    assert [random_byte(), random_byte()] == [0, 1]
    renew()
    assert random_byte() == 0
    assert len(fetched) == 2
