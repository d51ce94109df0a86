"""What the layer borrows: wheels for Lambda's machines, not for this one, each downloaded once."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

PLATFORMS = {
    "x86_64": ("manylinux2014_x86_64", "manylinux_2_17_x86_64"),
    "arm64": ("manylinux2014_aarch64", "manylinux_2_17_aarch64"),
}
"""Wheels that run on the oldest managed runtime (3.11's Amazon Linux 2, glibc 2.26) too."""

OLDEST = "3.11"


class WheelError(Exception):
    """Wheels could not be had; says why."""


def fetch(pins: Path, arch: str, version: str | None, cache: Path, *also: str) -> list[Path]:
    """The wheels that a requirements file pins, by name; downloaded where they are not kept yet.

    Args:
        pins: The requirements file. It names all: nothing is added for what they depend on.
        arch: Lambda's name of the architecture.
        version: Of Python, ``3.13`` say; ``None`` for wheels that serve all of them.
        cache: Where to keep them.
        also: Requirements that they must fulfil besides.

    Raises:
        WheelError: There is no such wheel, or no package index within reach.
    """
    digest = hashlib.sha256(repr((pins.read_text("utf-8"), also)).encode()).hexdigest()[:12]
    folder = cache / f"{pins.stem}-{version or 'all'}-{arch}-{digest}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as name:
            _download(Path(name) / "wheels", arch, version, "--requirement", str(pins), *also)
            try:
                (Path(name) / "wheels").rename(folder)
            except OSError as error:
                if not folder.exists():  # another build may have been faster
                    raise WheelError(f"the wheels cannot be kept in {folder}: {error}") from error
    return sorted(folder.glob("*.whl"))


def _download(folder: Path, arch: str, version: str | None, *wanted: str) -> None:
    interpreter = ["--python-version", version or OLDEST]
    if version is None:
        interpreter += ["--abi", "none"]  # pip adds the stable one
    platforms = [option for tag in PLATFORMS[arch] for option in ("--platform", tag)]
    done = subprocess.run(
        [
            sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
            "--only-binary", ":all:", "--implementation", "cp", *interpreter, *platforms,
            "--dest", str(folder), *wanted,
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise WheelError(
            f"pip could not get what the layer borrows: {last}\n"
            "  (a package index must be reachable the first time; wheels are then kept in "
            "build/cache)"
        )
