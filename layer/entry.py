"""A file of the layer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One file, as it will lie in ``/opt``."""

    path: str
    """Below /opt."""
    data: bytes
    executable: bool = False
