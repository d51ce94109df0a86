"""Who may do what."""

from __future__ import annotations

from models.user import User
from repositories.user_repository import UserRepository
from utils.date_utils import utc_now
from utils.errors import UnauthenticatedError
from utils.signing import is_signed


class AuthService:
    """Checks tokens: ``user.expiry.signature``, where the expiry counts seconds since 1970."""

    def __init__(self, users: UserRepository) -> None:
        self._users = users

    def authorize(self, token: str, signing_key: str) -> User:
        """Whose token it is."""
        payload, _, signature = token.rpartition(".")
        user_id, _, expiry = payload.partition(".")
        if not is_signed(payload, signature, signing_key):
            raise UnauthenticatedError("the token is not ours")
        if float(expiry) < utc_now().timestamp():
            raise UnauthenticatedError("the token has expired")
        user = self._users.find_by_id(user_id)
        if user is None or not user.active:
            raise UnauthenticatedError("there is no such user")
        return user
