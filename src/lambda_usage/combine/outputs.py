"""What combining leaves behind: the combined file, or its summary as JSON."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

from lambda_usage.bundle.writer import write_bundle
from lambda_usage.combine.combiner import Combined
from lambda_usage.combine.errors import StoreError
from lambda_usage.combine.listing import list_usage
from lambda_usage.combine.stores import put_at
from lambda_usage.combine.summary import summarize


def write_output(combined: Combined, address: str) -> str:
    """Writes what was combined, all or nothing.

    An address that ends in ``.json`` gets the summary, the functions and the paths; any other
    the combined file, which coverage.py opens as its own.

    Returns:
        The address of what was written.

    Raises:
        StoreError: It cannot be written there.
    """
    with TemporaryDirectory(prefix="lambda-usage-") as folder:
        local = Path(folder) / "output"
        try:
            _write(combined, local, address)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"cannot write a temporary file in {folder}: {error}") from error
        return put_at(local, address)


def _write(combined: Combined, local: Path, address: str) -> None:
    if address.endswith(".json"):
        content = {"summary": summarize(combined, address), **list_usage(combined.bundle)}
        local.write_text(json.dumps(content, indent=1, allow_nan=False), encoding="utf-8")
    else:
        write_bundle(combined.bundle, local, kind="combined")
