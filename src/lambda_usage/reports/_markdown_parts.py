"""What both reports have in Markdown: the evidence, the blind spots."""

from __future__ import annotations

from collections.abc import Sequence

from lambda_usage.evidence.model import BlindSpot, Evidence
from lambda_usage.reports import _sentences as sentences
from lambda_usage.reports._markdown import Part, prose


def evidence(seen: Evidence) -> str:
    """What the report rests on, as items of a list."""
    words = f"{sentences.period(seen)}; {sentences.recorded(seen)}"
    heard = sentences.heard(seen)
    told = f"- Heard of: {prose(heard)}.\n" if heard else ""
    return f"- Evidence: {prose(words)}.\n{told}"


def blind_spots(spots: Sequence[BlindSpot]) -> list[Part]:
    """What the data cannot show; nothing where it shows all."""
    rows = tuple(f"- {prose(spot.message)}\n" for spot in spots)
    return [Part("### What this report cannot see\n\n", rows)] if rows else []
