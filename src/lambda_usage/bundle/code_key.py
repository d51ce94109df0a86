"""The name of a code object: what spans need of the bundle's model, without the rest of it."""

from __future__ import annotations

from typing import NamedTuple

UNKNOWN_ORDINAL = -1
"""Of a lambda that was found alive: others on its line may be gone."""


class CodeKey(NamedTuple):
    """Names one code object of one source file."""

    path: str
    qualname: str
    """``co_qualname``."""
    first_line: int
    ordinal: int = 0
    """Tells apart several of the same name on one line (lambdas), in source order from 0."""
