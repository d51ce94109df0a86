"""The source code that goes with the data: an inventory that was uploaded, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from lambda_usage.bundle.model import Bundle
from lambda_usage.combine.inventories import LOOKED_AT
from lambda_usage.combine.stores import Store, StoredFile
from lambda_usage.evidence.fitting import misfit
from lambda_usage.evidence.inventory_file import InventoryFileError, unpack
from lambda_usage.evidence.scopes import Inventory
from lambda_usage.evidence.uploads import best_upload

Trees = dict[str, list[StoredFile]]
"""The uploads of each source tree, the newest first."""


@dataclass(frozen=True, slots=True)
class SourceCode:
    """What was found."""

    inventory: Inventory | None
    name: str = ""
    """Of the inventory, in the store."""
    problem: str = ""
    """Why there is none."""


def source_code(store: Store, trees: Trees, wanted: str, bundle: Bundle) -> SourceCode:
    """The inventory that fits the data best.

    Args:
        store: Where the uploads lie.
        trees: As they were listed.
        wanted: Name of the source tree; may be empty where there is one only.
        bundle: The data.

    Raises:
        StoreError: The store cannot be read.
    """
    if not trees:
        return _none(
            f"{store.address} holds no inventory of the source code: upload one, "
            f"lambda-usage inventory DIR --store {store.address}"
        )
    if wanted not in trees and (wanted or len(trees) > 1):
        return _none(
            f"which source code is meant is not clear: {store.address} holds inventories of "
            f"{', '.join(sorted(trees))}; set COMBINER_INVENTORY to one of them"
        )
    files = trees[wanted] if wanted else next(iter(trees.values()))
    try:
        best = best_upload(store, files[:LOOKED_AT], bundle)
        if best is None:
            return _none(f"{files[0].name} has just been deleted: upload it again")
        inventory = unpack(best.content, best.file.name)
    except InventoryFileError as error:
        return _none(str(error))
    wrong = misfit(inventory.units.keys(), bundle)
    if wrong:
        return _none(
            f"no file in {best.file.name} is one that the Lambda functions ship "
            f"({wrong.shipped}, say): upload the folder that becomes the deployment package"
        )
    return SourceCode(inventory, best.file.name)


def _none(problem: str) -> SourceCode:
    return SourceCode(None, problem=problem)
