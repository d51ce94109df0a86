"""Which of several uploaded inventories is that of the data."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from lambda_usage.bundle.model import Bundle
from lambda_usage.combine.inventories import read_inventories
from lambda_usage.combine.stores import Store, StoredFile
from lambda_usage.evidence.fitting import Fit, deployments, fit
from lambda_usage.evidence.inventory_file import unpack_hashes


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded inventory, and how well it fits."""

    file: StoredFile
    content: bytes
    fit: Fit
    later: int
    """Uploads after it."""


def best_upload(
    store: Store, files: Sequence[StoredFile], bundle: Bundle, folder: str = ""
) -> Upload | None:
    """The upload that fits best; of equals, the newest.

    Args:
        store: Where the uploads lie.
        files: Uploads of one source tree, the newest first.
        bundle: The data.
        folder: What is put before their names in errors.

    Returns:
        ``None`` where all of them have just been deleted.

    Raises:
        InventoryFileError: One of them cannot be read.
        StoreError: The store cannot be read.
    """
    deployed = deployments(bundle)
    best: Upload | None = None
    with closing(read_inventories(store, files)) as contents:
        for later, (file, content) in enumerate(contents):
            found = fit(unpack_hashes(content, folder + file.name), deployed)
            if best is None or found.rank > best.fit.rank:
                best = Upload(file, content, found, later)
    return best
