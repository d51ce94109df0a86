"""The dead-code report for a pull request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from lambda_usage.evidence.model import (
    DeadCodeReport,
    FileState,
    KeepState,
    RangeKind,
)
from lambda_usage.reports import _sentences as sentences
from lambda_usage.reports._findings import (
    DeadUnit,
    RangeInside,
    Standing,
    dead_dependencies,
    dead_units,
    different_lines,
    kept_units,
    ranges_apart,
    ranges_inside,
    standings,
    suppressions,
    unproven,
)
from lambda_usage.reports._markdown import Part, code, fitted, folded, prose, row, table_head
from lambda_usage.reports._markdown_parts import blind_spots, evidence
from lambda_usage.reports._wording import count, line_range

MAX_SHOWN = 20
"""Pieces of dead code that need no click."""

_STANDINGS = (
    (Standing.USED, "used"),
    (Standing.STARTUP, "used at startup only"),
    (Standing.DEAD, "dead"),
    (Standing.KEPT, "kept on purpose"),
    (Standing.APART, "apart (stubs and error handling)"),
    (Standing.UNPROVEN, "unproven"),
    (Standing.NOT_DEPLOYED, "not deployed"),
)
_UNITS_HEAD = table_head("Code", "Lines:", "Evidence")
_LINES_HEAD = table_head("Function", "Lines:", "Remark")
_KINDS = {RangeKind.ERROR_HANDLING: "error handling", RangeKind.STUB: "stub"}


def dead_code_document(report: DeadCodeReport) -> str:
    """The whole report."""
    spots = blind_spots(report.blind_spots)
    units = dead_units(report)
    parts = [_head(report, units), *_dead(units), *_rest(report), *spots]
    return fitted(parts, first=spots)


def _head(report: DeadCodeReport, units: Sequence[DeadUnit]) -> Part:
    seen = report.evidence
    if units:
        lines = different_lines(units)
        pieces = f"{count(len(units), 'piece')} of code, {count(lines, 'line')}"
        headline = f"**{pieces}, never ran** in {prose(sentences.traffic(seen))}."
    else:
        headline = f"**Nothing is dead** on the evidence of {prose(sentences.traffic(seen))}."
    numbers = Counter(standing for _, standing in standings(report))
    verdicts = ", ".join(f"{numbers[each]:,} {name}" for each, name in _STANDINGS if numbers[each])
    functions = f"{count(len(report.functions), 'function')} and module bodies"
    rule = f"- Dead means: {prose(sentences.rule(report.thresholds))}."
    hold = "The bounds hold as long as traffic stays what it was."
    return Part(
        f"## Dead code in production\n\n{headline}\n\n{evidence(seen)}"
        f"{rule} {hold}\n- {functions}: {verdicts or 'none'}.\n\n"
    )


def _dead(units: Sequence[DeadUnit]) -> Iterator[Part]:
    if units:
        yield Part(_UNITS_HEAD, tuple(map(_unit, units[:MAX_SHOWN])), "\n")
    if units[MAX_SHOWN:]:
        summary = f"{count(len(units) - MAX_SHOWN, 'more piece')} of dead code"
        yield folded(summary, _UNITS_HEAD, map(_unit, units[MAX_SHOWN:]))


def _unit(unit: DeadUnit) -> str:
    name = sentences.unit_name(unit)
    shown = name if unit.whole_file else code(name)
    inside = sentences.unit_inside(unit)
    words = " ".join(filter(None, (code(unit.file), shown, inside)))
    return row(words, line_range(unit.first, unit.last), prose(sentences.unit_bound(unit)))


def _rest(report: DeadCodeReport) -> Iterator[Part]:
    inside, apart, thin = ranges_inside(report), ranges_apart(report), unproven(report)
    if inside:
        rows = (_range(each, sentences.use(each.function)) for each in inside)
        lines = count(different_lines(inside), "line")
        summary = f"Dead inside functions that ran: {count(len(inside), 'place')}, {lines}"
        yield folded(summary, _LINES_HEAD, rows)
    yield from _dependencies(report)
    yield from _kept(report)
    if apart:
        rows = (_range(each, _KINDS.get(each.range.kind, "")) for each in apart)
        summary = f"Error handling and stubs that never ran: {count(len(apart), 'place')}"
        yield folded(f"{summary} (no proof of death)", _LINES_HEAD, rows)
    if thin:
        summary = f"Unproven, on too thin evidence: {count(len(thin), 'function')}"
        rows = (
            row(_place(each.file, each.name), str(each.line), prose(each.reason)) for each in thin
        )
        yield folded(summary, table_head("Function", "Line:", "Why"), rows)
    yield from _not_deployed(report)
    yield from _stale(report)


def _range(inside: RangeInside, remark: str) -> str:
    lines = line_range(inside.range.first, inside.range.last)
    return row(_place(inside.function.file, inside.function.name), lines, prose(remark))


def _place(file: str, name: str) -> str:
    return f"{code(file)} {code(sentences.plain_name(name))}"


def _dependencies(report: DeadCodeReport) -> Iterator[Part]:
    found = dead_dependencies(report)
    if found:
        rows = (
            row(
                f"{code(each.name)} {code(each.version)}" if each.version else code(each.name),
                ", ".join(code(one.lambda_function) for one in each.lambda_functions),
                prose(each.reason),
            )
            for each in found
        )
        summary = (
            f"Shipped and never imported: {count(len(found), 'dependency', 'dependencies')} "
            "(child processes are not seen)"
        )
        yield folded(summary, table_head("Dependency", "Shipped by", "Evidence"), rows)


def _kept(report: DeadCodeReport) -> Iterator[Part]:
    units = kept_units(report)
    if units:
        rows = (
            row(
                _place(unit.file, unit.name),
                line_range(unit.first, unit.last),
                unit.keep.until or "for good",
                prose(unit.keep.reason),
            )
            for unit in units
        )
        summary = f"Kept on purpose: {count(len(units), 'piece')} of code that never ran"
        yield folded(summary, table_head("Code", "Lines:", "Until", "Reason"), rows)


def _not_deployed(report: DeadCodeReport) -> Iterator[Part]:
    files = [each.file for each in report.files if each.state is FileState.NOT_DEPLOYED]
    if files:
        summary = f"In the source, in no deployment package: {count(len(files), 'file')}"
        yield folded(summary, "", (f"- {code(file)}\n" for file in files))


def _stale(report: DeadCodeReport) -> Iterator[Part]:
    expired = suppressions(report, KeepState.EXPIRED)
    wrong = suppressions(report, KeepState.MATCHES_NOTHING)
    stale = [(each, "a mistake: it matches nothing") for each in wrong]
    stale += [(each, f"expired {each.keep.until or ''}".rstrip()) for each in expired]
    stale += [(each, "needless") for each in suppressions(report, KeepState.NEEDLESS)]
    if stale:
        rows = (row(code(each.keep.place), words) for each, words in stale)
        summary = f"Suppressions to look at: {len(stale):,}"
        yield folded(summary, table_head("Suppression", "State"), rows)
