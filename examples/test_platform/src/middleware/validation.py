"""Requests, checked before anything else sees them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from utils.errors import DataValidationError

M = TypeVar("M", bound=BaseModel)


def parse_body(event: Mapping[str, Any], model: type[M]) -> M:
    """The body of a request."""
    text = event.get("body") or "{}"
    if event.get("isBase64Encoded"):
        text = base64.b64decode(text).decode()
    try:
        data = json.loads(text)
    except ValueError as error:
        raise DataValidationError("the body is not JSON") from error
    return _validated(model, data)


def parse_parameters(event: Mapping[str, Any], model: type[M]) -> M:
    """What stands in the path and behind the question mark."""
    query = event.get("queryStringParameters") or {}
    return _validated(model, {**query, **(event.get("pathParameters") or {})})


def _validated(model: type[M], data: object) -> M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        # Where and why, but not what: a rejected value may be a password in the wrong field.
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        raise DataValidationError("; ".join(map(_problem, problems))) from None


def _problem(found: Mapping[str, Any]) -> str:
    where = ".".join(map(str, found["loc"])) or "request"
    return f"{where}: {found['msg']}"
