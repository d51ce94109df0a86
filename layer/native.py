"""Builds the C part of the recorder for one architecture, with a compiler that needs no system's.

``python layer/native.py`` builds it for this machine, beside its source, where Python finds it.
The result needs Python 3.12 or later, and the glibc of the oldest managed runtime (Amazon Linux 2
has 2.26) or a newer one.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src/lambda_usage/recording/_hits.c"
BINARY = "_hits.abi3.so"

TARGETS = {
    "x86_64": "x86_64-linux-gnu.2.17",
    "arm64": "aarch64-linux-gnu.2.17",
}
"""zig's names, by Lambda's."""

_MACHINES = {"x86_64": "x86_64", "aarch64": "arm64"}


class NativeError(Exception):
    """It could not be built; says why."""


def build(arch: str, output: Path) -> None:
    """Writes the binary for *arch* to *output*; the same source gives the same bytes.

    Raises:
        NativeError: The compiler is missing, or refuses.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_name(f"{output.name}.{os.getpid()}.partial")
    done = subprocess.run(
        [
            sys.executable, "-m", "ziglang", "cc", "-target", TARGETS[arch],
            "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-fno-strict-aliasing",
            "-shared", "-fPIC", "-s",
            SOURCE.name, "-o", str(partial),
        ],
        cwd=SOURCE.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise NativeError(f"{SOURCE.name} could not be built for {arch}: {done.stderr.strip()}")
    partial.replace(output)


def main() -> int:
    """Builds for this machine; elsewhere than on Linux there is nothing to build."""
    arch = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or arch is None:
        print("No C part for this machine: recording uses the one in Python")
        return 0
    try:
        build(arch, SOURCE.with_name(BINARY))
    except NativeError as error:
        print(f"layer/native.py: {error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
