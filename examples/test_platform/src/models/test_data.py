"""Data that tests run on."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from models.base import Identifier, Item
from models.requests import Request


class FieldKind(StrEnum):
    """What a field holds."""

    INTEGER = "integer"
    WORD = "word"
    CHOICE = "choice"


class FieldRule(BaseModel):
    """How a field's values are made."""

    model_config = ConfigDict(frozen=True)
    name: Identifier
    kind: FieldKind
    low: int = 0
    high: int = 100
    choices: tuple[str, ...] = ()


class DataRequest(Request):
    """A wish for records."""

    dataset_id: Identifier
    fields: tuple[FieldRule, ...] = Field(min_length=1, max_length=50)
    count: int = Field(ge=1, le=1000)
    seed: int = 0


class Record(Item):
    """One record of a data set."""

    dataset_id: Identifier
    number: int
    values: dict[str, Any]
