"""What is to be tested."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.base import Identifier, Item

Observation = int | float | bool | str
"""What a runner has seen: a status code, a text, a duration. DynamoDB's 1 is a number: no bool."""


class CaseStatus(StrEnum):
    """How a test case is doing."""

    DRAFT = "draft"
    PASSING = "passing"
    FAILING = "failing"
    RETIRED = "retired"


class Operator(StrEnum):
    """How a check compares."""

    EQUALS = "equals"
    DIFFERS = "differs"
    CONTAINS = "contains"
    AT_MOST = "at_most"
    BETWEEN = "between"
    MATCHES = "matches"
    NEAR_BASELINE = "near_baseline"


class Check(BaseModel):
    """One thing that must hold."""

    model_config = ConfigDict(frozen=True)
    name: str = Field(min_length=1, max_length=200)
    target: str
    operator: Operator
    expected: Observation | tuple[float, float]

    @model_validator(mode="after")
    def _has_bounds(self) -> Check:
        if (self.operator is Operator.BETWEEN) != isinstance(self.expected, tuple):
            raise ValueError("between needs two bounds, and nothing else does")
        return self


class TestCase(Item):
    """Checks under a name."""

    test_id: Identifier
    name: str = Field(min_length=1, max_length=200)
    status: CaseStatus = CaseStatus.DRAFT
    priority: int = Field(default=1, ge=1, le=5)
    owner: str = ""
    tags: frozenset[str] = frozenset()
    checks: tuple[Check, ...] = ()
    version: int = 1

    @property
    def is_runnable(self) -> bool:
        """Whether it has been released and not been withdrawn."""
        return self.status in (CaseStatus.PASSING, CaseStatus.FAILING)

    def tagged(self, *tags: str) -> TestCase:
        """A copy with more tags."""
        return self.model_copy(update={"tags": self.tags | set(tags)})
