"""Foretelling failures. A rule of thumb for now; a model can take its place behind ``predict``."""

from __future__ import annotations

from collections.abc import Iterable

from models.ai_prediction import Prediction, Risk
from repositories.result_repository import ResultRepository
from services.statistics import flakiness, pass_rate
from utils.date_utils import days_ago, utc_now
from utils.errors import TestNotFoundError


class AiService:
    """Judges tests by their history."""

    def __init__(self, results: ResultRepository) -> None:
        self._results = results

    def analyze(self, test_ids: Iterable[str], days: int) -> list[Prediction]:
        """A prediction for each test."""
        return [self.predict(test_id, days) for test_id in test_ids]

    def predict(self, test_id: str, days: int) -> Prediction:
        """How likely a test is to fail next time."""
        results = list(self._results.since(test_id, days_ago(days)))
        if not results:
            raise TestNotFoundError(f"no results of {test_id} in {days} days")
        passing, changing = pass_rate(results), flakiness(results)
        return Prediction(
            test_id=test_id,
            risk=_risk(passing, changing),
            pass_rate=passing,
            flakiness=changing,
            made_at=utc_now(),
        )


def _risk(passing: float, changing: float) -> Risk:
    if passing < 0.8:
        return Risk.HIGH
    return Risk.MEDIUM if passing < 0.95 or changing > 0.2 else Risk.LOW
