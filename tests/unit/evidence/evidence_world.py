"""A small world to judge: a source tree on disk, and fleets that recorded it.

Code objects are compiled for real, so their names and lines are those of the running Python.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from types import CodeType

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
    Path,
    SourceFile,
    TracedWindow,
)
from lambda_usage.evidence.dead_code import dead_code_report
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.model import DeadCodeReport, FunctionEvidence, RangeKind, Thresholds
from lambda_usage.recording.package import content_hash

EVEN = tuple(1.0 for _ in range(GROUPS))
ALL = -1


def even(total: float) -> tuple[float, ...]:
    """A weight spread over all groups."""
    return tuple(total / GROUPS for _ in range(GROUPS))


def origin(name: str = "orders", **fields: object) -> Origin:
    base = Origin(name, runtime="python3.13", recorder="monitoring", attach="wrapper")
    return replace(base, **fields)  # type: ignore[arg-type]


def exposure(
    invocations: int = 0, windows: int = 0, inits: int = 0, rate: float = 1.0, **fields: object
) -> Exposure:
    """An exposure without clustering, windows drawn at a fixed rate."""
    weight = windows / rate
    return Exposure(
        inits=inits,
        invocations=invocations,
        windows=windows,
        weight=weight,
        weight_squared=windows / rate**2,
        weight_max=1 / rate if windows else 0.0,
        invocation_groups=even(invocations),
        window_groups=even(weight),
        **fields,  # type: ignore[arg-type]
    )


def over_days(days: int, total: Exposure) -> dict[str, Exposure]:
    """The same exposure again on each of some days."""
    return {f"2026-11-{day:02}": total for day in range(1, days + 1)}


class World:
    def __init__(self, root: FilePath) -> None:
        self.root = root
        self.bundle = Bundle()

    def source(self, text: str, path: str = "app.py") -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def ship(
        self,
        where: Origin,
        exposures: Mapping[str, Exposure],
        path: str = "app.py",
        *,
        loaded: bool = True,
        body: bool = True,
        text: str | None = None,
        **fields: object,
    ) -> OriginUsage:
        """Let an origin ship a file, and know its code and see its body if it loads it."""
        content = (self.root / path).read_text(encoding="utf-8") if text is None else text
        data = content.encode()
        usage = self.bundle.origins.setdefault(where, OriginUsage())
        usage.exposures = dict(exposures)
        usage.files[path] = SourceFile(path, content_hash(data), len(data), loaded, **fields)  # type: ignore[arg-type]
        if loaded:
            usage.codes |= {code.key: code for code in compiled(content, path)}
            if body:
                self.saw(where, "<module>", path=path, init=True)
        return usage

    def saw(
        self,
        where: Origin,
        name: str,
        lines: Iterable[int] | int = ALL,
        *,
        path: str = "app.py",
        init: bool = False,
    ) -> None:
        """Let an origin see lines of a scope run."""
        usage = self.bundle.origins[where]
        for key in [k for k in usage.codes if (k.path, k.qualname) == (path, name)]:
            code = usage.codes[key]
            hit = code.executable if lines == ALL else frozenset(lines)  # type: ignore[arg-type]
            field = "init_lines" if init else "invoke_lines"
            seen = getattr(code, field) | (hit & code.executable)
            usage.codes[key] = replace(code, **{field: seen}, first_seen=1.0, last_seen=1.0)

    def window(
        self,
        where: Origin,
        names: Iterable[str],
        counts: Counts,
        *,
        path: str = "app.py",
        traces: tuple[TracedWindow, ...] = (),
        **fields: float,
    ) -> Path:
        """Let windows of an origin take a path through some scopes."""
        usage = self.bundle.origins[where]
        keys = [k for k in usage.codes if k.path == path and k.qualname in set(names)]
        lines = {key: usage.codes[key].executable for key in keys}
        found = Path("-".join(sorted(names)), lines, counts, **fields, traces=traces)
        usage.paths[found.id] = found
        return found

    def bundles(self, where: Origin, process: str, numbers: Iterable[int], final: bool) -> None:
        numbers = list(numbers)
        for number in numbers:
            name = BundleId(process, number)
            last = final and number == numbers[-1]
            self.bundle.bundles[name] = BundleInfo(
                name, where, last, 1e9 + number, 1e9 + number + 1, lists_package=number == 0
            )

    def report(self, **thresholds: object) -> DeadCodeReport:
        limits = Thresholds(**thresholds)  # type: ignore[arg-type]
        return dead_code_report(self.bundle, read_inventory(self.root), limits)

    def judge(self, name: str, path: str = "app.py", **thresholds: object) -> FunctionEvidence:
        found = [
            each
            for each in self.report(**thresholds).functions
            if (each.file, each.name) == (path, name)
        ]
        assert len(found) == 1, f"{name} is reported {len(found)} times"
        return found[0]


def lines(found: FunctionEvidence) -> list[tuple[int, int, RangeKind]]:
    return [(each.first, each.last, each.kind) for each in found.dead_lines]


def compiled(text: str, path: str) -> list[Code]:
    """The code objects of a source text, as a recorder describes them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = compile(text, path, "exec")
    found: dict[CodeKey, Code] = {}
    for code in _nested(module):
        key = CodeKey(path, code.co_qualname, code.co_firstlineno)
        while key in found:
            key = key._replace(ordinal=key.ordinal + 1)
        found[key] = Code(key, "", frozenset(line for *_, line in code.co_lines() if line))
    return list(found.values())


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _nested(each)
