"""Finds the uploaded inventory that stands for the source, and says which one it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lambda_usage.cli.errors import CommandError, ExitCode, complain
from lambda_usage.combine.inventories import LOOKED_AT, list_inventories
from lambda_usage.combine.stores import INVENTORY_SUFFIX, Store, StoredFile, open_store

if TYPE_CHECKING:
    from lambda_usage.bundle.model import Bundle
    from lambda_usage.evidence.scopes import Inventory
    from lambda_usage.evidence.uploads import Upload

Choose = Callable[["Bundle"], "Inventory"]
"""Picks the inventory that fits the data."""


def find(address: str, wanted: str) -> Choose | None:
    """Look for inventories.

    Args:
        address: The store.
        wanted: Name of a source tree, or address of one inventory file; may be empty.

    Returns:
        What picks one once the data is there; ``None`` where nothing is wanted, and there is none.

    Raises:
        CommandError: What is wanted is not there, or it is not clear what is wanted.
        StoreError: The store cannot be read.
    """
    if "/" in wanted or wanted.endswith(INVENTORY_SUFFIX):
        return _named_file(wanted)
    store = open_store(address)
    trees = list_inventories(store)
    if wanted and wanted not in trees:
        others = f"there are {', '.join(trees)}" if trees else "there are none"
        raise CommandError(
            ExitCode.SOURCE,
            f"there is no inventory named {wanted!r} in {address}: {others}; check --inventory",
        )
    if not wanted and len(trees) > 1:
        raise CommandError(
            ExitCode.SOURCE,
            f"{address} holds inventories of several source trees ({', '.join(trees)}): name one, "
            f"--inventory {next(iter(trees))} say",
        )
    if not trees:
        return None
    uploads = trees[wanted] if wanted else next(iter(trees.values()))
    return _Uploads(store, uploads, address.rstrip("/") + "/")


def _named_file(address: str) -> Choose:
    store = open_store(address)
    single = store.single()
    if single is None:
        raise CommandError(
            ExitCode.SOURCE, f"there is no inventory file {address}: check --inventory"
        )
    return _Uploads(store, [single], "".join(address.rpartition("/")[:2]))


@dataclass(frozen=True, slots=True)
class _Uploads:
    """Uploads of one source tree, the newest first."""

    store: Store
    files: Sequence[StoredFile]
    folder: str
    """What their addresses begin with."""

    def __call__(self, bundle: Bundle) -> Inventory:
        """The upload that fits best; of equals, the newest."""
        from lambda_usage.evidence.inventory_file import InventoryFileError, unpack

        try:
            best = self._best(bundle)
            address = self.folder + best.file.name
            inventory = unpack(best.content, address)
        except InventoryFileError as error:
            raise CommandError(ExitCode.SOURCE, str(error)) from error
        _check(inventory, bundle, address)
        complain(f"source: {address}, {self._words(best)}")
        return inventory

    def _best(self, bundle: Bundle) -> Upload:
        from lambda_usage.evidence.uploads import best_upload

        best = best_upload(self.store, self.files[:LOOKED_AT], bundle, self.folder)
        if best is None:
            raise CommandError(
                ExitCode.SOURCE,
                f"{self.folder + self.files[0].name} has just been deleted: upload it again",
            )
        return best

    def _words(self, chosen: Upload) -> str:
        """Which it is, how well it fits, and what was passed over."""
        uploaded = datetime.fromtimestamp(chosen.file.modified, UTC).strftime("%Y-%m-%d %H:%M UTC")
        shipped, same = chosen.fit.shipped, chosen.fit.shipped_same
        words = [
            f"uploaded {uploaded}",
            f"shipped files that are as in the newest packages: {same:,} of {shipped:,}",
        ]
        if chosen.later:
            fits = "upload fits" if chosen.later == 1 else "uploads fit"
            words.append(f"{chosen.later} later {fits} less")
        if len(self.files) > LOOKED_AT:
            words.append(f"only the newest {LOOKED_AT} of {len(self.files):,} uploads were read")
        return "; ".join(words)


def _check(inventory: Inventory, bundle: Bundle, address: str) -> None:
    from lambda_usage.evidence.fitting import misfit

    wrong = misfit(inventory.units.keys(), bundle)
    if wrong is None:
        return
    hint = (
        f"upload its folder {wrong.folder} instead"
        if wrong.folder
        else "check --inventory, or upload the folder that becomes the deployment package"
    )
    raise CommandError(
        ExitCode.SOURCE,
        f"no file in the inventory {address} is one that the Lambda functions ship "
        f"({wrong.shipped}, say): {hint}",
    )
