"""Finds the Pythons of this machine and makes environments for them, each once.

A Python is looked for in ``LAMBDA_USAGE_PYTHONS`` (paths, separated by colons), then it is the
running one, then on the PATH, then with pyenv, then in ``/opt/python3.X``.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import BUILD, ROOT, locked
from tests.support.paths import Unavailable as Unavailable  # environments raise it

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
VARIABLE = "LAMBDA_USAGE_PYTHONS"

RUNTIME = ("awslambdaric>=4.2,<5", "boto3>=1.40,<2")
"""What a managed Lambda runtime brings."""


@dataclass(frozen=True, slots=True)
class Python:
    """An interpreter that runs."""

    version: str
    """``3.13``, say."""
    executable: Path


@dataclass(frozen=True, slots=True)
class PythonEnv:
    """An environment with its requirements installed."""

    version: str
    executable: Path

    def __str__(self) -> str:
        return self.version


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


def environment(
    python: Python, requirements: tuple[str, ...] = RUNTIME, *, editable: bool = False
) -> PythonEnv:
    """An environment of ``python`` with ``requirements``, kept for the next time.

    With ``editable`` the requirements are extras of this project, which is installed in place.
    """
    described = json.dumps([str(python.executable), requirements, editable])
    if editable:
        described += (ROOT / "pyproject.toml").read_text("utf-8")
    digest = hashlib.sha256(described.encode()).hexdigest()[:12]
    folder = BUILD / "envs" / f"{python.version}-{digest}"
    executable = folder / "bin" / "python"
    with locked(f"env-{folder.name}"):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            uv("venv", "--quiet", "--python", str(python.executable), str(folder))
            install = ["pip", "install", "--quiet", "--python", str(executable)]
            if editable:
                uv(*install, "--editable", f"{ROOT}[{','.join(requirements)}]")
            else:
                uv(*install, *requirements)
            (folder / "complete").touch()
    return PythonEnv(python.version, executable)


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


def uv(*arguments: str) -> None:
    """Runs uv, which must be beside this Python or on the PATH."""
    beside = Path(sysconfig.get_path("scripts")) / "uv"
    program = str(beside) if beside.exists() else shutil.which("uv")
    if program is None:
        raise Unavailable("uv is not installed; `make setup` brings it")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"uv {' '.join(arguments)} failed:\n{done.stderr.strip()}")
