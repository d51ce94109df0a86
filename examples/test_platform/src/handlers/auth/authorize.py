"""Lets callers in, or not: API Gateway's token authorizer."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from config.database import table
from config.secrets import signing_key
from repositories.user_repository import USERS, UserRepository
from services.auth_service import AuthService
from utils.errors import UnauthenticatedError
from utils.logger import logger, tracer

_service = AuthService(UserRepository(table(USERS)))


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Whether a token is good, and what its owner may do."""
    token = event.get("authorizationToken", "").removeprefix("Bearer ")
    try:
        user = _service.authorize(token, signing_key())
    except UnauthenticatedError as error:
        logger.info("refused", extra={"reason": str(error)})
        # API Gateway makes a 401 of these very words, and of no others.
        raise Exception("Unauthorized") from None
    return {
        "principalId": user.user_id,
        "policyDocument": _policy(event["methodArn"]),
        "context": {"user_id": user.user_id, "scopes": " ".join(sorted(user.scopes))},
    }


def _policy(arn: str) -> dict[str, Any]:
    """Allow the whole stage: API Gateway caches the answer for all of it."""
    stage = "/".join(arn.split("/")[:2])
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{stage}/*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
