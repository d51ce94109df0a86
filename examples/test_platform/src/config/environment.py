"""What the deployment tells the functions, read once when a process starts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache


class ConfigurationError(Exception):
    """A variable that the functions cannot do without is missing."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One deployment."""

    stage: str
    table_prefix: str
    secret_name: str
    allowed_origins: frozenset[str]

    @property
    def is_development(self) -> bool:
        """Whether callers may see why something failed."""
        return self.stage == "dev"


@cache
def settings() -> Settings:
    """The settings of this deployment. A missing one fails at INIT, where a rollout sees it."""
    return Settings(
        stage=_required("STAGE"),
        table_prefix=_required("TABLE_PREFIX"),
        secret_name=_required("SECRET_NAME"),
        allowed_origins=frozenset(os.environ.get("ALLOWED_ORIGINS", "").split()),
    )


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ConfigurationError(f"the environment variable {name} is not set")
    return value
