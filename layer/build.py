"""Builds the Lambda layer: ``dist/lambda-usage-layer-<version>-<arch>.zip``, as /opt will see it.

The same sources and Pythons give the same bytes: entries are sorted, times and modes are fixed.
Functions start faster on each Python that is found here, for which the layer then has byte code.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from layer import native  # noqa: E402
from layer.bytecode import ByteCodeError, compiled  # noqa: E402
from scripts import pythons  # noqa: E402

PACKAGE = ROOT / "src" / "lambda_usage"
DROP_IN = ROOT / "src" / "coverage_wrapper"

ANALYSIS = frozenset({"evidence", "reports", "cli"})
"""The half that has no business inside a function."""

PLATFORMS = {
    "x86_64": ("manylinux2014_x86_64", "manylinux_2_17_x86_64"),
    "arm64": ("manylinux2014_aarch64", "manylinux_2_17_aarch64"),
}
"""Wheels that run on the managed 3.11 runtime (Amazon Linux 2, glibc 2.26) only."""

SIZE_LIMIT = 3_000_000
EPOCH = (1980, 1, 1, 0, 0, 0)


class LayerError(Exception):
    """The layer cannot be built; says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the layer."""

    path: str
    """Below /opt."""
    data: bytes
    executable: bool = False


def main(arguments: list[str] | None = None) -> int:
    """Builds what the command line asks for; 3 where something could not be had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--arch", choices=sorted(PLATFORMS), action="append", help="default: every architecture"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="default: dist/")
    options = parser.parse_args(arguments)
    found = pythons.found()
    for version in pythons.VERSIONS:
        if version not in found:
            print(f"the layer starts slower on Python {version}: {pythons.missing(version)}")
    try:
        own = list(_own_code())
        own += [each for python in found.values() for each in _byte_code(python, own)]
        for arch in options.arch or sorted(PLATFORMS):
            path = build(arch, own, options.output)
            shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
            print(f"{shown} ({path.stat().st_size:,} bytes)")
    except (LayerError, ByteCodeError) as error:
        print(f"layer/build.py: {error}", file=sys.stderr)
        return 3
    return 0


def build(arch: str, own: list[Entry], output: Path) -> Path:
    """Writes the layer for ``arch``, with our ``own`` code, into the folder ``output``."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    entries = [
        Entry("lambda-usage", (ROOT / "layer" / "lambda-usage").read_bytes(), executable=True),
        Entry("python/lambda_usage/LICENSE", (ROOT / "LICENSE").read_bytes()),
        *own,
        _native(arch),
        *_borrowed(_coverage_wheel(arch, _runtime_requirement(project["dependencies"]))),
    ]
    output.mkdir(parents=True, exist_ok=True)
    path = output / f"lambda-usage-layer-{_version()}-{arch}.zip"
    _write(path, entries)
    if path.stat().st_size > SIZE_LIMIT:
        raise LayerError(f"{path} has {path.stat().st_size:,} bytes, more than {SIZE_LIMIT:,}")
    return path


def _version() -> str:
    found = re.search(r'^__version__ = "(.+)"$', (PACKAGE / "version.py").read_text("utf-8"), re.M)
    if found is None:
        raise LayerError("src/lambda_usage/version.py names no version")
    return found[1]


def _own_code() -> Iterator[Entry]:
    for package in (PACKAGE, DROP_IN):
        for file in package.rglob("*"):
            path = file.relative_to(package)
            if path.parts[0] in ANALYSIS or file.suffix not in {".py", ".typed"}:
                continue
            yield Entry(f"python/{package.name}/{path.as_posix()}", file.read_bytes())


def _native(arch: str) -> Entry:
    path = ROOT / "build" / "native" / arch / native.BINARY
    try:
        native.build(arch, path)
    except native.NativeError as error:
        raise LayerError(str(error)) from None
    return Entry(f"python/lambda_usage/recording/{native.BINARY}", path.read_bytes())


def _byte_code(python: pythons.Python, own: list[Entry]) -> Iterator[Entry]:
    sources = {each.path: each.data for each in own if each.path.endswith(".py")}
    for path, data in compiled(python.executable, sources).items():
        yield Entry(path, data)


def _borrowed(wheel: Path) -> Iterator[Entry]:
    # The wheel's .pth file would run in every interpreter that takes this folder for its own.
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.startswith("coverage/htmlfiles/") or name.endswith((".pth", "/")):
                continue
            yield Entry(f"python/lib/python3.11/site-packages/{name}", archive.read(name))


def _runtime_requirement(dependencies: list[str]) -> str:
    for dependency in dependencies:
        requirement, _, marker = dependency.partition(";")
        if requirement.startswith("coverage") and "3.12" in marker:
            return requirement.strip()
    raise LayerError("pyproject.toml no longer names coverage for Python 3.11")


def _coverage_wheel(arch: str, requirement: str) -> Path:
    pins = ROOT / "layer" / "requirements-3.11.txt"
    version = next(
        line.partition("==")[2].strip()
        for line in pins.read_text("utf-8").splitlines()
        if line.startswith("coverage==")
    )
    cache = ROOT / "build" / "cache" / f"coverage-{version}-{arch}"
    if not any(cache.glob("*.whl")):
        partial = cache.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        platforms = [option for tag in PLATFORMS[arch] for option in ("--platform", tag)]
        _pip(
            "download", "--quiet", "--no-deps", "--only-binary", ":all:",
            "--implementation", "cp", "--python-version", "311", *platforms,
            "--dest", str(partial), "--constraint", str(pins), requirement,
        )  # fmt: skip
        shutil.rmtree(cache, ignore_errors=True)
        partial.rename(cache)
    wheel = next(cache.glob("*.whl"))
    if "-cp311-" not in wheel.name:
        raise LayerError(f"{wheel.name} has no C tracer: no wheel of coverage for 3.11 on {arch}")
    return wheel


def _pip(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise LayerError(
            f"pip could not get coverage for the layer's Python 3.11 part: {last}\n"
            "  (a package index must be reachable the first time; the wheel is then kept in "
            "build/cache)"
        )


def _write(path: Path, entries: list[Entry]) -> None:
    partial = path.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for entry in sorted(entries, key=lambda entry: entry.path):
            info = zipfile.ZipInfo(entry.path, EPOCH)
            info.create_system = 3  # Unix, whatever built it
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o100755 if entry.executable else 0o100644) << 16
            archive.writestr(info, entry.data)
    partial.replace(path)


if __name__ == "__main__":
    sys.exit(main())
