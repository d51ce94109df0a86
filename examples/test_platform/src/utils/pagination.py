"""Cursors: where the next page begins, signed so that nobody can ask for other keys."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from utils.errors import DataValidationError
from utils.signing import is_signed, sign


def encode_cursor(key: Mapping[str, str], signing_key: str) -> str:
    """A cursor for DynamoDB's ``LastEvaluatedKey``."""
    body = base64.urlsafe_b64encode(json.dumps(key).encode()).decode()
    return f"{body}.{sign(body, signing_key)}"


def decode_cursor(cursor: str, signing_key: str) -> dict[str, str]:
    """The key that a cursor stands for."""
    body, _, signature = cursor.partition(".")
    if not is_signed(body, signature, signing_key):
        raise DataValidationError("cursor: not one that this service gave out")
    key: dict[str, str] = json.loads(base64.urlsafe_b64decode(body))
    return key
