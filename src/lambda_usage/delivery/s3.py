"""One PutObject, with the standard library alone.

boto3 and a client cost a process that has not imported them seven times as much, and four times
the memory (benchmarks/imports.py), and there are only 500 ms after SIGTERM.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import os
import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlsplit

from lambda_usage.delivery.pauses import Stopwatch, jittered
from lambda_usage.delivery.signing import Credentials, sign
from lambda_usage.delivery.targets import UploadError

ATTEMPTS = 8
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
_ATTEMPT_SECONDS = 10.0
"""One attempt gets so much of the time for all, so that a server that hangs is asked again."""
_FROZEN_SECONDS = 1.0
"""A wait that took so much longer than it was allowed to was a freeze of the process."""
_CODE = re.compile(rb"<Code>([^<]{1,80})</Code>")
_STALE = frozenset({"RequestTimeTooSkewed", "ExpiredToken", "RequestExpired", "RequestTimeout"})
"""Refusals of a request that took too long, or was frozen on its way: a new one may do."""
_PASSING = frozenset({429, 500, 502, 503, 504})
"""S3's answers that pass: SlowDown and InternalError among them."""


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


@dataclass(frozen=True, slots=True)
class Upload:
    """One object that is to be stored, and how."""

    endpoint: Endpoint
    key: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    """Further headers, in lower case: encryption."""
    once: bool = False
    """It may lie there already, and is then not stored again (``If-None-Match``)."""
    credentials: Callable[[], Credentials | None] = Credentials.from_environment
    """Asked for each attempt."""


class _NoCredentials(Exception):
    pass


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> str:
        match = _CODE.search(self.body)
        return match[1].decode("ascii", "replace") if match else ""

    def __str__(self) -> str:
        return f"HTTP {self.status} {self.code}".strip()


def put_object(
    upload: Upload,
    timeout: float,
    *,
    attempts: int = ATTEMPTS,
    sleep: Callable[[float], object] = time.sleep,
) -> None:
    """Store an object, trying again where that may help.

    Between attempts it waits for a random part of a limit that doubles ("full jitter", see
    https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).

    Args:
        upload: What to store, and where.
        timeout: Seconds for all attempts together. The clock starts anew after a freeze.
        attempts: How many there may be.
        sleep: Waits so many seconds; a true result ends the attempts.

    Raises:
        UploadError: S3 refused, or did not answer in time.
    """
    _Attempts(upload, timeout, attempts, sleep).run()


class _Attempts:
    def __init__(
        self, upload: Upload, timeout: float, attempts: int, sleep: Callable[[float], object]
    ) -> None:
        self._upload = upload
        self._timeout = timeout
        self._left = attempts
        self._sleep = sleep
        self._spent = Stopwatch()
        self._problem = "no time was left"
        self._sent = False
        self._maybe_stored = False
        self._lasting = False
        self._frozen = False

    def run(self) -> None:
        limit = _FIRST_PAUSE
        while self._left > 0 and self._remaining() > 0:
            self._left -= 1
            if self._once():
                return
            if self._lasting or not self._left or self._remaining() <= 0:
                break
            pause, watch = jittered(0, min(limit, self._remaining())), Stopwatch()
            limit = min(2 * limit, _LONGEST_PAUSE)
            if self._sleep(pause):
                break
            self._thaw(watch, pause)
        host = self._upload.endpoint.locate("")[1]
        raise UploadError(
            f"{self._problem} from {host} for bucket {self._upload.endpoint.bucket}",
            maybe_stored=self._maybe_stored,
            lasting=self._lasting,
            frozen=self._frozen,
        )

    def _remaining(self) -> float:
        return self._timeout - self._spent.seconds()

    def _thaw(self, watch: Stopwatch, allowed: float) -> None:
        """Where Lambda froze the process meanwhile, the time for all attempts starts anew."""
        if watch.seconds() > allowed + _FROZEN_SECONDS:
            self._frozen = True
            self._spent = Stopwatch()

    def _once(self) -> bool:
        """One attempt: whether the object is stored."""
        allowed, watch = min(self._remaining(), _ATTEMPT_SECONDS), Stopwatch()
        self._sent = False
        try:
            return self._judge(self._send(allowed, watch))
        except (_NoCredentials, ssl.SSLCertVerificationError) as error:
            self._problem, self._lasting = f"{type(error).__name__}: {error}", True
        except (OSError, http.client.HTTPException) as error:
            self._problem = f"{type(error).__name__}: {error}"
            self._maybe_stored = self._maybe_stored or self._sent
            self._thaw(watch, allowed)
        return False

    def _judge(self, answer: _Answer) -> bool:
        if answer.status == 200:
            return True
        if answer.status == 412 and self._upload.once:
            return True  # an earlier attempt had arrived, though nobody said so
        self._problem = str(answer)
        if answer.status >= 500 and answer.status != 503:  # it may have failed at its very end
            self._maybe_stored = True
        if answer.status == 501 and self._upload.once:  # a store without If-None-Match
            self._upload = replace(self._upload, once=False)
        elif not self._moved(answer) and answer.code not in _STALE:
            conflict = answer.status == 409 and self._upload.once
            self._lasting = answer.status not in _PASSING and not conflict
        return False

    def _moved(self, answer: _Answer) -> bool:
        """Whether the bucket is in another region than was thought."""
        home = answer.headers.get("x-amz-bucket-region", "")
        endpoint = self._upload.endpoint
        if answer.status in (301, 307, 400) and home and home != endpoint.region:
            self._upload = replace(self._upload, endpoint=replace(endpoint, region=home))
            return True
        return False

    def _send(self, seconds: float, watch: Stopwatch) -> _Answer:
        upload = self._upload
        scheme, host, path = upload.endpoint.locate(upload.key)
        connection = _connection(scheme, host, seconds)
        try:
            connection.connect()
            _limit(connection, seconds - watch.seconds())
            headers = _signed(upload, host, path)  # only now: to connect may take its time
            self._sent = True
            _request(connection, path, upload.body, headers)
            _limit(connection, seconds - watch.seconds())
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return _Answer(response.status, found, response.read(65536))
        finally:
            connection.close()


def _request(
    connection: http.client.HTTPConnection, path: str, body: bytes, headers: Mapping[str, str]
) -> None:
    """As ``connection.request`` does, which X-Ray's SDK patches: it is none of the user's."""
    connection.putrequest("PUT", path, skip_host=True)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        connection.putheader(name, value)
    connection.endheaders(body)


def _limit(connection: http.client.HTTPConnection, seconds: float) -> None:
    if seconds <= 0:
        raise TimeoutError("timed out")
    connection.sock.settimeout(seconds)


def _connection(scheme: str, host: str, timeout: float) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))
        return http.client.HTTPSConnection(host, timeout=timeout, context=context)
    return http.client.HTTPConnection(host, timeout=timeout)


def _signed(upload: Upload, host: str, path: str) -> dict[str, str]:
    credentials = upload.credentials()
    if credentials is None:
        raise _NoCredentials("the environment no longer holds credentials")
    checksum = base64.b64encode(hashlib.sha256(upload.body).digest()).decode()
    headers = {**upload.headers, "x-amz-checksum-sha256": checksum}
    if upload.once:
        headers["if-none-match"] = "*"
    region = upload.endpoint.region
    return sign("PUT", host, path, upload.body, region, credentials, time.time(), headers)
