"""Who uses the platform."""

from __future__ import annotations

from models.base import Identifier, Item


class User(Item):
    """Somebody with an account."""

    user_id: Identifier
    scopes: frozenset[str] = frozenset()
    active: bool = True
