"""Signatures under what leaves this service and comes back."""

from __future__ import annotations

import hashlib
import hmac


def sign(payload: str, key: str) -> str:
    """HMAC-SHA256, in hexadecimal."""
    return hmac.new(key.encode(), payload.encode(), hashlib.sha256).hexdigest()


def is_signed(payload: str, signature: str, key: str) -> bool:
    """Whether a signature is ours, compared in constant time."""
    return hmac.compare_digest(sign(payload, key), signature)
