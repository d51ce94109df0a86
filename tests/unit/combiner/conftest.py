"""Bundles in a folder, results in an S3 in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from lambda_usage.combine.stores import open_store
from tests.support.made_bundles import bundle_file, inventory_content, made_bundle
from usage_combiner.results import Workplace
from usage_combiner.settings import read_settings
from usage_combiner.shelf import Shelf

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "usage-bucket"
SETTINGS = read_settings({"COVERAGE_S3_BUCKET": BUCKET, "COMBINER_MIN_EXPOSURE": "10"})


@dataclass
class World:
    """A store, and a shelf for each name."""

    folder: Path
    client: S3Client
    pauses: list[float] = field(default_factory=list)

    def place(self, shelf: str | Shelf = "combined") -> Workplace:
        """Where a run works. Two shelves see the same bundles."""
        if isinstance(shelf, str):
            shelf = Shelf(self.client, BUCKET, f"{shelf}/")
        return Workplace(open_store(str(self.folder)), shelf, SETTINGS, self.pauses.append)

    def add(self, numbers: Iterable[int], days: int = 1) -> list[Path]:
        """Deliver bundles."""
        return [bundle_file(self.folder, made_bundle(number, days)) for number in numbers]

    def add_inventory(self) -> None:
        """Upload the inventory."""
        name, content = inventory_content(self.folder.parent / "source")
        path = self.folder / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)

    def results(self, shelf: str = "combined") -> dict[str, bytes]:
        """All that was written, by name."""
        found = self.client.list_objects_v2(Bucket=BUCKET, Prefix=f"{shelf}/")
        return {
            each["Key"].removeprefix(f"{shelf}/"): self.client.get_object(
                Bucket=BUCKET, Key=each["Key"]
            )["Body"].read()
            for each in found.get("Contents", ())
        }

    def summary(self, prefix: str, shelf: str = "combined") -> dict[str, Any]:
        """The summary of a period."""
        found: dict[str, Any] = json.loads(self.results(shelf)[f"{prefix}summary.json"])
        return found


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    (tmp_path / "usage").mkdir()
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield World(tmp_path / "usage", client)
        client.close()
