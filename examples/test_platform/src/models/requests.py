"""What callers may ask for."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from models.base import Identifier
from models.test_case import Observation
from models.test_result import Outcome

_ENVIRONMENTS = {"integration", "staging", "production"}
_ALIASES = {"int": "integration", "prod": "production"}


class Request(BaseModel):
    """Base of all requests: what is not known is refused rather than ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Run(Request):
    """What a runner has observed for one test."""

    test_id: Identifier
    run_id: Identifier
    started_at: AwareDatetime
    observations: dict[str, Observation] = Field(max_length=100)
    duration_ms: float = Field(ge=0)


class RunRequest(Request):
    """Runs to be judged."""

    environment: str
    runs: tuple[Run, ...] = Field(min_length=1, max_length=25)
    rehearsal: bool = False

    @field_validator("environment")
    @classmethod
    def _known(cls, value: str) -> str:
        name = value.lower()
        if name in _ALIASES:
            name = _ALIASES[name]
        if name not in _ENVIRONMENTS:
            raise ValueError(f"one of {', '.join(sorted(_ENVIRONMENTS))}")
        return name


class View(StrEnum):
    """How results are shown."""

    LIST = "list"
    OVERVIEW = "overview"
    BROKEN = "broken"
    SUMMARY = "summary"
    EXPORT = "export"
    ANNUAL = "annual"


class ResultsQuery(Request):
    """Results to be shown."""

    view: View = View.LIST
    test_id: Identifier | None = None
    test_ids: tuple[Identifier, ...] = Field(default=(), max_length=20)
    outcome: Outcome | None = None
    cursor: str | None = Field(default=None, max_length=1000)
    limit: int = Field(default=3, ge=1, le=100)
    days: int = Field(default=30, ge=1, le=366)

    @field_validator("test_ids", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return value.split(",") if isinstance(value, str) else value

    @model_validator(mode="after")
    def _names_tests(self) -> ResultsQuery:
        if self.view is View.OVERVIEW and not self.test_ids:
            raise ValueError("an overview needs test_ids")
        if self.view in (View.LIST, View.SUMMARY, View.EXPORT) and self.test_id is None:
            raise ValueError(f"{self.view} needs a test_id")
        return self
