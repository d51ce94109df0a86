"""Bundles in a folder, for development and for what was downloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from lambda_usage.combine.errors import BundleGoneError, StoreAddressError, StoreError
from lambda_usage.combine.stores import (
    BUNDLE_SUFFIX,
    INVENTORY_FOLDER,
    INVENTORY_SUFFIX,
    StoredFile,
)


class FolderStore:
    """A folder, with all that lies below it, or a single file."""

    downloads = False

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def address(self) -> str:
        """The path, as it was given."""
        return str(self._path)

    def single(self) -> StoredFile | None:
        """The file itself, where the path is one."""
        if not self._path.is_file():
            return None
        return _stored(self._path.name, self._path)

    def bundles(self, prefix: str = "") -> Iterator[StoredFile]:
        """Every bundle below the folder whose relative path begins with ``prefix``."""
        return self._listed(prefix, BUNDLE_SUFFIX)

    def inventories(self) -> Iterator[StoredFile]:
        """Every inventory below the folder; none where the path is a file."""
        if self._path.is_file():
            return iter(())
        return self._listed(INVENTORY_FOLDER, INVENTORY_SUFFIX)

    def _listed(self, prefix: str, suffix: str) -> Iterator[StoredFile]:
        if not self._path.is_dir():
            raise StoreError(f"there is no folder {self._path}: check the path")
        for path in _files_below(self._path / prefix.rpartition("/")[0]):
            name = path.relative_to(self._path).as_posix()
            if name.startswith(prefix) and name.endswith(suffix):
                yield _stored(name, path)

    def fetch(self, name: str, to_path: Path) -> Path:
        """The original: reading it changes nothing."""
        path = self._path if self._path.is_file() else self._path / name
        if path.is_symlink() and not path.exists():
            raise BundleGoneError("a link that leads nowhere")
        if not path.exists():
            raise BundleGoneError("it was deleted while the store was being read")
        return path

    def put(self, local_path: Path, target: str) -> str:
        """Write beside the target, then rename, so that nobody reads half a file."""
        path = self._path / target
        if path.is_dir():
            raise StoreAddressError(f"cannot write to {path}: it is a folder; name a file")
        # The ending is not a bundle's: a concurrent reader never mistakes it for one.
        unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(local_path, unfinished)
            unfinished.replace(path)
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink()
            raise StoreError(f"cannot write {path}: {error.strerror or error}") from error
        return str(path)


def _stored(name: str, path: Path) -> StoredFile:
    try:
        found = path.stat()
    except OSError:  # a link that leads nowhere: whoever fetches it will say so
        return StoredFile(name, 0)
    return StoredFile(name, found.st_size, found.st_mtime)


def _files_below(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # a prefix that nothing has is just empty
            raise StoreError(f"cannot read {error.filename}: {error.strerror}") from error

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders.sort()
        yield from (Path(parent) / name for name in sorted(names))
