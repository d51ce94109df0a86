"""All bundles of a store as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Sized
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from lambda_usage.bundle.model import Bundle, BundleError
from lambda_usage.bundle.reader import bundle_kind, read_bundle
from lambda_usage.combine._fetching import Fetched, fetched
from lambda_usage.combine.merge import merge_into
from lambda_usage.combine.stores import Store, StoredFile
from lambda_usage.combine.unread import state_unread

Progress = Callable[[int, int], None]
"""Called after each file with how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Combined:
    """What a store held."""

    bundle: Bundle
    read: int
    """Bundles that are in :attr:`bundle`."""
    duplicates: int
    """Files that held a bundle which was there already."""
    broken: tuple[tuple[str, str], ...]
    """Name and reason of each file that could not be understood."""
    skipped_outputs: tuple[str, ...]
    """Combined files met on the way; their bundles count where they lie themselves."""


def combine_store(store: Store, prefix: str = "", progress: Progress | None = None) -> Combined:
    """Reads every bundle of a store, one at a time, into one.

    Where the store's address names a file, bundle or combined, that file alone is read.

    Args:
        store: Where the bundles lie.
        prefix: Only names that begin with it count, ``2026/11/`` say.
        progress: Told after each file; given one, the listing is read to its end first.

    Raises:
        StoreError: The store as a whole cannot be read.
    """
    single = store.single()
    tally = _Tally(named=single is not None)
    listing: Iterable[StoredFile] = [single] if single else store.bundles(prefix)
    if progress:
        listing = list(listing)
    return _combine(store, listing, tally, progress)


def combine_files(
    store: Store, files: Sequence[StoredFile], onto: Bundle | None = None
) -> Combined:
    """Reads some bundles of a store into one: those of a listing, and none that came after it.

    Args:
        store: Where the bundles lie.
        files: As they were listed.
        onto: What was combined before: it is added to, and its bundles do not count again.

    Raises:
        StoreError: The store as a whole cannot be read.
    """
    return _combine(store, files, _Tally(named=False, bundle=onto or Bundle()))


def _combine(
    store: Store,
    listing: Iterable[StoredFile],
    tally: _Tally,
    progress: Progress | None = None,
) -> Combined:
    total = len(listing) if isinstance(listing, Sized) else 0
    with closing(fetched(store, listing)) as files:
        for done, file in enumerate(files, start=1):
            tally.add(file)
            if progress:
                progress(done, total)
    return tally.result()


@dataclass(slots=True)
class _Tally:
    named: bool
    """The user named this very file: a combined one is what is wanted."""
    bundle: Bundle = field(default_factory=Bundle)
    duplicates: int = 0
    broken: list[tuple[str, str]] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)

    def add(self, file: Fetched) -> None:
        if file.path is None:
            self.broken.append((file.name, file.problem))
            return
        try:
            bundle = self._read(file.path)
        except Exception as error:
            # Damaged bytes fail in many ways, and one bad file among thousands must not cost
            # the others. Nothing of it has been merged at this point.
            self.broken.append((file.name, _reason(error)))
            return
        if bundle is None:
            self.outputs.append(file.name)
        elif self.named:
            self.bundle = bundle
        elif not merge_into(self.bundle, bundle):
            self.duplicates += 1

    def _read(self, path: Path) -> Bundle | None:
        if bundle_kind(path) == "combined" and not self.named:
            return None
        return read_bundle(path)

    def result(self) -> Combined:
        state_unread(self.bundle, self.broken)
        return Combined(
            bundle=self.bundle,
            read=len(self.bundle.bundles),
            duplicates=self.duplicates,
            broken=tuple(self.broken),
            skipped_outputs=tuple(self.outputs),
        )


def _reason(error: Exception) -> str:
    words = " ".join(str(error).split())
    if isinstance(error, BundleError):
        return words
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
