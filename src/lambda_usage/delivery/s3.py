"""One PutObject, with the standard library alone.

boto3 and a client cost a process that has not imported them seven times as much, and four times
the memory (benchmarks/imports.py), and there are only 500 ms after SIGTERM. This signs with AWS
Signature Version 4
(https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html); a test compares
its signatures with botocore's.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import os
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

_ATTEMPTS = 3
_CODE = re.compile(rb"<Code>([^<]{1,80})</Code>")


@dataclass(frozen=True, slots=True)
class Credentials:
    """As Lambda puts them into the environment."""

    key_id: str
    secret: str
    token: str = ""

    @classmethod
    def from_environment(cls) -> Credentials | None:
        """``None`` where the environment holds none."""
        get = os.environ.get
        key_id, secret = get("AWS_ACCESS_KEY_ID"), get("AWS_SECRET_ACCESS_KEY")
        return cls(key_id, secret, get("AWS_SESSION_TOKEN", "")) if key_id and secret else None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a bucket is to be reached."""

    bucket: str
    region: str
    url: str = ""
    """Instead of AWS's own, as ``AWS_ENDPOINT_URL`` gives it; the bucket is then in the path."""

    @classmethod
    def from_environment(cls, bucket: str) -> Endpoint:
        """AWS's, in the function's region, unless the environment names another."""
        get = os.environ.get
        region = get("AWS_REGION") or get("AWS_DEFAULT_REGION") or "us-east-1"
        url = get("AWS_ENDPOINT_URL_S3") or get("AWS_ENDPOINT_URL") or ""
        if get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
            url = ""
        return cls(bucket, region, url)

    def locate(self, key: str) -> tuple[str, str, str]:
        """Scheme, host and encoded path of an object."""
        path = quote(key, safe="/-_.~")
        if self.url:
            parts = urlsplit(self.url)
            base = parts.path.rstrip("/")
            return parts.scheme, parts.netloc, f"{base}/{self.bucket}/{path}"
        domain = "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
        host = f"s3.{self.region}.{domain}"
        if "." in self.bucket:  # AWS's certificate covers one label before its domain
            return "https", host, f"/{self.bucket}/{path}"
        return "https", f"{self.bucket}.{host}", f"/{path}"


class UploadError(Exception):
    """The object was not stored; says what S3 answered."""


def put_object(
    endpoint: Endpoint, key: str, body: bytes, credentials: Credentials, timeout: float
) -> None:
    """Store *body* under *key*.

    Args:
        endpoint: The bucket.
        key: The object's name.
        body: Its content.
        credentials: Whose request it is.
        timeout: Seconds for all attempts together.

    Raises:
        UploadError: S3 refused, or did not answer in time.
    """
    deadline = time.monotonic() + timeout
    problem = "no time was left"
    for attempt in range(_ATTEMPTS):
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            status, headers, answer = _send(endpoint, key, body, credentials, left)
        except (OSError, http.client.HTTPException) as error:
            problem = f"{type(error).__name__}: {error}"
        else:
            if status == 200:
                return
            problem = f"HTTP {status} {_code(answer)}".strip()
            home = headers.get("x-amz-bucket-region", "")
            if status in (301, 307, 400) and home and home != endpoint.region:
                endpoint = replace(endpoint, region=home)
                continue
            if status < 500 and status != 429:
                break
        pause = min(0.1 * 2**attempt * (0.5 + os.urandom(1)[0] / 256), deadline - time.monotonic())
        time.sleep(max(pause, 0))
    raise UploadError(f"{problem} from {endpoint.locate('')[1]} for bucket {endpoint.bucket}")


def _send(
    endpoint: Endpoint, key: str, body: bytes, credentials: Credentials, timeout: float
) -> tuple[int, Mapping[str, str], bytes]:
    scheme, host, path = endpoint.locate(key)
    headers = sign("PUT", host, path, body, endpoint.region, credentials, time.time())
    connection: http.client.HTTPConnection
    if scheme == "https":
        context = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))
        connection = http.client.HTTPSConnection(host, timeout=timeout, context=context)
    else:
        connection = http.client.HTTPConnection(host, timeout=timeout)
    try:
        connection.request("PUT", path, body, dict(headers))
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return response.status, found, response.read(65536)
    finally:
        connection.close()


def _code(answer: bytes) -> str:
    match = _CODE.search(answer)
    return match[1].decode("ascii", "replace") if match else ""


def sign(
    method: str,
    host: str,
    path: str,
    body: bytes,
    region: str,
    credentials: Credentials,
    now: float,
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
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    digest = hashlib.sha256(body).hexdigest()
    headers = {"host": host, "x-amz-content-sha256": digest, "x-amz-date": stamp}
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
