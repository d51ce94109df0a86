"""Reads a store for a command: with a progress bar, and words for all that may be wrong."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_usage.cli.errors import CommandError, ExitCode, complain
from lambda_usage.combine.combiner import Combined, Progress, combine_store
from lambda_usage.combine.stores import open_store

if TYPE_CHECKING:
    from lambda_usage.bundle.model import Bundle
    from lambda_usage.evidence.scopes import Inventory

MAX_NAMED = 20
"""More broken bundles than these are only counted."""


def load(address: str, prefix: str) -> Combined:
    """What a store holds; names broken bundles on stderr.

    Raises:
        CommandError: There is no bundle to be had.
        StoreError: The store cannot be read.
    """
    store = open_store(address)
    with _progress() as progress:
        combined = combine_store(store, prefix, progress)
    _name_broken(combined.broken)
    if not combined.read:
        raise CommandError(ExitCode.NO_BUNDLES, _why_nothing(address, prefix, combined))
    return combined


def exit_code(combined: Combined) -> ExitCode:
    """How a command ends that has done its work."""
    return ExitCode.BROKEN_BUNDLES if combined.broken else ExitCode.DONE


def load_source(source: Path) -> Inventory:
    """The source code. Files that cannot be read are blind spots of the report.

    Raises:
        CommandError: There is no source code to be had.
    """
    if not source.is_dir():
        raise CommandError(
            ExitCode.SOURCE, f"there is no source directory {source}: check --source"
        )
    from lambda_usage.evidence.inventory import read_inventory

    inventory = read_inventory(source)
    if not inventory.units:
        first = "".join(f" ({each.path}: {each.reason})" for each in inventory.problems[:1])
        raise CommandError(
            ExitCode.SOURCE, f"{source} holds no Python that can be read{first}: check --source"
        )
    return inventory


def check_source(source: Path, inventory: Inventory, bundle: Bundle) -> None:
    """Make sure that the source is that of the data: else all of it would look undeployed.

    Raises:
        CommandError: No path of the one is in the other.
    """
    shipped = {path for usage in bundle.origins.values() for path in usage.files}
    if not shipped or not shipped.isdisjoint(inventory.units):
        return
    above = Counter(
        path.removesuffix(f"/{each}")
        for path in inventory.units
        for each in shipped
        if path.endswith(f"/{each}")
    )
    below = next(iter(above.most_common(1)), None)
    hint = f"did you mean --source {source / below[0]}?" if below else "check --source"
    example = min(shipped)
    raise CommandError(
        ExitCode.SOURCE,
        f"no file under {source} is one that the Lambda functions ship ({example}, say): {hint}",
    )


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A progress bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    columns = (
        TextColumn("Reading bundles"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with RichProgress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _name_broken(broken: tuple[tuple[str, str], ...]) -> None:
    for name, reason in broken[:MAX_NAMED]:
        complain(f"set aside {name}: {reason}")
    if len(broken) > MAX_NAMED:
        complain(f"set aside {len(broken) - MAX_NAMED:,} more broken bundles")


def _why_nothing(address: str, prefix: str, combined: Combined) -> str:
    if combined.broken:
        return f"no bundle in {address} can be read, for the reasons above"
    if combined.skipped_outputs:
        one = combined.skipped_outputs[0]
        return f"{address} holds only combined files: name the file itself, {one} say"
    if prefix:
        return f"no bundle in {address} begins with {prefix!r}: check --prefix"
    return (
        f"no bundles in {address}: check the address, and COVERAGE_S3_BUCKET and "
        "COVERAGE_S3_PREFIX of the Lambda function"
    )
