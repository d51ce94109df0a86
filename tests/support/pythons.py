"""Makes environments for the Pythons of this machine, each once."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from scripts.pythons import VERSIONS as VERSIONS
from scripts.pythons import Python as Python
from scripts.pythons import found as found
from scripts.pythons import missing as missing
from scripts.pythons import running as running
from tests.support.paths import BUILD, ROOT, locked
from tests.support.paths import Unavailable as Unavailable  # environments raise it

RUNTIME = ("awslambdaric>=4.2,<5", "boto3>=1.40,<2")
"""What a managed Lambda runtime brings."""


@dataclass(frozen=True, slots=True)
class PythonEnv:
    """An environment with its requirements installed."""

    version: str
    executable: Path

    def __str__(self) -> str:
        return self.version


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


def uv(*arguments: str) -> None:
    """Runs uv, which must be beside this Python or on the PATH."""
    beside = Path(sysconfig.get_path("scripts")) / "uv"
    program = str(beside) if beside.exists() else shutil.which("uv")
    if program is None:
        raise Unavailable("uv is not installed; `make setup` brings it")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"uv {' '.join(arguments)} failed:\n{done.stderr.strip()}")
