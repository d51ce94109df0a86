"""Production use as a data file of coverage.py, with the phases as its contexts.

With a source directory, its files are named by their absolute paths, so that ``coverage html``
finds them from anywhere, and only what ran from these very files counts. Without one, paths are
those of the package, as in a bundle.

With branches, each line that ran is an arc from itself to itself, as coverage.py's own
``sys.monitoring`` core writes it: where it can go on in one way only, coverage.py works the way
out. Beside them stand the arcs of branches as they were recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from posixpath import join

from coverage import CoverageData

from lambda_usage.bundle.model import Bundle, Code
from lambda_usage.evidence.inventory_bounds import leads_out
from lambda_usage.evidence.model import FileState
from lambda_usage.evidence.scopes import Inventory
from lambda_usage.evidence.sightings import FileSightings, View, views
from lambda_usage.reports._arcs import Arc, OneLiners
from lambda_usage.reports._left_out import by_state, left_out, tells

PHASES = ("init", "invoke")


class NoBranchesError(Exception):
    """Nothing that was recorded tells of branches."""


@dataclass(frozen=True, slots=True)
class _Measured:
    """A file of the export, and who saw it run."""

    name: str
    """In the data file."""
    path: str
    """In the package."""
    views: Sequence[View]
    text: str | None
    """Its source, if it is at hand."""

    @property
    def codes(self) -> list[tuple[View, Code]]:
        return [(view, code) for view in self.views for code in view.codes.get(self.path, ())]


def write_coverage(
    bundle: Bundle, inventory: Inventory | None, path: Path, *, branches: bool
) -> tuple[str, ...]:
    """Write a data file of coverage.py.

    Args:
        bundle: What the fleet has seen.
        inventory: The source, if it is at hand.
        path: Where to write; there is no file yet.
        branches: Whether to write arcs in place of lines.

    Returns:
        Sentences on what was left out.

    Raises:
        NoBranchesError: Branches are wanted, and none was recorded.
    """
    origins = views(bundle)
    files, notes = _of_source(origins, inventory) if inventory else _of_packages(origins)
    if branches:
        files, more = _with_branches(origins, files)
        notes += more
    data = CoverageData(str(path))
    try:
        (_add_arcs if branches else _add_lines)(data, files)
        data.touch_files([file.name for file in files])
        data.write()
    finally:
        data.close()
    return tuple(notes)


def _of_source(origins: Sequence[View], inventory: Inventory) -> tuple[list[_Measured], list[str]]:
    files: list[_Measured] = []
    states: dict[str, FileState] = {}
    root = inventory.root.resolve() if inventory.root else None
    for unit in inventory.units.values():
        seen = FileSightings(unit, [view for view in origins if view.ships(unit.path)])
        if unit.vendored and not seen.shipping:
            continue  # out of the recorders' scope
        states[unit.path] = seen.state
        if tells(seen.state):
            name = str(root / unit.path) if root else _deployed(seen.equal[0], unit.path)
            text = inventory.text(unit.path)
            files.append(_Measured(name, unit.path, seen.equal, text))
    return files, by_state(states)


def _of_packages(origins: Sequence[View]) -> tuple[list[_Measured], list[str]]:
    shipping: dict[tuple[str, str], list[View]] = {}
    outside: set[str] = set()
    for view in origins:
        for path in view.shipment.files:
            if leads_out(path):
                outside.add(path)  # coverage.py would open it where it reports
            else:
                shipping.setdefault((_deployed(view, path), path), []).append(view)
    files = [_Measured(name, path, found, None) for (name, path), found in shipping.items()]
    why = "that would lie outside of the deployment package"
    notes = [left_out(sorted(outside), why)] if outside else []
    mixed = sorted(file.name for file in files if _versions(file) > 1)
    if mixed:
        more = f" and {len(mixed) - 1:,} more" if len(mixed) > 1 else ""
        together = f"lines of several versions are put together in {mixed[0]}{more}"
        notes.append(f"{together}: give --source DIR")
    return files, notes


def _deployed(view: View, path: str) -> str:
    return join(view.origin.root, path)


def _versions(file: _Measured) -> int:
    return len({view.shipment.files[file.path].hash for view in file.views})


def _with_branches(
    origins: Sequence[View], files: Iterable[_Measured]
) -> tuple[list[_Measured], list[str]]:
    """Files whose branches are known, wherever they ran; of others, all would look missed."""
    silent = {id(view) for view in origins if not _records_branches(view)}
    if len(silent) == len(origins):
        raise NoBranchesError
    known: list[_Measured] = []
    unknown: list[_Measured] = []
    for file in files:
        ran = {id(view) for view, code in file.codes if code.init_lines | code.invoke_lines}
        (unknown if ran & silent else known).append(file)
    if not unknown:
        return known, []
    why = "that ran where no branches are recorded (Python 3.12 and 3.13, or switched off)"
    return known, [left_out(sorted(file.path for file in unknown), why)]


def _records_branches(view: View) -> bool:
    return any(code.arcs for codes in view.codes.values() for code in codes)


def _add_lines(data: CoverageData, files: Iterable[_Measured]) -> None:
    data.add_lines({})  # a file of lines, even if there is none
    for phase in PHASES:
        data.set_context(phase)
        for file in files:
            lines = frozenset[int]().union(*(_lines(code, phase) for _, code in file.codes))
            if lines:
                data.add_lines({file.name: lines})


def _add_arcs(data: CoverageData, files: Iterable[_Measured]) -> None:
    data.add_arcs({})
    found = {file.name: _arcs(file) for file in files}
    for phase in PHASES:
        data.set_context(phase)
        data.add_arcs({name: arcs[phase] for name, arcs in found.items()})


def _arcs(file: _Measured) -> dict[str, set[Arc]]:
    arcs: dict[str, set[Arc]] = {phase: set() for phase in PHASES}
    one_liners = OneLiners(file.text, [code for _, code in file.codes])
    for view, code in file.codes:
        for phase in PHASES:
            lines = _lines(code, phase)
            arcs[phase] |= {(line, line) for line in lines}
            if view.origin.observes_every_invocation:
                arcs[phase] |= one_liners.arcs(code, lines)
        for arc in code.arcs:
            for phase in _phases(arc, code):
                arcs[phase].add(arc)
    return arcs


def _phases(arc: Arc, code: Code) -> list[str]:
    """The phases in which an arc may have been taken: it knows none of its own."""
    ends = {end for end in arc if end > 0}
    both = [phase for phase in PHASES if ends <= _lines(code, phase)]
    return both or [phase for phase in PHASES if ends & _lines(code, phase)]


def _lines(code: Code, phase: str) -> frozenset[int]:
    return code.init_lines if phase == "init" else code.invoke_lines
