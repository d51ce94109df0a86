"""Bundles made by hand, and an S3 in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from lambda_usage.bundle.model import (
    GROUPS,
    NO_WEIGHTS,
    Bundle,
    BundleId,
    BundleInfo,
    Code,
    CodeKey,
    Counts,
    Exposure,
    Origin,
    OriginUsage,
    SourceFile,
)
from lambda_usage.bundle.model import Path as UsagePath
from lambda_usage.bundle.writer import write_bundle

BUCKET = "usage-bucket"
MakeBundle = Callable[..., Bundle]
WriteBundle = Callable[..., Path]

HANDLER = CodeKey("app.py", "handler", 3)
HELPER = CodeKey("app.py", "helper", 9)


def usage(invocations: int, recorder: str) -> OriginUsage:
    counts = Counts(invocations, float(invocations), (float(invocations), *NO_WEIGHTS[1:]))
    lines = {HANDLER: frozenset({4, 5})}
    return OriginUsage(
        exposures={
            "2026-11-20": Exposure(
                inits=1,
                invocations=invocations,
                windows=invocations,
                weight=float(invocations),
                weight_squared=float(invocations),
                weight_max=1.0,
                invocation_groups=counts.groups,
                window_groups=counts.groups,
            )
        },
        files={"app.py": SourceFile("app.py", "ab" * 16, 120, loaded=True)},
        codes={
            HANDLER: Code(HANDLER, "h1", frozenset({4, 5, 6}), frozenset(), frozenset({4, 5})),
            HELPER: Code(HELPER, "h2", frozenset({10})),
        },
        paths={"p1": UsagePath("p1", lines, counts, duration=0.01 * invocations, errors=1.0)},
    )


@pytest.fixture
def make_bundle() -> MakeBundle:
    """A bundle of one process, as ``make_bundle(process, sequence, …)``."""
    assert len(NO_WEIGHTS) == GROUPS

    def make(
        process: str = "process-1",
        sequence: int = 0,
        *,
        function: str = "orders",
        invocations: int = 10,
        time: float = 1_763_600_000.0,
        **origin: Any,
    ) -> Bundle:
        whence = Origin(function, root="/var/task", **{"recorder": "monitoring", **origin})
        name = BundleId(process, sequence)
        info = BundleInfo(name, whence, False, time, time + 60)
        return Bundle({name: info}, {whence: usage(invocations, whence.recorder)})

    return make


@pytest.fixture
def write(make_bundle: MakeBundle, tmp_path: Path) -> WriteBundle:
    """Writes a bundle into a folder, as ``write(path, process, sequence, …)``."""

    def to_file(path: str, *args: Any, kind: str = "bundle", **kwargs: Any) -> Path:
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        write_bundle(make_bundle(*args, **kwargs), target, kind=kind)
        return target

    return to_file


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of an S3 in memory that has the bucket ``BUCKET``."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield client
