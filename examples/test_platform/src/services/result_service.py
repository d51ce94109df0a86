"""Showing results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from models.requests import ResultsQuery
from models.test_case import CaseStatus
from models.test_result import TestResult
from repositories.result_repository import ResultRepository
from repositories.test_repository import TestRepository
from services.statistics import flakiness, pass_rate, percentile
from utils.date_utils import days_ago
from utils.errors import DataValidationError, TestNotFoundError
from utils.pagination import decode_cursor, encode_cursor

_THREADS = 4


class ResultService:
    """Finds results and sums them up."""

    def __init__(self, tests: TestRepository, results: ResultRepository) -> None:
        self._tests = tests
        self._results = results

    def page(self, query: ResultsQuery, signing_key: str) -> dict[str, Any]:
        """Some results of a test, newest first, and where the next ones begin."""
        assert query.test_id is not None
        start = decode_cursor(query.cursor, signing_key) if query.cursor else None
        if start is not None and start["test_id"] != query.test_id:
            raise DataValidationError("cursor: of another test")
        page = self._results.page(query.test_id, query.limit, query.outcome, start)
        if not page.results and start is None and query.outcome is None:
            self._tests.get(query.test_id)
        cursor = None
        if page.last_key is not None:
            cursor = encode_cursor(page.last_key, signing_key)
        return {"results": [shown(each) for each in page.results], "cursor": cursor}

    def overview(self, test_ids: Iterable[str]) -> dict[str, Any]:
        """The newest result of each test.

        The threads end with the call: between invocations they would be frozen, with sockets that
        the other side closes meanwhile.
        """
        wanted = list(test_ids)
        with ThreadPoolExecutor(_THREADS) as pool:
            found = pool.map(self._newest, wanted)
            return dict(zip(wanted, found, strict=True))

    def broken(self) -> dict[str, Any]:
        """The newest result of each test that fails."""
        failing = self._tests.find_by_status(CaseStatus.FAILING)
        return self.overview(test.test_id for test in failing)

    def summary(self, test_id: str, days: int) -> dict[str, Any]:
        """Some days of a test in a few numbers."""
        results = list(self._results.since(test_id, days_ago(days)))
        if not results:
            raise TestNotFoundError(f"no results of {test_id} in {days} days")
        return {
            "runs": len(results),
            "pass_rate": round(pass_rate(results), 4),
            "flakiness": round(flakiness(results), 4),
            "duration_p95_ms": percentile(results, 0.95),
        }

    def history(self, test_id: str, days: int) -> Iterator[TestResult]:
        """All results of some days, fetched as they are asked for."""
        return self._results.since(test_id, days_ago(days))

    # lambda-usage: keep until=2036-01-31 reason="asked for once a year, when the year is closed"
    def annual(self) -> dict[str, Any]:
        """How each test fared over a year."""
        report = {}
        for status in (CaseStatus.PASSING, CaseStatus.FAILING):
            for test in self._tests.find_by_status(status):
                results = list(self.history(test.test_id, 366))
                report[test.test_id] = {"runs": len(results), "pass_rate": pass_rate(results)}
        return report

    def _newest(self, test_id: str) -> dict[str, Any] | None:
        result = self._results.latest(test_id)
        return shown(result) if result else None


def shown(result: TestResult) -> dict[str, Any]:
    """A result as callers see it."""
    return result.model_dump(mode="json", exclude={"test_id"})
