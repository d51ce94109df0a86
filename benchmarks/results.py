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
VERSION = 2
SECTIONS = ("in-process", "emulator", "budgets", "telemetry", "faults", "fleet")


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
class Part:
    """What was measured at one time: a section, on one Python where that makes a difference."""

    section: str
    python: str
    about: Mapping[str, Any] = field(default_factory=dict)
    """When, how long and how often, under which load, of which revision, and what by."""
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    """What could not be measured, and why."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Figures that have no bare counterpart: sizes, budgets, the fleet simulation."""

    @property
    def name(self) -> str:
        return f"{self.section}, {self.python}" if self.python else self.section


@dataclass(frozen=True, slots=True)
class Results:
    """All parts, each measured at its own time."""

    machine: Mapping[str, Any] = field(default_factory=dict)
    """What on; no host's name and no path."""
    parts: tuple[Part, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for part in self.parts for row in part.rows)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(note for part in self.parts for note in part.notes))

    @property
    def facts(self) -> Mapping[str, Any]:
        """Those of all parts; lists are joined."""
        found: dict[str, Any] = {}
        for part in self.parts:
            for name, value in part.facts.items():
                joined = isinstance(value, list) and name in found
                found[name] = [*found[name], *value] if joined else value
        return found

    @property
    def quick(self) -> bool:
        """Whether any part was measured roughly."""
        return any(part.about.get("quick") for part in self.parts)

    def merged(self, part: Part) -> Results:
        """These, with *part* in the place of what was measured of it before."""
        others = (each for each in self.parts if each.name != part.name)
        return Results(self.machine, tuple(sorted((*others, part), key=_in_order)))

    def find(self, **wanted: str) -> Iterator[Row]:
        """The rows in which these fields have these values."""
        for row in self.rows:
            if all(getattr(row, name) == value for name, value in wanted.items()):
                yield row

    def one(self, **wanted: str) -> Row | None:
        return next(self.find(**wanted), None)


def _in_order(part: Part) -> tuple[int, str]:
    return SECTIONS.index(part.section), part.python


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
    }


def load() -> float:
    """How many processes ran or waited to run, over the last minute."""
    return round(os.getloadavg()[0], 2)


def write(results: Results, path: Path) -> None:
    """As JSON with a line for each row, with as many digits as mean something."""
    parts = ",\n".join(_part_text(part) for part in results.parts)
    machine = json.dumps(_rounded(dict(results.machine)), sort_keys=True)
    text = f'{{"version": {VERSION},\n "machine": {machine},\n "parts": [\n{parts}\n]}}\n'
    partial = path.with_suffix(".partial")
    partial.write_text(text, "utf-8")
    partial.replace(path)


def _part_text(part: Part) -> str:
    raw = _rounded(asdict(part))
    rows = ",\n".join(json.dumps(row) for row in raw.pop("rows"))
    rest = json.dumps(raw, indent=1, sort_keys=True).removesuffix("}").rstrip()
    return f'{rest},\n "rows": [\n{rows}\n]}}'


def read(path: Path) -> Results:
    """What :func:`write` wrote.

    Raises:
        ValueError: It is something else.
    """
    try:
        raw = json.loads(path.read_text("utf-8"))
        if raw["version"] != VERSION:
            raise ValueError(f"{path.name} has version {raw['version']}, not {VERSION}")
        return Results(raw["machine"], tuple(_part(each) for each in raw["parts"]))
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path.name} holds no results of make bench: {error!r}") from None


def _part(raw: dict[str, Any]) -> Part:
    lists = {"rows": tuple(map(_row, raw["rows"])), "notes": tuple(raw["notes"])}
    return Part(**(raw | lists))


def _row(raw: dict[str, Any]) -> Row:
    estimates = {name: Estimate(**raw[name]) for name in ("value", "ratio", "added")}
    return Row(**(raw | estimates))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(each) for each in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value
