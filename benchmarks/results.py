"""The plain data between measuring and showing: ``results.json``."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.estimates import Estimate

FOLDER = Path(__file__).parent
ACCEPTED = FOLDER / "results.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Row:
    """What one contender cost on one workload, in one unit."""

    setting: str
    """``in process``, or ``emulator`` with its share of a CPU: ``emulator 0.5``."""
    python: str
    workload: str
    contender: str
    metric: str
    """``cpu_us``, ``wall_us``, ``instructions``, ``init_ms``, ``peak_mb``, …"""
    value: Estimate
    ratio: Estimate
    """To bare's, within this run."""
    added: Estimate
    """To bare's, within this run, in the metric's unit."""

    @property
    def place(self) -> tuple[str, str, str]:
        """Where it was measured, whichever the contender."""
        return self.setting, self.python, self.workload

    @property
    def key(self) -> tuple[str, ...]:
        return self.setting, self.python, self.workload, self.contender, self.metric


@dataclass(frozen=True, slots=True)
class Results:
    """One run."""

    run: Mapping[str, Any]
    """When, on what, how often; no host's name and no path."""
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    """What could not be measured, and why."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Figures that have no bare counterpart: sizes, budgets, the fleet simulation."""

    def find(self, **wanted: str) -> Iterator[Row]:
        """The rows in which these fields have these values."""
        for row in self.rows:
            if all(getattr(row, name) == value for name, value in wanted.items()):
                yield row

    def one(self, **wanted: str) -> Row | None:
        return next(self.find(**wanted), None)


def machine() -> dict[str, Any]:
    """What ratios may depend on, without a name of this host."""
    model = "unknown"
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = (line.partition(":") for line in info.read_text().splitlines())
        model = next((value.strip() for key, _, value in lines if key.strip() == "model name"), "")
    return {
        "processor": model or platform.machine(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def write(results: Results, path: Path) -> None:
    """As JSON with a line for each row, with as many digits as mean something."""
    raw = _rounded(asdict(results))
    rows = ",\n".join(json.dumps(row) for row in raw.pop("rows"))
    rest = json.dumps({"version": VERSION, **raw}, indent=1, sort_keys=True)
    path.write_text(f'{rest.removesuffix("}").rstrip()},\n "rows": [\n{rows}\n]}}\n', "utf-8")


def read(path: Path) -> Results:
    """What :func:`write` wrote.

    Raises:
        ValueError: It is something else.
    """
    try:
        raw = json.loads(path.read_text("utf-8"))
        if raw["version"] != VERSION:
            raise ValueError(f"{path.name} has version {raw['version']}, not {VERSION}")
        rows = tuple(_row(each) for each in raw["rows"])
        return Results(raw["run"], rows, tuple(raw["notes"]), raw["facts"])
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path.name} holds no results of make bench: {error!r}") from None


def _row(raw: dict[str, Any]) -> Row:
    estimates = {name: Estimate(**raw[name]) for name in ("value", "ratio", "added")}
    return Row(**(raw | estimates))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(each) for each in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value
