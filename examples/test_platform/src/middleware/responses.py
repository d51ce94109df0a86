"""Answers as API Gateway expects them."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from config.environment import settings
from middleware.cors import Response, cors_headers
from utils.date_utils import to_iso, utc_now
from utils.errors import PlatformError

Event = dict[str, Any]


def success(event: Event, context: LambdaContext, data: Any, status: int = 200) -> Response:
    """What was asked for, and when and under which request id it was answered."""
    meta = {"timestamp": to_iso(utc_now()), "request_id": context.aws_request_id}
    return _json(event, status, {"data": data, "meta": meta})


def failure(event: Event, error: PlatformError) -> Response:
    """What went wrong, in words that are meant for the caller."""
    body: dict[str, Any] = {"error": {"code": error.code, "message": str(error)}}
    if settings().is_development and error.__cause__ is not None:
        body["error"]["cause"] = repr(error.__cause__)
    return _json(event, error.status, body)


def attachment(event: Event, text: str, name: str) -> Response:
    """A file to download."""
    headers = {
        **cors_headers(event),
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return {"statusCode": 200, "headers": headers, "body": text}


def _json(event: Event, status: int, body: dict[str, Any]) -> Response:
    headers = {**cors_headers(event), "Content-Type": "application/json"}
    return {"statusCode": int(status), "headers": headers, "body": json.dumps(body)}
