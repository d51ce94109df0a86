"""Where bundles and inventories lie: one small interface, whether in S3 or in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from lambda_usage.combine.errors import StoreAddressError

BUNDLE_SUFFIX = ".coverage"
"""Only names with this ending are bundles, or combined files."""
INVENTORY_FOLDER = "inventory/"
"""Below a store's address; in it, one folder for each source tree."""
INVENTORY_SUFFIX = ".json.gz"


class StoredFile(NamedTuple):
    """A file in a store that should be a bundle, or an inventory."""

    name: str
    """Path below the store's address, with ``/``."""
    size: int
    """Bytes."""
    modified: float = 0.0
    """When it was last written, as a Unix time; 0 where that is unknown."""


class Store(Protocol):
    """A place with bundles. Every method raises :class:`StoreError` when it fails."""

    @property
    def address(self) -> str:
        """The store as a user would write it."""

    @property
    def downloads(self) -> bool:
        """Whether fetching goes over a network, and so pays off in parallel."""

    def single(self) -> StoredFile | None:
        """The file that the address names, where it names a file and not a folder."""

    def bundles(self, prefix: str = "") -> Iterator[StoredFile]:
        """What lies in the store and begins with ``prefix``, in order of name."""

    def inventories(self) -> Iterator[StoredFile]:
        """The inventories that were uploaded, in order of name: ``inventory/<tree>/<hash>``."""

    def fetch(self, name: str, to_path: Path) -> Path:
        """Make a file readable here.

        Args:
            name: As the store gave it.
            to_path: Where to put a copy, where one is needed.

        Returns:
            The path to read: ``to_path``, or the original where it is a file already.
        """

    def put(self, local_path: Path, target: str) -> str:
        """Store a file, all or nothing.

        Returns:
            The address of what was written.
        """


def open_store(address: str) -> Store:
    """The store that an address names. Touches nothing yet.

    Args:
        address: ``s3://bucket/prefix``, a ``file://`` URL or a path. It names a folder, or one
            file.

    Raises:
        StoreAddressError: The address is none of these.
    """
    scheme, separator, rest = address.partition("://")
    if not separator:
        return _folder(_nonempty(address, address))
    if scheme == "s3":
        return _s3(address, rest)
    if scheme == "file":
        return _folder(_nonempty(unquote(urlsplit(address).path), address))
    raise StoreAddressError(
        f"cannot open {address!r}: a store is a folder, file:///folder or s3://bucket/prefix"
    )


def put_at(local_path: Path, address: str) -> str:
    """Store a file under an address of its own, all or nothing.

    Args:
        local_path: The finished file.
        address: ``s3://bucket/key``, a ``file://`` URL or a path.

    Returns:
        The address of what was written.

    Raises:
        StoreError: It cannot be written there.
    """
    parent, separator, name = address.rpartition("/")
    if not name or address == "s3://" + name:
        raise StoreAddressError(f"cannot write to {address!r}: name a file, not a folder")
    if not separator:
        parent = "."
    return open_store(parent or "/").put(local_path, name)


def _nonempty(path: str, address: str) -> str:
    if not path:
        raise StoreAddressError(f"the address {address!r} names no folder")
    return path


def _folder(path: str) -> Store:
    from lambda_usage.combine._folder import FolderStore

    return FolderStore(Path(path).expanduser())


def _s3(address: str, rest: str) -> Store:
    # Imported here: whoever combines a folder pays for no S3 client.
    from lambda_usage.combine._s3 import S3Store

    bucket, _, key = rest.partition("/")
    if not bucket:
        raise StoreAddressError(f"{address!r} names no bucket: write s3://bucket/prefix")
    return S3Store(bucket, key)
