"""The dead-code report in a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lambda_usage.evidence.model import (
    DeadCodeReport,
    FileState,
    FunctionEvidence,
    RangeKind,
    Thresholds,
    Verdict,
)
from lambda_usage.reports import _page as page_of
from lambda_usage.reports._findings import (
    MODULE,
    DeadUnit,
    RangeInside,
    dead_units,
    ranges_apart,
    ranges_inside,
    unproven,
)
from lambda_usage.reports._wording import CONFIDENCE, bound, count, line_range, percent

NAMES_PER_FILE = 8

_VERDICTS = (
    (Verdict.USED, "used", "green", "ran in invocations; module bodies: when loaded"),
    (Verdict.STARTUP, "startup", "cyan", "ran only while a process started"),
    (Verdict.DEAD, "dead", "red", "never ran, and the evidence is enough to say so"),
    (Verdict.UNPROVEN, "unproven", "yellow", "never ran, but the evidence is too thin"),
    (Verdict.NOT_DEPLOYED, "not deployed", "dim", "in the source, in no deployment package"),
)


def write_dead_code(page: Console, report: DeadCodeReport) -> None:
    """Writes the whole report."""
    page_of.title(page, "Dead code")
    page_of.evidence(page, report.evidence, ("Dead means", _rule(report.thresholds)))
    _summary(page, report)
    _dead(page, dead_units(report))
    _inside(page, ranges_inside(report))
    _apart(page, ranges_apart(report))
    _unproven(page, unproven(report))
    _not_deployed(page, report)
    page_of.blind_spots(page, report.blind_spots)


def _rule(thresholds: Thresholds) -> str:
    days = count(thresholds.min_days, "day")
    when = f" on {days} or more" if thresholds.min_days else ", on however few days"
    return (
        f"never ran in {thresholds.min_exposure:,} or more invocations{when}, "
        "in each Lambda function that ships the file"
    )


def _summary(page: Console, report: DeadCodeReport) -> None:
    numbers = Counter(function.verdict for function in report.functions)
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(no_wrap=True)
    rows.add_column(justify="right", no_wrap=True)
    rows.add_column(style="dim", overflow="fold")
    for verdict, name, style, meaning in _VERDICTS:
        shown = style if numbers[verdict] else "dim"
        number = Text(f"{numbers[verdict]:,}", style=shown)
        rows.add_row(Text(f"  {name}", style=shown), number, meaning)
    page_of.heading(page, f"{count(len(report.functions), 'function')} and module bodies")
    page.print(rows)


def _dead(page: Console, units: Sequence[DeadUnit]) -> None:
    if not units:
        page_of.heading(page, "Nothing is dead on this evidence", style="bold green")
        return
    lines = sum(unit.last - unit.first + 1 for unit in units)
    page_of.heading(
        page,
        f"Dead: {count(len(units), 'piece')} of code, {count(lines, 'line')}",
        "Never seen to run. The bounds hold as long as traffic stays what it was.",
        style="bold red",
    )
    for (file, words), group in groupby(units, key=lambda unit: (unit.file, _bound(unit))):
        _file_name(page, file, words)
        _rows(page, ((*_unit_row(unit), "") for unit in group))


def _bound(unit: DeadUnit) -> str:
    if unit.use_upper_bound is None:
        return ""
    trials = "process starts" if unit.unit == "inits" else "invocations"
    return f"{bound(unit.use_upper_bound, trials)} ({CONFIDENCE})"


def _unit_row(unit: DeadUnit) -> tuple[str, str]:
    lines = line_range(unit.first, unit.last)
    if unit.name == MODULE:
        inside = f" ({count(unit.inside, 'function')})" if unit.inside else ""
        return lines, f"whole file, never imported{inside}"
    return lines, f"{unit.name} (and {unit.inside} inside)" if unit.inside else unit.name


def _inside(page: Console, found: Sequence[RangeInside]) -> None:
    if not found:
        return
    lines = sum(inside.range.last - inside.range.first + 1 for inside in found)
    page_of.heading(
        page,
        f"Dead inside functions that ran: {count(len(found), 'place')}, {count(lines, 'line')}",
        "The function is needed, these lines never were.",
        style="bold red",
    )
    _by_file(page, ((inside.function.file, *_inside_row(inside)) for inside in found))


def _inside_row(inside: RangeInside) -> tuple[str, str, str]:
    lines = line_range(inside.range.first, inside.range.last)
    return lines, _name(inside.function), _use(inside.function)


def _use(function: FunctionEvidence) -> str:
    if function.name == MODULE:
        return ""
    if function.verdict is Verdict.STARTUP:
        return "runs at startup only"
    if function.frequency is None:
        return ""
    return f"runs in {percent(function.frequency)} of invocations"


def _apart(page: Console, found: Sequence[RangeInside]) -> None:
    if not found:
        return
    page_of.heading(
        page,
        f"Error handling and stubs that never ran: {count(len(found), 'place')}",
        "That nothing failed does not make them dead: look, but do not count on it.",
    )
    kinds = {RangeKind.ERROR_HANDLING: "error handling", RangeKind.STUB: "stub"}
    rows = (
        (
            inside.function.file,
            line_range(inside.range.first, inside.range.last),
            _name(inside.function),
            kinds.get(inside.range.kind, ""),
        )
        for inside in found
    )
    _by_file(page, rows)


def _unproven(page: Console, functions: Sequence[FunctionEvidence]) -> None:
    if not functions:
        return
    page_of.heading(
        page,
        f"Unproven: {count(len(functions), 'function')}",
        "Not seen in any invocation, yet not enough was observed to call them dead.",
        style="bold yellow",
    )
    reasons: dict[str, list[FunctionEvidence]] = {}
    for function in functions:
        reasons.setdefault(function.reason or "no reason given", []).append(function)
    shortened = False
    for reason, members in reasons.items():
        page.print(Text(f"  {reason}", style="yellow"))
        shortened |= _names_by_file(page, members)
    if shortened:
        page.print(Text("  --format json lists them all.", style="dim"))


def _names_by_file(page: Console, functions: Iterable[FunctionEvidence]) -> bool:
    """Whether names had to be left out."""
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(overflow="fold")
    rows.add_column(overflow="fold")
    shortened = False
    for file, members in groupby(functions, key=lambda function: function.file):
        names = [f"{_name(function)}:{function.line}" for function in members]
        shown = ", ".join(names[:NAMES_PER_FILE])
        if len(names) > NAMES_PER_FILE:
            shown += f" and {len(names) - NAMES_PER_FILE} more"
            shortened = True
        rows.add_row(f"    {file}", Text(shown, style="dim"))
    page.print(rows)
    return shortened


def _not_deployed(page: Console, report: DeadCodeReport) -> None:
    files = [file.file for file in report.files if file.state is FileState.NOT_DEPLOYED]
    if not files:
        return
    functions = Counter(function.file for function in report.functions)
    page_of.heading(
        page,
        f"Never shipped: {count(len(files), 'file')}",
        "In the source directory, but in no deployment package that reported.",
    )
    for file in sorted(files):
        page.print(Text(f"  {file}").append(f"  {count(functions[file], 'function')}", "dim"))


def _name(function: FunctionEvidence) -> str:
    return "module body" if function.name == MODULE else function.name


def _by_file(page: Console, found: Iterable[tuple[str, str, str, str]]) -> None:
    """Rows of (file, lines, name, remark) under the names of their files."""
    for file, group in groupby(found, key=lambda row: row[0]):
        _file_name(page, file)
        _rows(page, ((lines, name, remark) for _, lines, name, remark in group))


def _file_name(page: Console, file: str, remark: str = "") -> None:
    line = Text(f"  {file}", style="bold")
    gap = page.width - len(line) - len(remark) - 2
    if remark and gap >= 2:
        line.append(" " * gap).append(remark, style="not bold dim")
    page.print(line)
    if remark and gap < 2:
        page.print(Padding(Text(remark, style="dim"), (0, 0, 0, 8)))


def _rows(page: Console, found: Iterable[tuple[str, str, str]]) -> None:
    """Rows of (lines, name, remark)."""
    rows = Table.grid(padding=(0, 2, 0, 0), expand=True)
    rows.add_column(justify="right", no_wrap=True, width=13)
    rows.add_column(overflow="fold", ratio=1)
    rows.add_column(style="dim", justify="right", no_wrap=True)
    for row in found:
        rows.add_row(*row)
    page.print(rows)
