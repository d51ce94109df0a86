"""Where bundles go: an S3 bucket, or a folder for development."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

Sleep = Callable[[float], object]
"""Waits so many seconds; a true result says that the process is ending."""


class UploadError(Exception):
    """The object was not stored, as far as is known; says what S3 answered."""

    def __init__(
        self,
        message: str,
        *,
        maybe_stored: bool = False,
        lasting: bool = False,
        frozen: bool = False,
    ) -> None:
        super().__init__(message)
        self.maybe_stored = maybe_stored
        """The request had been sent, and nobody said that it was refused."""
        self.lasting = lasting
        """To try again would change nothing, until somebody mends it."""
        self.frozen = frozen
        """The process was frozen meanwhile, which says nothing about the store."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One file that is to be stored."""

    body: bytes
    key: str
    once: bool = False
    """It may have been stored before: leave what is there."""


class Target(Protocol):
    """A place that takes bundles."""

    def put(self, parcel: Parcel, sleep: Sleep, *, attempts: int | None = None) -> None:
        """Store a parcel, complete or not at all.

        Args:
            parcel: What to store.
            sleep: How to wait between attempts.
            attempts: How many there may be; by default what is usual.

        Raises:
            UploadError: It was not stored.
            Exception: As before, and whether trying again would help is not known.
        """

    def url(self, key: str) -> str:
        """What to call the stored file in a log line."""


class FolderTarget:
    """A folder; keys are paths below it."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def put(self, parcel: Parcel, sleep: Sleep, *, attempts: int | None = None) -> None:
        """Write, then move into place."""
        goal = self.url(parcel.key)
        os.makedirs(os.path.dirname(goal), exist_ok=True)  # noqa: PTH103, PTH120
        part = f"{goal}.{os.getpid()}.part"
        with open(part, "wb") as file:  # noqa: PTH123
            file.write(parcel.body)
        os.replace(part, goal)  # noqa: PTH105

    def url(self, key: str) -> str:
        """The file's path."""
        return os.path.join(self._folder, *key.split("/"))  # noqa: PTH118


@dataclass(frozen=True, slots=True)
class Encryption:
    """How S3 is to encrypt what it stores; by default as the bucket says."""

    algorithm: str = ""
    """``AES256``, ``aws:kms`` or ``aws:kms:dsse``."""
    kms_key: str = ""
    """Id or ARN of a KMS key."""

    def headers(self) -> dict[str, str]:
        """Of a PutObject request."""
        headers = {}
        if self.algorithm or self.kms_key:
            headers["x-amz-server-side-encryption"] = self.algorithm or "aws:kms"
        if self.kms_key:
            headers["x-amz-server-side-encryption-aws-kms-key-id"] = self.kms_key
        return headers

    def options(self) -> dict[str, str]:
        """The same for boto3."""
        names = ("ServerSideEncryption", "SSEKMSKeyId")
        return dict(zip(names, self.headers().values(), strict=False))


class S3Target:
    """A bucket. What talks to it is imported at the first upload."""

    def __init__(self, bucket: str, timeout: float, encryption: Encryption) -> None:
        self._bucket = bucket
        self._timeout = timeout
        self._encryption = encryption
        self._client: Any = None

    def put(self, parcel: Parcel, sleep: Sleep, *, attempts: int | None = None) -> None:
        """One PutObject, with the credentials that Lambda gives; elsewhere boto3 finds some."""
        from lambda_usage.delivery.s3 import ATTEMPTS, Endpoint, Upload, put_object
        from lambda_usage.delivery.signing import Credentials

        if Credentials.from_environment() is None:
            self._boto3().put_object(
                Bucket=self._bucket,
                Key=parcel.key,
                Body=parcel.body,
                **self._encryption.options(),
            )
            return
        upload = Upload(
            Endpoint.from_environment(self._bucket),
            parcel.key,
            parcel.body,
            self._encryption.headers(),
            parcel.once,
        )
        put_object(upload, self._timeout, attempts=attempts or ATTEMPTS, sleep=sleep)

    def _boto3(self) -> Any:
        if self._client is None:
            import boto3

            self._client = boto3.session.Session().client("s3")
        return self._client

    def url(self, key: str) -> str:
        """The object's address."""
        return f"s3://{self._bucket}/{key}"


def make_target(bucket: str, timeout: float, encryption: Encryption | None = None) -> Target:
    """The target that ``COVERAGE_S3_BUCKET`` names: a bucket, a folder, or a ``file://`` URL."""
    if bucket.startswith("file://"):
        from urllib.parse import unquote, urlsplit

        return FolderTarget(unquote(urlsplit(bucket).path))
    if bucket.startswith(("/", "./", "../", "~")):
        return FolderTarget(os.path.expanduser(bucket))  # noqa: PTH111
    return S3Target(
        bucket.removeprefix("s3://").partition("/")[0], timeout, encryption or Encryption()
    )
