"""Brings the results of one period up to date, whoever else does the same.

What a period's results say depends on what its folder holds and on nothing else: not on which
events came, how often, or in which order. So an event only says what to look at.

A run first reads the tags of the results that are there, then lists what there is to combine, and
writes each result only over the one whose tag it has read. Where another run has written in
between, this one begins anew. So a result never gives way to one of an older listing. The summary
is written last, with a fingerprint of the listing: a run that ended half-way left none, and the
next one does it all again.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lambda_usage.bundle.model import Bundle
from lambda_usage.bundle.writer import write_bundle
from lambda_usage.combine.combiner import Combined
from lambda_usage.combine.inventories import list_inventories
from lambda_usage.combine.stores import Store
from lambda_usage.combine.summary import summarize
from lambda_usage.version import __version__
from usage_combiner.periods import Period
from usage_combiner.reporting import REPORTS, write_reports
from usage_combiner.settings import Settings
from usage_combiner.shelf import LostRaceError, Shelf
from usage_combiner.source_code import source_code
from usage_combiner.sources import COMBINED, SUMMARY, combined_in, sources

ATTEMPTS = 6
_PAUSE_S = 0.5

UNCHANGED = "unchanged"
EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one period."""

    period: Period
    status: str
    """``success``; ``partial``, where bundles were set aside; ``empty``; or ``unchanged``."""
    summary: dict[str, Any]
    """As it was written; empty where nothing was."""
    races_lost: int = 0


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where bundles come from, where results go, and what holds for all of them."""

    store: Store
    shelf: Shelf
    settings: Settings
    pause: Callable[[float], None] = time.sleep


def bring_up_to_date(place: Workplace, period: Period) -> Outcome:
    """Write what a period's results should be by now, unless they are that already.

    Raises:
        LostRaceError: Others kept writing; they, or the next run, see to it.
        ResultError: The combined file that is there cannot be read, and so is not replaced.
        StoreError, ClientError: A bucket cannot be read or written.
    """
    for lost in range(ATTEMPTS):
        try:
            return replace(_attempt(place, period), races_lost=lost)
        except LostRaceError:
            if lost == ATTEMPTS - 1:
                raise
            # the other one may need as long again for its other files
            place.pause(_PAUSE_S * 2**lost * random.uniform(0.5, 1.5))
    raise AssertionError("unreachable")


def _attempt(place: Workplace, period: Period) -> Outcome:
    tags = place.shelf.tags(period.prefix)  # before all that is read: see the module
    known = _summary(place.shelf, period) if period.prefix + SUMMARY in tags else {}
    found = sources(period, place.store, place.shelf)
    trees = list_inventories(place.store)
    inputs = _fingerprint(place.settings, found.inputs, trees)
    if known.get("inputs") == inputs and _complete(period, known, tags):
        return Outcome(period, UNCHANGED, known)
    combined = found.combine(_before(place.shelf, period, tags))
    if not combined.read and not combined.broken:
        return Outcome(period, EMPTY, {})
    with TemporaryDirectory(prefix="lambda-usage-") as name:
        folder = Path(name)
        code = source_code(place.store, trees, place.settings.inventory, combined.bundle)
        summary = summarize(combined, COMBINED if combined.read else None)
        summary |= {"period": str(period), "inventory": code.name or None, "reports": []}
        if combined.read:
            write_bundle(combined.bundle, folder / COMBINED, kind="combined")
            if code.inventory:
                write_reports(combined, code.inventory, place.settings.thresholds, folder)
                summary["reports"] = list(REPORTS)
        summary |= {"no_reports": _why_none(combined, code.problem), "inputs": inputs}
        text = json.dumps(summary, indent=1, ensure_ascii=False, allow_nan=False)
        (folder / SUMMARY).write_text(text + "\n", encoding="utf-8")
        for file in (COMBINED, *REPORTS, SUMMARY):  # the summary last: see the module
            if (folder / file).exists():
                key = period.prefix + file
                place.shelf.put(key, folder / file, tags.get(key))
    return Outcome(period, str(summary["status"]), summary)


def _complete(period: Period, known: dict[str, Any], tags: dict[str, str]) -> bool:
    """Whether all is there that the summary speaks of: whoever deletes a file has it made anew."""
    files = [*known["reports"], *([COMBINED] if known["output"] else [])]
    return all(period.prefix + file in tags for file in files)


def _why_none(combined: Combined, problem: str) -> str | None:
    return (problem or None) if combined.read else "no bundle could be read"


def _before(shelf: Shelf, period: Period, tags: dict[str, str]) -> Bundle:
    name = period.prefix + COMBINED
    if not period.is_day or name not in tags:
        return Bundle()
    content = shelf.read(name)
    return Bundle() if content is None else combined_in(content, name)


def _summary(shelf: Shelf, period: Period) -> dict[str, Any]:
    content = shelf.read(period.prefix + SUMMARY)
    try:
        found = json.loads(content or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _fingerprint(settings: Settings, inputs: object, trees: object) -> str:
    """Of all that results depend on. It may differ where they do not, never the reverse."""
    told = json.dumps(
        [__version__, settings.inventory, settings.thresholds, inputs, trees], default=str
    )
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()
