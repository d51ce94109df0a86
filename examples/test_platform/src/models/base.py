"""What all stored models have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, StringConstraints

from utils.decimals import to_dynamo

Identifier = Annotated[
    str, StringConstraints(max_length=100, pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$")
]
"""Letters and digits in groups that hyphens part."""


class Item(BaseModel):
    """Something that is stored in a table."""

    __test__: ClassVar[bool] = False  # pytest would collect models whose name begins with Test
    model_config = ConfigDict(frozen=True, extra="ignore")

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> Self:
        """From what DynamoDB gave."""
        return cls.model_validate(item)

    def to_item(self) -> dict[str, Any]:
        """What DynamoDB takes: no floats, and no keys for what is not known."""
        item: dict[str, Any] = to_dynamo(self.model_dump(mode="json", exclude_none=True))
        return item
