"""Rows under the names of their files, as the sections of the text form have them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text


def rows_by_file(page: Console, found: Iterable[tuple[str, str, str, str]]) -> None:
    """Rows of (file, lines, name, remark) under the names of their files."""
    for file, group in groupby(found, key=lambda row: row[0]):
        file_name(page, file)
        rows(page, ((lines, name, remark) for _, lines, name, remark in group))


def file_name(page: Console, file: str, remark: str = "") -> None:
    """A file, with a remark at the right edge that holds for the rows below."""
    line = Text(f"  {file}", style="bold")
    gap = page.width - len(line) - len(remark) - 2
    if remark and gap >= 2:
        line.append(" " * gap).append(remark, style="not bold dim")
    page.print(line)
    if remark and gap < 2:
        page.print(Padding(Text(remark, style="dim"), (0, 0, 0, 8)))


def rows(page: Console, found: Iterable[tuple[str, str, str]]) -> None:
    """Rows of (lines, name, remark)."""
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(justify="right", no_wrap=True, width=13)
    table.add_column(overflow="fold", ratio=1)
    table.add_column(style="dim", justify="right", no_wrap=True)
    for row in found:
        table.add_row(*row)
    page.print(table)
