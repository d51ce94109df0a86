"""What must be in a layer's zip, what must not, and how it must lie there.

Nothing is run and nothing unpacked: this can be said of every architecture on any machine.
"""

from __future__ import annotations

import re
import stat
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from layer.native import BINARIES
from scripts.pythons import VERSIONS

EPOCH = (1980, 1, 1, 0, 0, 0)
WRAPPER = "lambda-usage"
OURS = ("python/lambda_usage/", "python/coverage_wrapper/")
ANALYSIS = frozenset({"evidence", "reports", "cli"})
"""The half that has no business inside a function."""

_NAME = re.compile(
    r"lambda-usage-layer-(?P<otel>otel-)?(?P<version>[^-]+)-(?P<arch>x86_64|arm64)\.zip"
)
_SITE = re.compile(r"python/lib/python3\.\d+/site-packages/coverage(-[^/]+\.dist-info)?/")
_OTEL = re.compile(
    r"python/((opentelemetry|google|requests|certifi|charset_normalizer|idna)/"
    r"|(__pycache__/)?typing_extensions\.|[\w.-]+\.dist-info/|\w+__mypyc\.)"
)
_TEST = re.compile(r"(^|/)(tests?|conftest\.py)(/|$)|(lambda_usage|_wrapper)/(.*/)?test_[^/]*\.py$")
_UNCHECKED = b"\1\0\0\0"
_RUNS, _LIES = stat.S_IFREG | 0o755, stat.S_IFREG | 0o644
_MACHINES = {"x86_64": ("x86_64", 62), "arm64": ("aarch64", 183)}
"""As Python's file names and the heads of ELF files have it (elf(5), e_machine)."""


class NoLayer(Exception):
    """It cannot be looked into; says why."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a layer may measure, in bytes."""

    zipped: int
    unpacked: int


LIMITS = {"slim": Limits(3_000_000, 10_000_000), "otel": Limits(12_000_000, 40_000_000)}
"""By variant. Lambda's own is 250 MB, with all else unpacked."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A zip, read."""

    path: Path
    variant: str
    """``slim``, or ``otel``: with OpenTelemetry."""
    version: str
    arch: str
    entries: tuple[zipfile.ZipInfo, ...]
    data: Mapping[str, bytes]

    @property
    def unpacked(self) -> int:
        """Bytes in ``/opt``."""
        return sum(map(len, self.data.values()))


def built(folder: Path, version: str) -> list[Path]:
    """The layer's zips of *version* in *folder*; the combiner's may lie beside them."""
    return sorted(folder.glob(f"lambda-usage-layer*-{version}-*.zip"))


def read_layer(path: Path) -> Layer:
    """The layer in a zip.

    Raises:
        NoLayer: It is named otherwise, is no zip, or is damaged.
    """
    named = _NAME.fullmatch(path.name)
    if named is None:
        raise NoLayer("is not named lambda-usage-layer-[otel-]<version>-<x86_64 or arm64>.zip")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = tuple(archive.infolist())
            data = {entry.filename: archive.read(entry) for entry in entries}
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise NoLayer(f"cannot be read: {error}") from error
    return Layer(
        path, "otel" if named["otel"] else "slim", named["version"], named["arch"], entries, data
    )


def faults(layer: Layer, limits: Limits | None = None) -> Iterator[str]:
    """All that is wrong with it, a sentence each."""
    yield from _sizes(layer, limits or LIMITS[layer.variant])
    yield from _paths(layer)
    yield from _places(layer)
    yield from _modes(layer)
    yield from _repeatable(layer)
    yield from _version(layer)
    yield from _wrapper(layer)
    yield from _native(layer)
    yield from _licences(layer)
    yield from _byte_code(layer)


def differences(one: Layer, other: Layer) -> Iterator[str]:
    """Where two architectures differ in more than machine code: a trial of one speaks for both."""
    for path in sorted(one.data.keys() | other.data.keys()):
        if path.endswith(".so") or ".dist-info/" in path:
            continue
        if one.data.get(path) != other.data.get(path):
            yield f"{path} is not the same as in {other.path.name}"


def byte_code_versions(layer: Layer) -> list[str]:
    """The Pythons that find byte code in it."""
    tags = set(re.findall(r"\.cpython-3(\d+)\.pyc\b", "\n".join(layer.data)))
    return [version for version in VERSIONS if version.partition(".")[2] in tags]


def _sizes(layer: Layer, limits: Limits) -> Iterator[str]:
    zipped = layer.path.stat().st_size
    if zipped > limits.zipped:
        yield f"has {zipped:,} bytes, more than {limits.zipped:,}"
    if layer.unpacked > limits.unpacked:
        yield f"has {layer.unpacked:,} bytes unpacked, more than {limits.unpacked:,}"


def _paths(layer: Layer) -> Iterator[str]:
    names = [entry.filename for entry in layer.entries]
    for name, number in Counter(names).items():
        if number > 1:
            yield f"{name} is in it {number} times"
        path = PurePosixPath(name)
        plain = str(path) == name and re.fullmatch(r"[\w./-]+", name)
        if not plain or path.is_absolute() or ".." in path.parts:
            yield f"{name!r} is no plain path below /opt"
    if names != sorted(names):
        yield "its entries are not in order, as those of `make build` are"


def _places(layer: Layer) -> Iterator[str]:
    for name in layer.data:
        more = layer.variant == "otel" and _OTEL.match(name)
        if name != WRAPPER and not name.startswith(OURS) and not _SITE.match(name) and not more:
            yield f"{name} is no part of the layer"
        elif name.startswith(OURS[0]) and name.split("/")[2] in ANALYSIS:
            yield f"{name} belongs to the analysis, not into a function"
        elif _TEST.search(name):
            yield f"{name} belongs to tests, not into a function"
        elif name.endswith(".pth"):
            yield f"{name} would run in every interpreter"


def _modes(layer: Layer) -> Iterator[str]:
    for entry in layer.entries:
        mode = entry.external_attr >> 16
        wanted = _RUNS if entry.filename == WRAPPER else _LIES
        if mode != wanted:
            yield f"{entry.filename} has the mode {mode:o}, not {wanted:o}"


def _repeatable(layer: Layer) -> Iterator[str]:
    for entry in layer.entries:
        if entry.date_time != EPOCH or entry.create_system != 3 or entry.extra:
            yield f"{entry.filename} carries a time or a machine: no two builds would be equal"


def _version(layer: Layer) -> Iterator[str]:
    text = layer.data.get("python/lambda_usage/version.py", b"").decode("utf-8", "replace")
    if f'__version__ = "{layer.version}"\n' not in text:
        yield f"python/lambda_usage/version.py does not say {layer.version}"


def _wrapper(layer: Layer) -> Iterator[str]:
    script = layer.data.get(WRAPPER)
    if script is None:
        yield f"{WRAPPER}, the exec wrapper, is missing"
    elif not script.startswith(b"#!/bin/sh\n") or b"\r" in script:
        yield f"{WRAPPER} is no script that /bin/sh would run"


def _native(layer: Layer) -> Iterator[str]:
    tag, machine = _MACHINES[layer.arch]
    wanted = {f"python/lambda_usage/{each}" for each in BINARIES}
    for version in VERSIONS:
        name = f"tracer.cpython-{version.replace('.', '')}-{tag}-linux-gnu.so"
        wanted.add(f"python/lib/python{version}/site-packages/coverage/{name}")
    if layer.variant == "otel":
        wanted.add("python/google/_upb/_message.abi3.so")
    for name in sorted(wanted - layer.data.keys()):
        yield f"{name} is missing"
    for name, data in layer.data.items():
        if name.endswith(".so"):
            if data[:4] != b"\x7fELF" or int.from_bytes(data[18:20], "little") != machine:
                yield f"{name} is not for {layer.arch}"
            if name not in wanted and not (layer.variant == "otel" and _OTEL.match(name)):
                yield f"{name} is not among what is asked for"


def _licences(layer: Layer) -> Iterator[str]:
    if "python/lambda_usage/LICENSE" not in layer.data:
        yield "python/lambda_usage/LICENSE is missing"
    for version in VERSIONS:
        folder = rf"python/lib/python{re.escape(version)}/site-packages/coverage-[^/]+\.dist-info/"
        if not any(re.match(f"{folder}.*LICENSE", name) for name in layer.data):
            yield f"the licence of coverage.py for Python {version} is missing"
    tops = {name.split("/")[1] for name in layer.data if name.startswith("python/")}
    for folder in sorted(top for top in tops if top.endswith(".dist-info")):
        if not any(re.match(rf"python/{folder}/(licenses/)?LICENSE", name) for name in layer.data):
            yield f"the licence in python/{folder} is missing"


def _byte_code(layer: Layer) -> Iterator[str]:
    sources = {name for name in layer.data if name.endswith(".py") and not _SITE.match(name)}
    wanted = set()
    for version in byte_code_versions(layer):
        tag = f"cpython-{version.replace('.', '')}"
        wanted.add(f"python/lambda_usage/__pycache__/start.{tag}.pack")
        for source in map(PurePosixPath, sources):
            wanted.add(f"{source.parent}/__pycache__/{source.stem}.{tag}.pyc")
    found = {name for name in layer.data if "/__pycache__/" in name}
    for name in sorted(wanted - found):
        yield f"{name} is missing"
    for name in sorted(found - wanted):
        yield f"{name} is byte code of nothing that is in it"
    for name in sorted(found):
        if name.endswith(".pyc") and layer.data[name][4:8] != _UNCHECKED:
            yield f"{name} would be compared with its source at each start"
