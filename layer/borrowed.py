"""What the layer has from others: coverage.py for each Python, OpenTelemetry for all of them."""

from __future__ import annotations

import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from layer.bytecode import compiled
from layer.entry import Entry
from layer.wheels import WheelError, fetch
from scripts.pythons import VERSIONS, Python

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "build" / "cache"
LEFT_OUT = ("coverage/htmlfiles/", "certifi/tests/", "google/protobuf/testdata/")
"""What no function has a use for."""

_compiled: dict[Path, tuple[dict[str, bytes], dict[str, bytes]]] = {}
"""By interpreter: sources, and their byte code, which is that of every architecture."""


def coverage(arch: str) -> Iterator[Entry]:
    """coverage.py with its C tracer, for each Python.

    Raises:
        WheelError: It could not be had.
    """
    requirement = _runtime_requirement()
    for version in VERSIONS:
        (wheel,) = fetch(ROOT / "layer" / "requirements.txt", arch, version, CACHE, requirement)
        if f"-cp{version.replace('.', '')}-" not in wheel.name:
            raise WheelError(f"{wheel.name} has no C tracer for Python {version} on {arch}")
        for path, data in _contents(wheel):
            yield Entry(f"python/lib/python{version}/site-packages/{path}", data)


def opentelemetry(arch: str, pythons: list[Python]) -> Iterator[Entry]:
    """The SDK, the OTLP exporter and what they need, with byte code for each of *pythons*.

    Raises:
        WheelError: They could not be had.
        ByteCodeError: They could not be compiled.
    """
    sources: dict[str, bytes] = {}
    for wheel in fetch(ROOT / "layer" / "requirements-otel.txt", arch, None, CACHE):
        for path, data in _contents(wheel):
            yield Entry(f"python/{path}", data)
            if path.endswith(".py"):
                sources[f"python/{path}"] = data
    for python in pythons:
        known = _compiled.get(python.executable)
        if known is None or known[0] != sources:
            known = sources, compiled(python.executable, sources, pack=False)
            _compiled[python.executable] = known
        for path, data in known[1].items():
            yield Entry(path, data)


def _contents(wheel: Path) -> Iterator[tuple[str, bytes]]:
    # A .pth file would run in every interpreter that takes its folder for site-packages.
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if not name.endswith((".pth", "/")) and not name.startswith(LEFT_OUT):
                yield name, archive.read(name)


def _runtime_requirement() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for dependency in project["dependencies"]:
        requirement, _, marker = dependency.partition(";")
        if requirement.startswith("coverage") and "3.12" in marker:
            return str(requirement.strip())
    raise WheelError("pyproject.toml no longer names coverage for Python 3.11")
