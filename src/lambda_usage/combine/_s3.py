"""Bundles in S3, or in anything that speaks its protocol (``AWS_ENDPOINT_URL``)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_usage.combine._s3_errors import Action, is_transient, translated
from lambda_usage.combine.errors import StoreAddressError, StoreError
from lambda_usage.combine.stores import (
    BUNDLE_SUFFIX,
    INVENTORY_FOLDER,
    INVENTORY_SUFFIX,
    StoredFile,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectTypeDef

CONNECTIONS = 8
_ATTEMPTS = 3
_BUNDLE_TYPE = "application/vnd.sqlite3"
_TYPES = {".json": "application/json", INVENTORY_SUFFIX: "application/gzip"}


class S3Store:
    """The part of a bucket that lies under a key.

    Args:
        bucket: Name of the bucket.
        key: A folder in it (with or without the last ``/``), one object, or nothing for all.
    """

    downloads = True

    def __init__(self, bucket: str, key: str = "") -> None:
        self._bucket = bucket
        self._key = key

    @property
    def address(self) -> str:
        """``s3://bucket/key``."""
        return f"s3://{self._bucket}/{self._key}"

    @property
    def _folder(self) -> str:
        # "coverage" means the folder: "coverage-old/" beside it is another matter.
        return self._key if not self._key or self._key.endswith("/") else f"{self._key}/"

    def single(self) -> StoredFile | None:
        """The object that the address names; found by listing, which needs no more rights."""
        if not self._key or self._key.endswith("/"):
            return None
        with translated(Action.LIST, self._bucket, self._key):
            page = self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._key, MaxKeys=1)
        # Listings are sorted: the object itself comes before all that it is a prefix of.
        for found in page.get("Contents", ()):
            if found["Key"] == self._key:
                return _stored(self._key.rpartition("/")[2], found)
        return None

    def bundles(self, prefix: str = "") -> Iterator[StoredFile]:
        """Every bundle in the folder whose name begins with ``prefix``, page by page."""
        return self._listed(prefix, BUNDLE_SUFFIX)

    def inventories(self) -> Iterator[StoredFile]:
        """Every inventory in the folder."""
        return self._listed(INVENTORY_FOLDER, INVENTORY_SUFFIX)

    def _listed(self, prefix: str, suffix: str) -> Iterator[StoredFile]:
        with translated(Action.LIST, self._bucket, self._folder + prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._folder + prefix
            )
            for page in pages:
                for found in page.get("Contents", ()):
                    if found["Key"].endswith(suffix):
                        yield _stored(found["Key"].removeprefix(self._folder), found)

    def fetch(self, name: str, to_path: Path) -> Path:
        """Download one object; a connection that breaks off half-way is tried again."""
        is_single = name == self._key.rpartition("/")[2]
        key = self._key if is_single else self._folder + name
        with translated(Action.READ, self._bucket, key):
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    self._download(key, to_path)
                except Exception as error:
                    if attempt == _ATTEMPTS or not is_transient(error):
                        raise
                else:
                    break
        return to_path

    def put(self, local_path: Path, target: str) -> str:
        """One PUT, so the object is there as a whole or not at all."""
        key = self._folder + target
        if not target or target.endswith("/"):
            raise StoreAddressError(f"cannot write to s3://{self._bucket}/{key}: name a file")
        kind = next((kind for end, kind in _TYPES.items() if key.endswith(end)), _BUNDLE_TYPE)
        with translated(Action.WRITE, self._bucket, key), local_path.open("rb") as body:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=kind)
        return f"s3://{self._bucket}/{key}"

    def _download(self, key: str, to_path: Path) -> None:
        # One GET: boto3's download_file would send a HEAD before it.
        answer = self._client.get_object(Bucket=self._bucket, Key=key)
        with answer["Body"] as body, to_path.open("wb") as file:
            shutil.copyfileobj(body, file)

    @cached_property
    def _client(self) -> S3Client:
        try:
            import boto3
            from botocore.config import Config
        except ImportError as error:
            raise StoreError('reading S3 needs boto3: pip install "lambda-usage[cli]"') from error
        config = Config(
            connect_timeout=10,
            read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            max_pool_connections=CONNECTIONS,
        )
        with translated(Action.LIST, self._bucket, self._key):
            try:
                return boto3.client("s3", config=config)
            except ValueError as error:
                raise StoreError(f"{error}: check AWS_ENDPOINT_URL and AWS_REGION") from error


def _stored(name: str, found: ObjectTypeDef) -> StoredFile:
    return StoredFile(name, found["Size"], found["LastModified"].timestamp())
