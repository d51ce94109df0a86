"""Opens issues for broken tests, as customers of the first release have it."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import httpx

from models.test_case import TestCase
from models.test_result import TestResult


class IssueTracker:
    """A tracker with an HTTP interface."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=5.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.close()

    def open_issue(self, test: TestCase, result: TestResult) -> str:
        """Open an issue; returns its number."""
        answer = self._client.post("/issues", json=issue(test, result))
        answer.raise_for_status()
        return str(answer.json()["id"])


def issue(test: TestCase, result: TestResult) -> dict[str, Any]:
    """What the tracker is told."""
    lines = [f"- {each.name}: {each.message}" for each in result.failures]
    return {
        "title": f"{test.name} fails in {result.environment}",
        "body": "\n".join(lines),
        "labels": sorted({"broken-test", *test.tags}),
    }
