"""The hot-paths report in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lambda_usage.evidence.model import FunctionFrequency, HotPathsReport, PathEvidence, PathTrace
from lambda_usage.reports import _page as page_of
from lambda_usage.reports._findings import MODULE
from lambda_usage.reports._paths import Labels, Step, in_every, steps
from lambda_usage.reports._wording import (
    CONFIDENCE,
    bar,
    count,
    duration,
    moment,
    percent,
    percent_between,
)

MAX_PATHS = 20
MAX_FUNCTIONS = 30
MAX_FILES = 100
"""Of one path."""
BAR_WIDTH = 20
ID_WIDTH = 8


def write_hot_paths(page: Console, report: HotPathsReport) -> None:
    """Writes the whole report."""
    page_of.title(page, "Hot paths")
    page_of.evidence(page, report.evidence)
    if report.paths:
        _paths(page, report.paths)
    else:
        page_of.heading(page, "No path was recorded", "Nothing was invoked inside a window.")
    if report.functions:
        _functions(page, report.functions)
    page_of.blind_spots(page, report.blind_spots)


def _paths(page: Console, paths: Sequence[PathEvidence]) -> None:
    page_of.heading(
        page,
        f"{count(len(paths), 'way')} through the code, most travelled first",
        f"Share of invocations with its {CONFIDENCE} interval, mean time, failures, path id.",
    )
    common = in_every(paths)
    everywhere = set(common)
    shown = paths[:MAX_PATHS]
    twins: dict[tuple[Step, ...], PathEvidence] = {}
    labels = Labels(paths)
    if common:
        page.print(Text("\n  On every path", style="bold"))
        _along(page, common, labels)
    for path, figures in zip(shown, _aligned([_figures(path) for path in shown]), strict=True):
        page.print()
        page.print(figures)
        along = tuple(steps(path))
        twin = twins.setdefault(along, path)
        if twin is path:
            _along(page, [step for step in along if step not in everywhere], labels)
        else:
            words = f"      the functions of {twin.id[:ID_WIDTH]}, but other lines of them"
            page.print(Text(words, style="dim"))
        if path.traces:
            page.print(_latest_trace(path.traces))
    _rest(page, paths[MAX_PATHS:])


def _figures(path: PathEvidence) -> list[Text]:
    time = "" if path.duration_mean_s is None else duration(path.duration_mean_s)
    return [
        Text(percent(path.share), style="bold"),
        Text(percent_between(path.share_low, path.share_high), style="dim"),
        Text(time),
        _errors(path.errors),
        Text(path.id[:ID_WIDTH], style="dim"),
        Text(bar(path.share, BAR_WIDTH), style="cyan"),
    ]


def _aligned(rows: list[list[Text]]) -> Iterator[Text]:
    """Each row as one line, with its columns under those of the others."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for *figures, last in rows:
        line = Text("  ")
        for width, cell in zip(widths, figures, strict=False):
            line.append(" " * (width - len(cell))).append_text(cell).append("  ")
        yield line.append_text(last)


def _errors(number: float) -> Text:
    if number <= 0:
        return Text("no errors", style="dim")
    return Text("<1 error" if number < 0.5 else count(number, "error"), style="red")


def _along(page: Console, found: Iterable[Step], labels: Labels) -> None:
    files: dict[str, list[str]] = {}
    for step in found:
        name = "module body" if step.name == MODULE else labels.name(step)
        files.setdefault(step.file, []).append(name)
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(style="dim", overflow="fold")
    rows.add_column(overflow="fold")
    for file, names in islice(files.items(), MAX_FILES):
        rows.add_row(f"      {file}", ", ".join(names))
    if len(files) > MAX_FILES:
        rows.add_row(f"      and {count(len(files) - MAX_FILES, 'file')} more", "")
    if files:
        page.print(rows)
    else:
        page.print(Text("      nothing besides", style="dim"))


def _latest_trace(traces: Sequence[PathTrace]) -> Text:
    newest, *older = traces
    took = "" if newest.duration_s is None else f", {duration(newest.duration_s)}"
    more = f"; {count(len(older), 'trace')} before it" if older else ""
    line = Text("      trace ", style="dim").append(newest.id, style="not dim")
    return line.append(f" at {moment(newest.time)} UTC{took}{more}")


def _rest(page: Console, paths: Sequence[PathEvidence]) -> None:
    if paths:
        share = percent(sum(path.share for path in paths))
        words = f"  and {count(len(paths), 'path')} more, {share} of invocations together"
        page.print()
        page.print(Text(f"{words}; --format json lists them all.", style="dim"))


def _functions(page: Console, functions: Sequence[FunctionFrequency]) -> None:
    page_of.heading(
        page,
        f"{count(len(functions), 'function')} by use",
        f"Share of invocations that run it, with its {CONFIDENCE} interval.",
    )
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(width=0)
    rows.add_column(justify="right", no_wrap=True, style="bold")
    rows.add_column(justify="right", no_wrap=True, style="dim")
    rows.add_column(width=BAR_WIDTH, style="cyan")
    rows.add_column(overflow="fold")
    for function in functions[:MAX_FUNCTIONS]:
        name = "module body" if function.name == MODULE else function.name
        rows.add_row(
            "",
            percent(function.frequency),
            percent_between(function.frequency_low, function.frequency_high),
            bar(function.frequency, BAR_WIDTH),
            Text(name).append(f"  {function.file}:{function.line}", style="dim"),
        )
    page.print(rows)
    if len(functions) > MAX_FUNCTIONS:
        more = count(len(functions) - MAX_FUNCTIONS, "function")
        page.print(Text(f"    and {more} more; --format json lists them all.", style="dim"))
