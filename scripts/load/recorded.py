"""What the bundles of a load test say: it is held against what was sent."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from lambda_usage.bundle.reader import read_bundle
from scripts.load.targets import NAME
from tests.support.s3_server import S3Server


@dataclass
class Recorded:
    """All bundles together."""

    bundles: int = 0
    bytes: int = 0
    windows: int = 0
    invocations: Counter[str] = field(default_factory=Counter)
    """By kind of function."""
    costs: Counter[str] = field(default_factory=Counter)
    """What recording and delivery cost: seconds (``…_s``) and bytes (``…_bytes``)."""
    losses: Counter[str] = field(default_factory=Counter)

    def differences(self, sent: Counter[str]) -> list[str]:
        """Where it is not what was *sent*."""
        return [
            f"{kind}: {sent[kind]:,} invocations were sent, "
            f"the bundles tell of {self.invocations[kind]:,}"
            for kind in sorted({*sent, *self.invocations})
            if sent[kind] != self.invocations[kind]
        ]


def recorded(server: S3Server, bucket: str) -> Recorded:
    """Reads all bundles in *bucket*."""
    found = Recorded()
    client = server.client()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle"
        for key in server.keys(bucket, "coverage/"):
            body = client.get_object(Bucket=bucket, Key=key)["Body"].read()
            path.write_bytes(body)
            _note(path, found)
            found.bytes += len(body)
    client.close()
    return found


def _note(path: Path, found: Recorded) -> None:
    found.bundles += 1
    for origin, usage in read_bundle(path).origins.items():
        kind = origin.function_name.removeprefix(NAME)
        found.costs.update(usage.costs)
        found.losses.update(usage.losses)
        for exposure in usage.exposures.values():
            found.invocations[kind] += exposure.invocations
            found.windows += exposure.windows
