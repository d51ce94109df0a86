"""Deployment packages: a function's files, with its requirements installed beside them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Protocol

from examples.test_platform.deploy.catalog import PLATFORM, SOURCE, functions

CACHE = PLATFORM.parents[1] / "build" / "cache"


class Python(Protocol):
    """The Python that a package is for."""

    @property
    def version(self) -> str:
        """``3.13``, say."""

    @property
    def executable(self) -> Path:
        """What to run."""


class PackageError(Exception):
    """A package cannot be built; says why."""


def build_package(function_name: str, target: Path, python: Python) -> Path:
    """Build the deployment package of a function as a folder, as Lambda unpacks it.

    Requirements are installed once for each Python, and linked rather than copied.

    Args:
        function_name: As functions.toml has it.
        target: The folder to make; it must not be there yet.
        python: The Python that will run the function.

    Raises:
        PackageError: The requirements could not be installed.
    """
    shutil.copytree(_requirements(python), target, copy_function=_link)
    for path in functions()[function_name].files:
        destination = target / path
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(SOURCE / path, destination)
    return target


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def _requirements(python: Python) -> Path:
    """A folder with all that requirements.txt names, and what that needs."""
    listed = PLATFORM / "requirements.txt"
    digest = hashlib.sha256(listed.read_bytes()).hexdigest()[:12]
    folder = CACHE / f"requirements-{python.version}-{digest}"
    if folder.exists():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as temporary:
        made = Path(temporary) / "made"
        _install(listed, made, python)
        try:
            made.rename(folder)
        except OSError:
            if not folder.exists():  # else another process was faster
                raise
    return folder


def _install(listed: Path, target: Path, python: Python) -> None:
    done = subprocess.run(
        [
            sys.executable, "-m", "uv", "pip", "install", "--quiet", "--compile-bytecode",
            "--python", str(python.executable), "--target", str(target),
            "--requirements", str(listed),
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise PackageError(f"{listed.name} could not be installed:\n{done.stderr.strip()}")
