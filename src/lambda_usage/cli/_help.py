"""Help texts."""

from __future__ import annotations

import inspect
from collections.abc import Callable


def paragraphs(command: Callable[..., object]) -> str:
    """A command's docstring, each paragraph as one line: terminals wrap it as they are wide."""
    text = inspect.getdoc(command) or ""
    return "\n\n".join(part.replace("\n", " ") for part in text.split("\n\n"))
