"""The built layer, unpacked as Lambda would into ``/opt``."""

from __future__ import annotations

import platform
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.support.paths import ROOT, Unavailable


def unpacked_layer(folder: Path, variant: str = "slim") -> Path:
    """Builds the layer for this machine and unpacks it into ``folder/opt``; returns that."""
    arch = "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"
    dist = folder / "dist"
    done = subprocess.run(
        [
            sys.executable, str(ROOT / "layer" / "build.py"),
            "--arch", arch, "--variant", variant, "--output", str(dist),
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode == 3:
        raise Unavailable(done.stderr.strip())
    if done.returncode:
        raise RuntimeError(f"layer/build.py failed:\n{done.stderr}")
    opt = folder / "opt"
    with zipfile.ZipFile(next(dist.glob("*.zip"))) as archive:
        for info in archive.infolist():
            path = Path(archive.extract(info, opt))
            path.chmod((info.external_attr >> 16) & 0o777)
    return opt
