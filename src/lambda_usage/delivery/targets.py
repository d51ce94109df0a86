"""Where bundles go: an S3 bucket, or a folder for development."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    class Target(Protocol):
        """A place that takes bundles."""

        def put(self, body: bytes, key: str) -> None:
            """Store *body* under *key*, complete or not at all; raises what went wrong."""

        def url(self, key: str) -> str:
            """What to call the stored file in a log line."""


class FolderTarget:
    """A folder; keys are paths below it."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def put(self, body: bytes, key: str) -> None:
        """Write, then move into place."""
        goal = self.url(key)
        os.makedirs(os.path.dirname(goal), exist_ok=True)  # noqa: PTH103, PTH120
        part = f"{goal}.{os.getpid()}.part"
        with open(part, "wb") as file:  # noqa: PTH123
            file.write(body)
        os.replace(part, goal)  # noqa: PTH105

    def url(self, key: str) -> str:
        """The file's path."""
        return os.path.join(self._folder, *key.split("/"))  # noqa: PTH118


class S3Target:
    """A bucket. What talks to it is imported at the first upload."""

    def __init__(self, bucket: str, timeout: float) -> None:
        self._bucket = bucket
        self._timeout = timeout
        self._client: Any = None

    def put(self, body: bytes, key: str) -> None:
        """One PutObject, with the credentials that Lambda gives; elsewhere boto3 finds some."""
        from lambda_usage.delivery.s3 import Credentials, Endpoint, put_object

        credentials = Credentials.from_environment()
        if credentials is None:
            self._boto3().put_object(Bucket=self._bucket, Key=key, Body=body)
        else:
            endpoint = Endpoint.from_environment(self._bucket)
            put_object(endpoint, key, body, credentials, self._timeout)

    def _boto3(self) -> Any:
        if self._client is None:
            import boto3

            self._client = boto3.session.Session().client("s3")
        return self._client

    def url(self, key: str) -> str:
        """The object's address."""
        return f"s3://{self._bucket}/{key}"


def make_target(bucket: str, timeout: float) -> Target:
    """The target that ``COVERAGE_S3_BUCKET`` names: a bucket, a folder, or a ``file://`` URL."""
    if bucket.startswith("file://"):
        from urllib.parse import unquote, urlsplit

        return FolderTarget(unquote(urlsplit(bucket).path))
    if bucket.startswith(("/", "./", "../", "~")):
        return FolderTarget(os.path.expanduser(bucket))  # noqa: PTH111
    return S3Target(bucket.removeprefix("s3://").partition("/")[0], timeout)
