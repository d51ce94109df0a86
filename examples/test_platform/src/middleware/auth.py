"""Who calls, as the authorizer has found out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from middleware.cors import Response
from middleware.error_handler import Handler
from utils.errors import ForbiddenError, UnauthenticatedError
from utils.logger import logger


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with permissions."""

    user_id: str
    scopes: frozenset[str]

    @property
    def is_robot(self) -> bool:
        """Whether it is a build server rather than a person."""
        return self.user_id.startswith("ci-")

    def may(self, scope: str) -> bool:
        """Whether the caller has a permission."""
        return scope in self.scopes


def requires(scope: str) -> Callable[[Handler], Handler]:
    """Let only callers with a permission in."""

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        def wrapper(event: dict[str, Any], context: LambdaContext) -> Response:
            caller = caller_of(event)
            if not caller.may(scope):
                raise ForbiddenError(f"this needs the permission {scope}")
            logger.append_keys(user_id=caller.user_id)
            return handler(event, context)

        return wrapper

    return decorate


def caller_of(event: dict[str, Any]) -> Caller:
    """The caller that API Gateway's authorizer has let in."""
    found = event["requestContext"].get("authorizer") or {}
    if not found.get("user_id"):
        raise UnauthenticatedError("the authorizer names nobody")
    return Caller(found["user_id"], frozenset(found.get("scopes", "").split()))
