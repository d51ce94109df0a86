"""Reads a store for a command: with a progress bar, and words for all that may be wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_usage.cli.errors import CommandError, ExitCode, complain
from lambda_usage.combine.combiner import Combined, Progress, combine_store
from lambda_usage.combine.errors import StoreError
from lambda_usage.combine.stores import open_store

if TYPE_CHECKING:
    from lambda_usage.bundle.model import Bundle
    from lambda_usage.evidence.scopes import Inventory

_WITHOUT = "going on without the source code"

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


def load_with_source(
    address: str, prefix: str, source: Path | None, inventory: str
) -> tuple[Combined, Inventory]:
    """What a store holds, and the source code: a directory, or an inventory uploaded before.

    Args:
        address: The store.
        prefix: As of :func:`load`.
        source: The source directory.
        inventory: In its place, the name of an uploaded inventory, or the address of one. Where
            both are left out, the store's only inventory will do.

    Raises:
        CommandError: There is no bundle to be had, or no source code, or that of something else.
        StoreError: The store cannot be read.
    """
    find = _finder(address, source, inventory)
    if find is None:
        raise _no_source(address, prefix)
    combined = load(address, prefix)
    return combined, find(combined.bundle)


def load_with_any_source(
    address: str, prefix: str, source: Path | None, inventory: str
) -> tuple[Combined, Inventory | None]:
    """As :func:`load_with_source`, for what can be told without the source code, too.

    An inventory that was not asked for and does not serve is left out, and stderr says why.
    """
    if source is not None or inventory:
        return load_with_source(address, prefix, source, inventory)
    find = None
    try:
        find = _finder(address, None, "")
    except CommandError as error:
        complain(f"{_WITHOUT}: {error}")
    except StoreError:
        pass  # if it concerns the bundles too, reading them will tell
    combined = load(address, prefix)
    try:
        return combined, find(combined.bundle) if find else None
    except (CommandError, StoreError) as error:
        complain(f"{_WITHOUT}: {error}")
        return combined, None


def _finder(
    address: str, source: Path | None, inventory: str
) -> Callable[[Bundle], Inventory] | None:
    """What finds the source code that goes with the data; fails early where there is none."""
    if source is None:
        from lambda_usage.cli._inventories import find

        return find(address, inventory)
    if inventory:
        raise CommandError(ExitCode.USAGE, "--source and --inventory exclude each other: give one")
    read = load_source(source)

    def checked(bundle: Bundle) -> Inventory:
        check_source(source, read, bundle)
        return read

    return checked


def _no_source(address: str, prefix: str) -> CommandError:
    store = open_store(address)
    if store.single():
        return CommandError(
            ExitCode.SOURCE,
            f"no verdict without the source code, and {address} is one file: give --source DIR, "
            "or --inventory with the address of an uploaded inventory",
        )
    if next(iter(store.bundles(prefix)), None) is None:
        load(address, prefix)  # which says what is wrong
    return CommandError(
        ExitCode.SOURCE,
        f"no verdict without the source code, and {address} holds no inventory of it: give "
        f"--source DIR, or upload one (lambda-usage inventory DIR --store {address})",
    )


def load_source(source: Path, option: str = "--source") -> Inventory:
    """The source code. Files that cannot be read are blind spots of the report.

    Args:
        source: Its directory.
        option: What the user gave it by, for errors.

    Raises:
        CommandError: There is no source code to be had, or it cannot be told what of it somebody
            wants to keep.
    """
    if not source.is_dir():
        raise CommandError(
            ExitCode.SOURCE, f"there is no source directory {source}: check {option}"
        )
    from lambda_usage.evidence.inventory import KeepsUnknownError, read_inventory

    try:
        inventory = read_inventory(source)
    except KeepsUnknownError as error:
        raise CommandError(ExitCode.SOURCE, str(error)) from error
    if not inventory.units:
        first = "".join(f" ({each.path}: {each.reason})" for each in inventory.problems[:1])
        raise CommandError(
            ExitCode.SOURCE, f"{source} holds no Python that can be read{first}: check {option}"
        )
    return inventory


def check_source(source: Path, inventory: Inventory, bundle: Bundle) -> None:
    """Make sure that the source is that of the data: else all of it would look undeployed.

    Raises:
        CommandError: No path of the one is in the other.
    """
    from lambda_usage.evidence.fitting import misfit

    wrong = misfit(inventory.units.keys(), bundle)
    if wrong is None:
        return
    hint = f"did you mean --source {source / wrong.folder}?" if wrong.folder else "check --source"
    raise CommandError(
        ExitCode.SOURCE,
        f"no file under {source} is one that the Lambda functions ship ({wrong.shipped}, say): "
        f"{hint}",
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
