"""What an example says of itself: ``examples/<name>/example.toml``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec

from tests.support.paths import ROOT

EXAMPLES = ROOT / "examples"
FILE = "example.toml"


class ExampleError(Exception):
    """There is no such example, or it cannot be understood; says what to do."""


class Deployed(StrEnum):
    """What a function is deployed as."""

    FUNCTION = "function"
    """The folder with its code, and our layer."""
    OPENTELEMETRY = "opentelemetry"
    """The same, and what OpenTelemetry's layer brings."""
    COMBINER = "combiner"
    """The zip of ``combiner/build.py``."""


class Function(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A Lambda function, and what it is sent."""

    name: str
    code: str = ""
    """The example whose code it runs; empty: this one."""
    handler: str = "app.handler"
    deployed: Deployed = Deployed.FUNCTION
    wrapper: bool = True
    """Whether the exec wrapper attaches us; if not, the code does, or nobody."""
    variables: dict[str, str] = {}
    events: str = "events.jsonl"
    repeat: int = 1
    """How often all events are sent."""


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A command of ``lambda-usage`` that is run afterwards."""

    says: str
    """What to look for in what it prints."""
    run: str
    exit: int = 0
    """The exit code that it ought to end with."""


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that running an example takes."""

    title: str
    functions: list[Function]
    deployment: list[Command] = []
    """What a pipeline runs when it deploys, before any traffic."""
    commands: list[Command] = []
    compare: str = ""
    """Key of the answers that names the function which gave them: its true share is counted."""


def names() -> list[str]:
    """All examples that can be run so."""
    return sorted(path.parent.name for path in EXAMPLES.glob(f"*/{FILE}"))


def read(name: str) -> Example:
    """One example.

    Raises:
        ExampleError: There is none of that name, or its file is wrong.
    """
    path = EXAMPLES / name / FILE
    if name not in names():
        raise ExampleError(f"there is no example {name}: choose {', '.join(names())}")
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Example)
    except msgspec.MsgspecError as error:
        raise ExampleError(f"{path.relative_to(ROOT)}: {error}") from error


def folder_of(name: str, function: Function) -> Path:
    """Where the code of a function lies."""
    return EXAMPLES / (function.code or name)
