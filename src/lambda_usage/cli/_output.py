"""Where a command writes what it was asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from lambda_usage.cli.errors import complain
from lambda_usage.combine.stores import put_at


def write_text(output: str, write: Callable[[TextIO], None]) -> None:
    """Write text to a file or a URL, all or nothing; to stdout where none is named.

    Raises:
        StoreError: It cannot be written there.
    """
    if not output:
        # A terminal that cannot show a character gets a question mark, not a traceback.
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace")
        write(sys.stdout)
        return

    def write_file(local: Path) -> None:
        # Line ends are the form's business: CSV has its own.
        with local.open("w", encoding="utf-8", newline="") as file:
            write(file)

    write_path(output, write_file)


def write_path(output: str, write: Callable[[Path], None]) -> None:
    """Write a file that a library makes, all or nothing.

    Args:
        output: A path or a URL.
        write: Makes the file at the path that it is given, where there is none yet.

    Raises:
        StoreError: It cannot be written there.
    """
    with TemporaryDirectory(prefix="lambda-usage-") as folder:
        local = Path(folder) / "output"
        write(local)
        complain(f"wrote {put_at(local, output)}")
