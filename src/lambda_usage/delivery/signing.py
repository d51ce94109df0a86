"""AWS Signature Version 4, with the standard library alone.

See https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html; a test compares
the signatures with botocore's.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Credentials:
    """As Lambda puts them into the environment."""

    key_id: str
    secret: str
    token: str = ""

    @classmethod
    def from_environment(cls) -> Credentials | None:
        """``None`` where the environment holds none. Ask anew for each request: they expire."""
        get = os.environ.get
        key_id, secret = get("AWS_ACCESS_KEY_ID"), get("AWS_SECRET_ACCESS_KEY")
        return cls(key_id, secret, get("AWS_SESSION_TOKEN", "")) if key_id and secret else None


def sign(
    method: str,
    host: str,
    path: str,
    body: bytes,
    region: str,
    credentials: Credentials,
    now: float,
    further: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The headers of a signed request without a query.

    Args:
        method: ``PUT``, say.
        host: With its port, if that is not the scheme's own.
        path: Encoded already.
        body: What is sent; its hash is signed, so a damaged body is refused.
        region: The bucket's.
        credentials: Whose request it is.
        now: Seconds since the epoch.
        further: Headers to sign besides, by name in lower case.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    digest = hashlib.sha256(body).hexdigest()
    headers = {"host": host, "x-amz-content-sha256": digest, "x-amz-date": stamp, **(further or {})}
    if credentials.token:
        headers["x-amz-security-token"] = credentials.token
    names = ";".join(sorted(headers))
    lines = [f"{name}:{headers[name]}" for name in sorted(headers)]
    request = "\n".join([method, path, "", *lines, "", names, digest])
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    hashed = hashlib.sha256(request.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashed])
    key = f"AWS4{credentials.secret}".encode()
    for part in (*scope.split("/"), text):
        key = hmac.digest(key, part.encode(), "sha256")
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.key_id}/{scope}, "
        f"SignedHeaders={names}, Signature={key.hex()}"
    )
    return headers
