"""What a call of a handler gave, in words that can be compared between processes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

_ADDRESS = re.compile(r"0x[0-9a-f]+")

Answer = dict[str, str]


def returned(value: object) -> Answer:
    return {"value": _ADDRESS.sub("0x", repr(value))}


def raised(error: BaseException) -> Answer:
    return {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "message": _ADDRESS.sub("0x", str(error)),
        "cause": type(error.__cause__).__qualname__,
        "context": type(error.__context__).__qualname__,
    }


def read_events(path: str) -> list[Any]:
    return [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]


def write(path: str, content: object) -> None:
    Path(path).write_text(json.dumps(content), "utf-8")
