"""A source tree, what a fleet has seen of it, and the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType

import pytest
from typer.testing import CliRunner

from lambda_usage.bundle.model import (
    GROUPS,
    Bundle,
    BundleId,
    BundleInfo,
    Code,
    CodeKey,
    Counts,
    Exposure,
    Origin,
    OriginUsage,
    SourceFile,
)
from lambda_usage.bundle.model import Path as UsagePath
from lambda_usage.bundle.writer import write_bundle
from lambda_usage.recording.package import content_hash

SOURCE = """\
def handler(event, context):
    if event.get("old"):
        return legacy(event)
    return price(event)


def price(event):
    return event.get("amount", 0) * 2


def legacy(event):
    amount = event["amount"]
    return amount
"""
RAN = {"<module>": {1, 7, 11}, "handler": {2, 4}, "price": {8}}
DAY = 86_400
START = 1_763_596_800.0


@dataclass
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str
    lines: list[str] = field(init=False)
    """Of stderr."""

    def __post_init__(self) -> None:
        self.lines = self.err.splitlines()


@pytest.fixture
def cli() -> Callable[..., Result]:
    """Runs a command in this process."""

    def run(*args: object) -> Result:
        from lambda_usage.cli.app import app

        result = CliRunner().invoke(app, [str(arg) for arg in args], prog_name="lambda-usage")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Result(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A source directory with one file."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "app.py").write_text(SOURCE)
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A folder with the bundles of 20 days, 100 invocations each."""
    folder = tmp_path / "usage"
    for day in range(20):
        path = folder / f"2026/11/{day + 1:02}/orders-a-{day:06}.coverage"
        path.parent.mkdir(parents=True)
        write_bundle(bundle_of_a_day(day), path)
    return folder


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same width and colours wherever the tests run."""
    for name in ("FORCE_COLOR", "COLUMNS", "LAMBDA_USAGE_DEBUG", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    return


def bundle_of_a_day(day: int) -> Bundle:
    origin = Origin("orders", runtime="python3.13", recorder="monitoring", root="/var/task")
    name = BundleId("a", day)
    time = START + day * DAY
    info = BundleInfo(name, origin, final=day == 19, first_time=time, last_time=time + 60)
    return Bundle({name: info}, {origin: usage(f"2025-11-{day + 1:02}", is_first=day == 0)})


def usage(day: str, *, is_first: bool) -> OriginUsage:
    groups = (100 / GROUPS,) * GROUPS
    counts = Counts(100, 100.0, groups)
    found = {key.qualname: key for key in codes()}
    exposure = Exposure(
        inits=int(is_first),
        invocations=100,
        windows=100,
        weight=100.0,
        weight_squared=100.0,
        weight_max=1.0,
        invocation_groups=groups,
        window_groups=groups,
    )
    lines = {found[name]: frozenset(RAN[name]) for name in ("handler", "price")}
    return OriginUsage(
        exposures={day: exposure},
        files={
            "app.py": SourceFile("app.py", content_hash(SOURCE.encode()), len(SOURCE), loaded=True)
        },
        codes=codes(),
        paths={"p1": UsagePath("p1", lines, counts, duration=1.2, errors=0.0)},
    )


def codes() -> dict[CodeKey, Code]:
    found: dict[CodeKey, Code] = {}

    def add(code: CodeType) -> None:
        name = code.co_qualname if hasattr(code, "co_qualname") else code.co_name
        key = CodeKey("app.py", name, code.co_firstlineno)
        executable = frozenset(line for *_, line in code.co_lines() if line)
        ran = frozenset(RAN.get(name, ()))
        init, invoke = (ran, frozenset[int]()) if name == "<module>" else (frozenset[int](), ran)
        found[key] = Code(key, f"hash of {name}", executable, init, invoke)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                add(constant)

    add(compile(SOURCE, "app.py", "exec"))
    return found
