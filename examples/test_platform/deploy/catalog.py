"""The Lambda functions of the platform, as functions.toml describes them."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path

PLATFORM = Path(__file__).resolve().parents[1]
SOURCE = PLATFORM / "src"


@dataclass(frozen=True, slots=True)
class LambdaFunction:
    """One Lambda function."""

    name: str
    handler: str
    """As Lambda wants it: ``folder/module.function``."""
    files: tuple[str, ...]
    """What its package ships of the source, relative to ``src/``, sorted."""
    variables: tuple[tuple[str, str], ...]
    """Its environment."""


@functools.cache
def functions() -> dict[str, LambdaFunction]:
    """All functions, by name.

    Raises:
        FileNotFoundError: A pattern of functions.toml names no file.
    """
    described = tomllib.loads((PLATFORM / "functions.toml").read_text("utf-8"))
    variables = tuple(described["variables"].items())
    return {
        name: LambdaFunction(name, each["handler"], _files(each["files"]), variables)
        for name, each in described["functions"].items()
    }


def _files(patterns: list[str]) -> tuple[str, ...]:
    found: set[str] = set()
    for pattern in patterns:
        matches = {path.relative_to(SOURCE).as_posix() for path in SOURCE.glob(pattern)}
        if not matches:
            raise FileNotFoundError(f"functions.toml: no file in src/ matches {pattern}")
        found |= matches
    return tuple(sorted(found))
