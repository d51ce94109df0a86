"""The one place where errors become answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from middleware.cors import Response
from middleware.responses import failure
from utils.errors import PlatformError
from utils.logger import logger

Handler = Callable[[dict[str, Any], LambdaContext], Response]

_THROTTLED = frozenset(
    {"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"}
)


class _Unavailable(PlatformError):
    """AWS asks to come back later."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"


def handle_errors(handler: Handler) -> Handler:
    """Answer for whatever a handler raises; callers learn nothing of what is inside."""

    @wraps(handler)
    def wrapper(event: dict[str, Any], context: LambdaContext) -> Response:
        try:
            return handler(event, context)
        except PlatformError as error:
            logger.info("request refused", extra={"code": error.code})
            return failure(event, error)
        except (BotoCoreError, ClientError) as error:
            logger.exception("AWS failed")
            return failure(event, _translated(error))
        except Exception:
            logger.exception("unexpected error")
            return failure(event, PlatformError("Internal server error"))

    return wrapper


def _translated(error: BotoCoreError | ClientError) -> PlatformError:
    if isinstance(error, ClientError) and error.response["Error"]["Code"] in _THROTTLED:
        return _Unavailable("Too many requests, try again")
    return PlatformError("Internal server error")
