"""Users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.user import User

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

USERS = "users"


class UserRepository:
    """Users by id."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find_by_id(self, user_id: str) -> User | None:
        """A user, if there is one of that id."""
        item = self._table.get_item(Key={"user_id": user_id}).get("Item")
        return User.from_item(item) if item else None
