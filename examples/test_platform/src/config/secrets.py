"""Secrets, kept for some minutes so that a rotated one is noticed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from botocore.exceptions import BotoCoreError, ClientError

from config.aws import secrets_manager
from config.environment import settings
from utils.errors import SecretUnavailableError
from utils.logger import logger

_TTL_S = 300.0
_RETRY_S = 30.0


@dataclass(frozen=True, slots=True)
class _Entry:
    values: Mapping[str, str]
    expires: float


class SecretCache:
    """Secrets by name. Only what was fetched is kept, never that a fetch failed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._entries: dict[str, _Entry] = {}

    def get(self, name: str) -> Mapping[str, str]:
        """The values of a secret, which callers cannot change for each other."""
        entry = self._entries.get(name)
        if entry is not None and self._clock() < entry.expires:
            return entry.values
        try:
            return self._keep(name, self._fetch(name), _TTL_S)
        except (BotoCoreError, ClientError) as error:
            if entry is None:
                raise SecretUnavailableError(name) from error
            # An old secret is better than none: it is asked for again soon.
            logger.warning("secret not refreshed", extra={"error": type(error).__name__})
            return self._keep(name, entry.values, _RETRY_S)

    def forget(self, name: str) -> None:
        """Fetch a secret anew next time, after a partner has refused it."""
        self._entries.pop(name, None)

    def _keep(self, name: str, values: Mapping[str, str], seconds: float) -> Mapping[str, str]:
        self._entries[name] = _Entry(values, self._clock() + seconds)
        return values

    @staticmethod
    def _fetch(name: str) -> Mapping[str, str]:
        answer = secrets_manager().get_secret_value(SecretId=name)
        return MappingProxyType(json.loads(answer["SecretString"]))


_platform = SecretCache()


def signing_key() -> str:
    """What this service signs with."""
    return _platform.get(settings().secret_name)["signing_key"]
