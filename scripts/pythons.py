"""Finds the Pythons of this machine, for the tests and for the layer's byte code.

A Python is looked for in ``LAMBDA_USAGE_PYTHONS`` (paths, separated by colons), then it is the
running one, then on the PATH, then with pyenv, then in ``/opt/python3.X``.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
VARIABLE = "LAMBDA_USAGE_PYTHONS"


@dataclass(frozen=True, slots=True)
class Python:
    """An interpreter that runs."""

    version: str
    """``3.13``, say."""
    executable: Path


@functools.cache
def found() -> dict[str, Python]:
    """The first Python of each version that runs, oldest version first."""
    pythons: dict[str, Python] = {}
    for candidate in _candidates():
        if len(pythons) == len(VERSIONS):
            break
        version = _version(candidate)
        if version in VERSIONS and version not in pythons:
            pythons[version] = Python(version, candidate)
    return dict(sorted(pythons.items()))


def missing(version: str) -> str:
    """What to say where ``version`` was not found."""
    return f"no Python {version} found; name one in {VARIABLE} (paths separated by colons)"


def running() -> Python:
    """The interpreter that runs this."""
    return Python(f"{sys.version_info[0]}.{sys.version_info[1]}", Path(sys.executable))


def _candidates() -> Iterator[Path]:
    yield from (Path(part) for part in os.environ.get(VARIABLE, "").split(":") if part)
    yield running().executable
    for version in VERSIONS:
        on_path = shutil.which(f"python{version}")
        if on_path:
            yield Path(on_path)
    yield from _pyenv()
    for version in VERSIONS:
        yield from sorted(Path("/opt").glob(f"python{version}*/usr/bin/python{version}"))


def _pyenv() -> Iterator[Path]:
    if shutil.which("pyenv") is None:
        return
    root = subprocess.run(["pyenv", "root"], capture_output=True, text=True, check=False)
    if root.returncode == 0:
        versions = Path(root.stdout.strip()) / "versions"
        for version in VERSIONS:
            yield from sorted(versions.glob(f"{version}.*/bin/python{version}"), reverse=True)


def _version(executable: Path) -> str | None:
    # Running it is the only proof: pyenv's shims exist for versions that are not active.
    code = "import sqlite3, ssl, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run(
            [executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
        )
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
