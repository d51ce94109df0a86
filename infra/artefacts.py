"""The zips that are deployed: those of the last build, in ``dist/``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lambda_usage.version import __version__

ARCHITECTURES = ("x86_64", "arm64")
COMBINER_ARCHITECTURE = "x86_64"


class NotBuilt(Exception):
    """A zip is missing: says how to make it."""


@dataclass(frozen=True, slots=True)
class Artefacts:
    """A folder with zips."""

    folder: Path

    def layer(self, architecture: str, *, otel: bool = False) -> str:
        """The layer, with OpenTelemetry where that is asked for."""
        variant = "otel-" if otel else ""
        return self._zip(f"layer-{variant}", architecture, "make build")

    def combiner(self) -> str:
        """The combiner function."""
        return self._zip("combiner-", COMBINER_ARCHITECTURE, "make combiner")

    def _zip(self, kind: str, architecture: str, how: str) -> str:
        path = self.folder / f"lambda-usage-{kind}{__version__}-{architecture}.zip"
        if not path.exists():
            raise NotBuilt(f"{path.name} is not in {self.folder}: {how}")
        return str(path)
