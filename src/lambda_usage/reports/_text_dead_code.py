"""The dead-code report in a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lambda_usage.evidence.model import DeadCodeReport, FileState, FunctionEvidence, RangeKind
from lambda_usage.reports import _page as page_of
from lambda_usage.reports import _sentences as sentences
from lambda_usage.reports._findings import (
    DeadUnit,
    RangeInside,
    Standing,
    dead_units,
    different_lines,
    ranges_apart,
    ranges_inside,
    standings,
    unproven,
)
from lambda_usage.reports._text_fleet import by_lambda_function, dependencies
from lambda_usage.reports._text_keeps import kept, stale_suppressions
from lambda_usage.reports._text_rows import file_name, rows, rows_by_file
from lambda_usage.reports._wording import count, line_range, named

NAMES_PER_FILE = 8

_STANDINGS = (
    (Standing.USED, "used", "green", "ran in invocations; module bodies: when loaded"),
    (Standing.STARTUP, "startup", "cyan", "ran only while a process started"),
    (Standing.DEAD, "dead", "red", "never ran, and the evidence is enough to say so"),
    (Standing.KEPT, "kept", "magenta", "never ran, and is kept on purpose"),
    (Standing.APART, "stubs", "dim", "stubs and error handling that never ran: no proof of death"),
    (Standing.UNPROVEN, "unproven", "yellow", "never ran, but the evidence is too thin"),
    (Standing.NOT_DEPLOYED, "not deployed", "dim", "in the source, in no deployment package"),
)
_ONLY_IF_ANY = frozenset({Standing.KEPT, Standing.APART})


def write_dead_code(page: Console, report: DeadCodeReport) -> None:
    """Writes the whole report."""
    page_of.title(page, "Dead code")
    rule = sentences.rule(report.thresholds)
    page_of.evidence(page, report.evidence, ("Dead means", rule))
    _summary(page, report)
    _dead(page, dead_units(report))
    _inside(page, ranges_inside(report))
    dependencies(page, report)
    kept(page, report)
    _apart(page, ranges_apart(report))
    _unproven(page, unproven(report))
    by_lambda_function(page, report)
    _not_deployed(page, report)
    stale_suppressions(page, report)
    page_of.blind_spots(page, report.blind_spots)


def _summary(page: Console, report: DeadCodeReport) -> None:
    numbers = Counter(standing for _, standing in standings(report))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(style="dim", overflow="fold")
    for standing, name, style, meaning in _STANDINGS:
        if not numbers[standing] and standing in _ONLY_IF_ANY:
            continue
        shown = style if numbers[standing] else "dim"
        number = Text(f"{numbers[standing]:,}", style=shown)
        table.add_row(Text(f"  {name}", style=shown), number, meaning)
    page_of.heading(page, f"{count(len(report.functions), 'function')} and module bodies")
    page.print(table)


def _dead(page: Console, units: Sequence[DeadUnit]) -> None:
    if not units:
        page_of.heading(page, "Nothing is dead on this evidence", style="bold green")
        return
    page_of.heading(
        page,
        f"Dead: {count(len(units), 'piece')} of code, {count(different_lines(units), 'line')}",
        "Never seen to run. The bounds hold as long as traffic stays what it was.",
        style="bold red",
    )
    for (file, words), group in groupby(
        units, key=lambda unit: (unit.file, sentences.unit_bound(unit))
    ):
        file_name(page, file, words)
        rows(page, ((*_unit_row(unit), "") for unit in group))


def _unit_row(unit: DeadUnit) -> tuple[str, str]:
    name = f"{sentences.unit_name(unit)} {sentences.unit_inside(unit)}".rstrip()
    return line_range(unit.first, unit.last), name


def _inside(page: Console, found: Sequence[RangeInside]) -> None:
    if not found:
        return
    lines = different_lines(found)
    page_of.heading(
        page,
        f"Dead inside functions that ran: {count(len(found), 'place')}, {count(lines, 'line')}",
        "The function is needed, these lines never were.",
        style="bold red",
    )
    rows_by_file(page, (_range_row(each, sentences.use(each.function)) for each in found))


def _range_row(inside: RangeInside, remark: str) -> tuple[str, str, str, str]:
    lines = line_range(inside.range.first, inside.range.last)
    return inside.function.file, lines, sentences.plain_name(inside.function.name), remark


def _apart(page: Console, found: Sequence[RangeInside]) -> None:
    if not found:
        return
    page_of.heading(
        page,
        f"Error handling and stubs that never ran: {count(len(found), 'place')}",
        "That nothing failed does not make them dead: look, but do not count on it.",
    )
    kinds = {RangeKind.ERROR_HANDLING: "error handling", RangeKind.STUB: "stub"}
    rows_by_file(page, (_range_row(each, kinds.get(each.range.kind, "")) for each in found))


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
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    shortened = False
    for file, members in groupby(functions, key=lambda function: function.file):
        names = [f"{sentences.plain_name(each.name)}:{each.line}" for each in members]
        table.add_row(f"    {file}", Text(named(names, NAMES_PER_FILE), style="dim"))
        shortened |= len(names) > NAMES_PER_FILE
    page.print(table)
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
