"""Builds the Lambda layer, as /opt will see it: ``dist/lambda-usage-layer-<version>-<arch>.zip``.

``lambda-usage-layer-otel-<version>-<arch>.zip`` brings OpenTelemetry's SDK and OTLP exporter too.

The same sources and Pythons give the same bytes: entries are sorted, times and modes are fixed.
Functions start faster on each Python that is found here, for which the layer then has byte code.
"""

from __future__ import annotations

import argparse
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from layer import borrowed, native, wheels  # noqa: E402
from layer.bytecode import ByteCodeError, compiled  # noqa: E402
from layer.contents import ANALYSIS, EPOCH, LIMITS  # noqa: E402
from layer.entry import Entry  # noqa: E402
from scripts import pythons  # noqa: E402

PACKAGE = ROOT / "src" / "lambda_usage"
DROP_IN = ROOT / "src" / "coverage_wrapper"


class LayerError(Exception):
    """The layer cannot be built; says why."""


def main(arguments: list[str] | None = None) -> int:
    """Builds what the command line asks for; 3 where something could not be had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--arch",
        choices=sorted(wheels.PLATFORMS),
        action="append",
        help="default: every architecture",
    )
    parser.add_argument(
        "--variant", choices=sorted(LIMITS), action="append", help="default: every one"
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
        for arch in options.arch or sorted(wheels.PLATFORMS):
            slim = _slim(arch, own)
            for variant in options.variant or sorted(LIMITS):
                more = (
                    borrowed.opentelemetry(arch, list(found.values())) if variant == "otel" else ()
                )
                path = _built([*slim, *more], variant, arch, options.output)
                shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
                print(f"{shown} ({path.stat().st_size:,} bytes)")
    except (LayerError, ByteCodeError, wheels.WheelError) as error:
        print(f"layer/build.py: {error}", file=sys.stderr)
        return 3
    return 0


def _slim(arch: str, own: list[Entry]) -> list[Entry]:
    return [
        Entry("lambda-usage", (ROOT / "layer" / "lambda-usage").read_bytes(), executable=True),
        Entry("python/lambda_usage/LICENSE", (ROOT / "LICENSE").read_bytes()),
        *own,
        *_native(arch),
        *borrowed.coverage(arch),
    ]


def _built(entries: list[Entry], variant: str, arch: str, output: Path) -> Path:
    output.mkdir(parents=True, exist_ok=True)
    named = "" if variant == "slim" else f"{variant}-"
    path = output / f"lambda-usage-layer-{named}{version()}-{arch}.zip"
    write(path, entries)
    size, limit = path.stat().st_size, LIMITS[variant].zipped
    if size > limit:
        raise LayerError(f"{path} has {size:,} bytes, more than {limit:,}")
    return path


def version() -> str:
    """That of this checkout."""
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


def _native(arch: str) -> Iterator[Entry]:
    folder = ROOT / "build" / "native" / arch
    try:
        native.build(arch, folder)
    except native.NativeError as error:
        raise LayerError(str(error)) from None
    for binary in native.BINARIES:
        yield Entry(f"python/lambda_usage/{binary}", (folder / binary).read_bytes())


def _byte_code(python: pythons.Python, own: list[Entry]) -> Iterator[Entry]:
    sources = {each.path: each.data for each in own if each.path.endswith(".py")}
    for path, data in compiled(python.executable, sources).items():
        yield Entry(path, data)


def write(path: Path, entries: list[Entry]) -> None:
    """Make a zip file whose bytes depend on nothing but the entries."""
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
