"""What paths have in common."""

from __future__ import annotations

from collections.abc import Sequence

from lambda_usage.evidence.model import PathEvidence


def in_every(paths: Sequence[PathEvidence]) -> list[str]:
    """What all paths have in common says nothing about any of them: it is told once."""
    if len(paths) < 2:
        return []
    shared = set(paths[0].functions).intersection(*(path.functions for path in paths[1:]))
    return [name for name in paths[0].functions if name in shared]
