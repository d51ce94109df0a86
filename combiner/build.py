"""Builds the combiner function: ``dist/lambda-usage-combiner-<version>-<arch>.zip``.

The same sources, libraries and Python give the same bytes. Without Python 3.13 on this machine
there is no byte code in it, and the function starts slower.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from layer.build import LayerError, version, write  # noqa: E402
from layer.bytecode import ByteCodeError, compiled  # noqa: E402
from layer.entry import Entry  # noqa: E402
from layer.wheels import PLATFORMS  # noqa: E402
from scripts import pythons  # noqa: E402

PYTHON = "3.13"
REQUIREMENTS = ROOT / "combiner" / "requirements.txt"
IMAGES = {
    arch: (*tags, tags[1].replace("2_17", "2_28"), tags[1].replace("2_17", "2_34"))
    for arch, tags in PLATFORMS.items()
}
"""Wheels that run on Amazon Linux 2023 (glibc 2.34), the managed runtimes from 3.12 on."""

IN_RUNTIME = frozenset(
    {"boto3", "botocore", "s3transfer", "urllib3", "dateutil", "python_dateutil", "six"}
)
"""boto3, and what only boto3 needs."""
SCIPY = frozenset({"_lib", "special", "_external"})
"""The evidence needs three functions of ``scipy.special``: the other parts are five times that."""
UNUSED = frozenset({"tests", "htmlfiles", "__pycache__", "bin", "include", "RECORD"})
"""RECORD also has hashes of scripts that name this machine's Python."""

ZIPPED_LIMIT = 50 * 2**20
"""Of Lambda, for a direct upload."""
UNZIPPED_LIMIT = 250 * 2**20
"""Of Lambda, with all layers."""


def main(arguments: list[str] | None = None) -> int:
    """Builds what the command line asks for; 3 where something could not be had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arch", choices=sorted(IMAGES), default="x86_64")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="default: dist/")
    options = parser.parse_args(arguments)
    try:
        path, unzipped = build(options.arch, options.output)
    except (LayerError, ByteCodeError) as error:
        print(f"combiner/build.py: {error}", file=sys.stderr)
        return 3
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    print(f"{shown} ({path.stat().st_size:,} bytes; {unzipped:,} unzipped)")
    return 0


def build(arch: str, output: Path) -> tuple[Path, int]:
    """Writes the function for ``arch`` into the folder ``output``; its path and unzipped size."""
    entries = [*_own_code(), *_libraries(_installed(arch))]
    found = pythons.found()
    if PYTHON in found:
        sources = {each.path: each.data for each in entries if each.path.endswith(".py")}
        code = compiled(found[PYTHON].executable, sources, pack=False)
        entries += [Entry(path, data) for path, data in code.items()]
    else:
        print(f"the combiner starts slower: {pythons.missing(PYTHON)}")
    unzipped = sum(len(each.data) for each in entries)
    output.mkdir(parents=True, exist_ok=True)
    path = output / f"lambda-usage-combiner-{version()}-{arch}.zip"
    write(path, entries)
    if unzipped > UNZIPPED_LIMIT or path.stat().st_size > ZIPPED_LIMIT:
        raise LayerError(
            f"{path} has {path.stat().st_size:,} bytes, {unzipped:,} unzipped: Lambda takes no "
            f"more than {ZIPPED_LIMIT:,} and {UNZIPPED_LIMIT:,}"
        )
    return path, unzipped


def _own_code() -> Iterator[Entry]:
    yield Entry("lambda_usage/LICENSE", (ROOT / "LICENSE").read_bytes())
    for package in (ROOT / "src" / "lambda_usage", ROOT / "combiner" / "src" / "usage_combiner"):
        for file in package.rglob("*"):
            inside = file.relative_to(package)
            if file.is_file() and _is_ours(inside):
                yield Entry(f"{package.name}/{inside.as_posix()}", file.read_bytes())


def _is_ours(path: Path) -> bool:
    recording = path.suffix in {".so", ".c"}
    return not recording and path.parts[0] != "cli" and "__pycache__" not in path.parts


def _libraries(folder: Path) -> Iterator[Entry]:
    for file in folder.rglob("*"):
        path = file.relative_to(folder)
        if file.is_file() and is_needed(path):
            yield Entry(path.as_posix(), file.read_bytes())


def is_needed(path: Path) -> bool:
    """Whether a file of a library goes into the zip."""
    first = path.parts[0]
    if first.partition("-")[0].removesuffix(".py") in IN_RUNTIME or path.suffix in {".pth", ".pyi"}:
        return False
    if first == "scipy" and len(path.parts) > 2 and path.parts[1] not in SCIPY:
        return False
    return UNUSED.isdisjoint(path.parts)


def _installed(arch: str) -> Path:
    """The libraries' wheels, unpacked; kept for the next time."""
    described = f"{PYTHON} {IMAGES[arch]} {REQUIREMENTS.read_text('utf-8')}"
    digest = hashlib.sha256(described.encode()).hexdigest()[:12]
    folder = ROOT / "build" / "cache" / f"combiner-{digest}-{arch}"
    if folder.exists():
        return folder
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    platforms = [option for tag in IMAGES[arch] for option in ("--platform", tag)]
    done = subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "--no-compile", "--only-binary", ":all:", "--implementation", "cp",
            "--python-version", PYTHON, *platforms,
            "--target", str(partial), "--requirement", str(REQUIREMENTS),
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip() or "no output").splitlines()[-1]
        raise LayerError(
            f"pip could not get the combiner's libraries: {last}\n  (a package index must be "
            "reachable the first time; they are then kept in build/cache)"
        )
    partial.rename(folder)
    return folder


if __name__ == "__main__":
    sys.exit(main())
