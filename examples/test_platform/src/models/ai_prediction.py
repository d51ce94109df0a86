"""What is likely to happen."""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime, Field

from models.base import Identifier, Item
from models.requests import Request


class Risk(StrEnum):
    """How likely a test is to fail next time."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class AnalysisRequest(Request):
    """Tests to be looked at."""

    test_ids: tuple[Identifier, ...] = Field(min_length=1, max_length=20)
    days: int = Field(default=30, ge=1, le=366)


class Prediction(Item):
    """What the history of a test foretells."""

    test_id: Identifier
    risk: Risk
    pass_rate: float
    flakiness: float
    made_at: AwareDatetime
