"""Builds what is written in C for one architecture, with a compiler that needs no system's.

``python layer/native.py`` builds it for this machine, beside its sources, where Python finds it.
The results need Python 3.11 or later, and the glibc of the oldest managed runtime (Amazon Linux 2
has 2.26) or a newer one.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "src/lambda_usage"
BINARIES = {"_gate.abi3.so": "_gate.c", "recording/_hits.abi3.so": "recording/_hits.c"}
"""Each with its source, as paths in the package."""

TARGETS = {
    "x86_64": "x86_64-linux-gnu.2.17",
    "arm64": "aarch64-linux-gnu.2.17",
}
"""zig's names, by Lambda's."""

_MACHINES = {"x86_64": "x86_64", "aarch64": "arm64"}


class NativeError(Exception):
    """It could not be built; says why."""


def build(arch: str, output: Path) -> None:
    """Writes the binaries for *arch* below *output*; the same sources give the same bytes.

    Raises:
        NativeError: The compiler is missing, or refuses.
    """
    for binary, source in BINARIES.items():
        _build(arch, PACKAGE / source, output / binary)


def _build(arch: str, source: Path, output: Path) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_name(f"{output.name}.{os.getpid()}.partial")
    done = subprocess.run(
        [
            sys.executable, "-m", "ziglang", "cc", "-target", TARGETS[arch],
            "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-fno-strict-aliasing",
            "-shared", "-fPIC", "-s",
            source.name, "-o", str(partial),
        ],
        cwd=source.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise NativeError(f"{source.name} could not be built for {arch}: {done.stderr.strip()}")
    partial.replace(output)


def main() -> int:
    """Builds for this machine; elsewhere than on Linux there is nothing to build."""
    arch = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or arch is None:
        print("Nothing in C for this machine: what is in Python does the same")
        return 0
    try:
        build(arch, PACKAGE)
    except NativeError as error:
        print(f"layer/native.py: {error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
