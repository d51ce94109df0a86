"""Which web pages may call."""

from __future__ import annotations

from typing import Any

from config.environment import settings

Response = dict[str, Any]
"""What API Gateway expects of a proxy integration."""


def cors_headers(event: dict[str, Any]) -> dict[str, str]:
    """Headers that let the caller's page read the answer, if it is one of ours."""
    origin = (event.get("headers") or {}).get("origin", "")
    if origin not in settings().allowed_origins:
        return {"Vary": "Origin"}
    return {"Vary": "Origin", "Access-Control-Allow-Origin": origin}


def preflight(event: dict[str, Any]) -> Response:
    """The answer to OPTIONS, for gateways that do not give it themselves."""
    headers = {
        **cors_headers(event),
        "Access-Control-Allow-Methods": "GET,POST",
        "Access-Control-Allow-Headers": "authorization,content-type",
        "Access-Control-Max-Age": "600",
    }
    return {"statusCode": 204, "headers": headers, "body": ""}
