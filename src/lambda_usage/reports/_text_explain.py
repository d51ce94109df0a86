"""An explanation in a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lambda_usage.reports import _page as page_of
from lambda_usage.reports._explanation import Entry, Explanation, Part
from lambda_usage.reports._findings import Standing
from lambda_usage.reports._wording import line_range

_STYLES = {
    Standing.USED: "green",
    Standing.STARTUP: "cyan",
    Standing.DEAD: "red",
    Standing.KEPT: "magenta",
    Standing.APART: "dim",
    Standing.UNPROVEN: "yellow",
    Standing.NOT_DEPLOYED: "dim",
}
LABEL_WIDTH = 44


def write_explanation(page: Console, explanation: Explanation) -> None:
    """Writes the whole explanation."""
    title = Text(explanation.name, style="bold").append("  ")
    title.append_text(_standing(explanation.standing))
    page.print(title)
    lines = line_range(explanation.first, explanation.last)
    page.print(Text(f"{explanation.file}:{lines}", style="dim"))
    for part in explanation.parts:
        page_of.heading(page, part.heading)
        _part(page, part)


def _part(page: Console, part: Part) -> None:
    labelled: list[Entry] = []
    for entry in part.entries:
        if entry.label:
            labelled.append(entry)
            continue
        _rows(page, labelled)
        labelled = []
        page.print(Padding(Text(entry.words), (0, 0, 0, 2)))
    _rows(page, labelled)


def _rows(page: Console, entries: list[Entry]) -> None:
    if not entries:
        return
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold", max_width=LABEL_WIDTH)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    for entry in entries:
        standing = _standing(entry.standing) if entry.standing else ""
        table.add_row(f"  {entry.label}", standing, entry.words)
    page.print(table)


def _standing(standing: Standing) -> Text:
    return Text(standing.value.replace("_", " "), style=_STYLES[standing])
