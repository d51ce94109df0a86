"""What a period is made of: bundles for a day, results of days for anything longer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from lambda_usage.bundle.model import Bundle, BundleError
from lambda_usage.bundle.reader import read_bundle
from lambda_usage.combine.combiner import Combined, combine_files
from lambda_usage.combine.merge import merge_into
from lambda_usage.combine.stores import Store, StoredFile
from lambda_usage.combine.unread import state_unread
from usage_combiner.periods import Period, day_of
from usage_combiner.shelf import Shelf

COMBINED = "usage.coverage"
SUMMARY = "summary.json"


class ResultError(Exception):
    """A combined file that is there cannot be read, and so is not replaced."""


@dataclass(frozen=True, slots=True)
class Bundles:
    """The bundles of a day."""

    store: Store
    files: tuple[StoredFile, ...]

    @property
    def inputs(self) -> list[tuple[object, ...]]:
        """What the result depends on."""
        return [tuple(each) for each in self.files]

    def combine(self, before: Bundle) -> Combined:
        """All bundles, in order of their names.

        Args:
            before: The combined file as it is. Where it holds bundles that are no longer in the
                store, a life-cycle rule has expired them; what they told is kept.
        """
        combined = combine_files(self.store, self.files)
        if before.bundles.keys() <= combined.bundle.bundles.keys():
            return combined
        grown = combine_files(self.store, self.files, onto=before)
        return replace(combined, bundle=grown.bundle, read=grown.read)


@dataclass(frozen=True, slots=True)
class Days:
    """The results of the days of a period, and bundles that lie in no day's folder."""

    shelf: Shelf
    results: dict[str, str]
    """Names and tags of the days' combined files and summaries."""
    strays: tuple[StoredFile, ...]

    @property
    def inputs(self) -> list[tuple[object, ...]]:
        """What the result depends on."""
        return [*self.results.items(), *((each.name,) for each in self.strays)]

    def combine(self, before: Bundle) -> Combined:
        """All days. *before* is not needed: a day never loses anything."""
        sum_ = _Sum()
        for name in self.results:
            content = self.shelf.read(name)
            if content is not None:
                sum_.add(name, content)
        sum_.broken += [
            (each.name, "lies in no folder of a day, YYYY/MM/DD/") for each in self.strays
        ]
        state_unread(sum_.bundle, sum_.broken)  # a day of which nothing can be read states nothing
        read = len(sum_.bundle.bundles)
        return Combined(sum_.bundle, read, sum_.duplicates, tuple(sum_.broken), ())


@dataclass(slots=True)
class _Sum:
    bundle: Bundle = field(default_factory=Bundle)
    duplicates: int = 0
    broken: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, content: bytes) -> None:
        if name.endswith(SUMMARY):
            summary = json.loads(content)
            self.duplicates += summary["duplicates"]
            self.broken += [(each["name"], each["reason"]) for each in summary["broken"]]
        elif not merge_into(self.bundle, combined_in(content, name)):
            self.broken.append((name, "holds a bundle that another day holds too"))


def sources(period: Period, store: Store, shelf: Shelf) -> Bundles | Days:
    """Lists what a period is made of, now."""
    listed = tuple(store.bundles(period.prefix))
    if period.is_day:
        return Bundles(store, tuple(each for each in listed if day_of(each.name)))
    results = {
        name: tag
        for name, tag in shelf.below(period.prefix).items()
        if day_of(name) and name.endswith((f"/{COMBINED}", f"/{SUMMARY}"))
    }
    return Days(shelf, results, tuple(each for each in listed if day_of(each.name) is None))


def days_below(period: Period, files: Iterable[StoredFile]) -> list[Period]:
    """The days of a period that have bundles."""
    found = {day_of(each.name) for each in files if each.name.startswith(period.prefix)}
    return sorted(each for each in found if each)


def combined_in(content: bytes, name: str) -> Bundle:
    """A combined file that an earlier run has written.

    Raises:
        ResultError: It is something else, or of a newer version.
    """
    with TemporaryDirectory(prefix="lambda-usage-") as folder:
        path = Path(folder) / COMBINED
        path.write_bytes(content)
        try:
            return read_bundle(path)
        except BundleError as error:
            raise ResultError(
                f"{name} cannot be read ({error}), and so is not replaced: delete it to have it "
                "made anew from the bundles that are in the store"
            ) from error
