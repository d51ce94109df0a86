"""Finds the Pythons of this machine, for the tests and for the layer's byte code.

A Python is looked for in ``LAMBDA_USAGE_PYTHONS`` (paths, separated by colons), then it is the
running one, then on the PATH, then with pyenv, then in ``/opt/python3.X``. Those of the other
architecture, which an emulator runs, are commands in ``LAMBDA_USAGE_FOREIGN_PYTHONS``.
"""

from __future__ import annotations

import functools
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
VARIABLE = "LAMBDA_USAGE_PYTHONS"
FOREIGN = "LAMBDA_USAGE_FOREIGN_PYTHONS"
MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
"""Lambda's names of architectures, by those that machines have for themselves."""


@dataclass(frozen=True, slots=True)
class Python:
    """An interpreter that runs."""

    version: str
    """``3.13``, say."""
    executable: Path


@functools.cache
def found() -> dict[str, Python]:
    """The first Python of each version that runs, oldest version first."""
    return _first_of_each(_candidates(), here())


def foreign(arch: str) -> dict[str, Python]:
    """The same of an architecture that is not this machine's."""
    return _first_of_each(_named(FOREIGN), arch)


def here() -> str:
    """This machine's architecture, by Lambda's name if it has one."""
    machine = platform.machine().lower()
    return MACHINES.get(machine, machine)


def missing(version: str, arch: str | None = None) -> str:
    """What to say where ``version`` was not found, of this machine's architecture or another."""
    which, variable = (f"{version} for {arch}", FOREIGN) if arch else (version, VARIABLE)
    return f"no Python {which} found; name one in {variable} (paths separated by colons)"


def running() -> Python:
    """The interpreter that runs this."""
    return Python(f"{sys.version_info[0]}.{sys.version_info[1]}", Path(sys.executable))


def _first_of_each(candidates: Iterator[Path], arch: str) -> dict[str, Python]:
    pythons: dict[str, Python] = {}
    for candidate in candidates:
        if len(pythons) == len(VERSIONS):
            break
        version, machine = _about(candidate)
        if (
            version in VERSIONS
            and version not in pythons
            and MACHINES.get(machine, machine) == arch
        ):
            pythons[version] = Python(version, candidate)
    return dict(sorted(pythons.items()))


def _named(variable: str) -> Iterator[Path]:
    yield from (Path(part) for part in os.environ.get(variable, "").split(":") if part)


def _candidates() -> Iterator[Path]:
    yield from _named(VARIABLE)
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


def _about(executable: Path) -> tuple[str, str]:
    """Its version and machine; empty where it does not run."""
    # Running it is the only proof: pyenv's shims exist for versions that are not active.
    code = (
        "import platform, sqlite3, ssl, sys;"
        "print('%d.%d' % sys.version_info[:2], platform.machine().lower())"
    )
    try:
        done = subprocess.run(
            [executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return "", ""
    version, _, machine = done.stdout.strip().partition(" ")
    return (version, machine) if done.returncode == 0 else ("", "")
