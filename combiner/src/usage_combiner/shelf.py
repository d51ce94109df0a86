"""Where results lie. Nothing is replaced but what the writer has seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_LOST = {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "412", "409", "404"}
_TYPES = {
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
    ".coverage": "application/vnd.sqlite3",
}


class _Condition(TypedDict, total=False):
    IfMatch: str
    IfNoneMatch: str


class LostRaceError(Exception):
    """Somebody else has written since: what this run has read may be out of date."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A prefix of a bucket. ``tag`` is an object's ETag, which changes with its content."""

    client: S3Client
    bucket: str
    prefix: str
    """Ends in ``/``, or is empty."""

    def tags(self, folder: str) -> dict[str, str]:
        """The files that lie directly in a folder, and the tag of each."""
        return self._listed(folder, "/")

    def below(self, folder: str) -> dict[str, str]:
        """The files at any depth of a folder, with the tag of each, in order of name."""
        return self._listed(folder, "")

    def read(self, name: str) -> bytes | None:
        """What is in a file; ``None`` where it has just been deleted."""
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=self.prefix + name)
        except self.client.exceptions.NoSuchKey:
            return None
        with answer["Body"] as body:
            return body.read()

    def put(self, name: str, path: Path, tag: str | None) -> None:
        """Write a file in place of the one that has the tag; of none, where that is ``None``.

        Raises:
            LostRaceError: It is another one by now.
        """
        with path.open("rb") as body:
            condition: _Condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
            try:
                self.client.put_object(
                    Bucket=self.bucket,
                    Key=self.prefix + name,
                    Body=body,
                    ContentType=_TYPES[path.suffix],
                    **condition,
                )
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") in _LOST:
                    raise LostRaceError(f"another run has written {name}") from error
                raise

    def _listed(self, folder: str, delimiter: str) -> dict[str, str]:
        start = self.prefix + folder
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=start, Delimiter=delimiter
        )
        return {
            found["Key"].removeprefix(self.prefix): found["ETag"]
            for page in pages
            for found in page.get("Contents", ())
        }
