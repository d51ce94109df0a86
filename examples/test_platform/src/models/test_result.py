"""What came of a run."""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from models.base import Identifier, Item


class Outcome(StrEnum):
    """Whether a test passed."""

    PASSED = "passed"
    FAILED = "failed"


class CheckResult(BaseModel):
    """What one check said."""

    model_config = ConfigDict(frozen=True)
    name: str
    passed: bool
    message: str = ""


class TestResult(Item):
    """One run of one test."""

    test_id: Identifier
    run_id: Identifier
    outcome: Outcome
    environment: str
    started_at: AwareDatetime
    duration_ms: float
    checks: tuple[CheckResult, ...] = ()

    @property
    def failures(self) -> tuple[CheckResult, ...]:
        """The checks that did not hold."""
        return tuple(each for each in self.checks if not each.passed)

    @property
    def has_passed(self) -> bool:
        """Whether all checks held."""
        return self.outcome is Outcome.PASSED
