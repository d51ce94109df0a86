"""Uploaded inventories in a store: ``inventory/<tree>/<hash>.json.gz``.

A store knows only their names and times; what is in them is the reading side's business.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from lambda_usage.combine._fetching import fetched
from lambda_usage.combine.errors import StoreError
from lambda_usage.combine.stores import INVENTORY_FOLDER, INVENTORY_SUFFIX, Store, StoredFile

MAX_BYTES = 256 * 2**20
"""Of one packed inventory: it is held in memory."""
LOOKED_AT = 100
"""Uploads of a tree that are compared with the data, the newest first."""


def list_inventories(store: Store) -> dict[str, list[StoredFile]]:
    """The uploads of each source tree, the newest first, by name of the tree.

    Raises:
        StoreError: The store cannot be read.
    """
    trees: dict[str, list[StoredFile]] = {}
    for each in store.inventories():
        trees.setdefault(PurePosixPath(each.name).parent.name, []).append(each)
    return {
        tree: sorted(uploads, key=lambda each: each.modified, reverse=True)
        for tree, uploads in trees.items()
    }


def read_inventories(
    store: Store, files: Sequence[StoredFile]
) -> Generator[tuple[StoredFile, bytes], None, None]:
    """The content of some files, in their order, without those that have just been deleted.

    Raises:
        StoreError: The store cannot be read, or holds what is too large for an inventory.
    """
    large = next((each for each in files if each.size > MAX_BYTES), None)
    if large:
        raise StoreError(
            f"{large.name} has {large.size:,} bytes, and no inventory has over {MAX_BYTES:,}: "
            "delete it, and upload the inventory again"
        )
    with closing(fetched(store, files)) as copies:
        for file, copy in zip(files, copies, strict=True):
            if copy.path is not None:
                yield file, copy.path.read_bytes()


def put_inventory(store: Store, tree: str, content_hash: str, content: bytes) -> str:
    """Store an inventory. One that is there already gets a new time and no other content.

    Args:
        store: Where to.
        tree: Name of the source tree.
        content_hash: Names the file.
        content: The file.

    Returns:
        The address of what was written.

    Raises:
        StoreError: It cannot be written there.
    """
    with TemporaryDirectory(prefix="lambda-usage-") as folder:
        local = Path(folder) / "inventory"
        local.write_bytes(content)
        return store.put(local, f"{INVENTORY_FOLDER}{tree}/{content_hash}{INVENTORY_SUFFIX}")
