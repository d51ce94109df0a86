"""What both reports have in a terminal: the console, the evidence, the blind spots."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lambda_usage.evidence.model import BlindSpot, Evidence, LambdaFunction
from lambda_usage.reports import _sentences as sentences
from lambda_usage.reports._wording import count

MAX_WIDTH = 110
"""Wider lines are hard to follow with the eye."""

MAX_LAMBDA_FUNCTIONS = 12


def open_page(out: TextIO) -> Console:
    """A console that writes plain text where ``out`` is no terminal."""
    # FORCE_COLOR, as many CI systems set it, is about the terminal, not about files.
    plain = None if out is sys.stdout else False
    console = Console(file=out, force_terminal=plain, highlight=False, markup=False, emoji=False)
    console.width = min(console.width, MAX_WIDTH)
    return console


def title(page: Console, words: str) -> None:
    """The first line of a report."""
    page.print(Text(words, style="bold"))
    page.print()


def heading(page: Console, words: str, explanation: str = "", style: str = "bold") -> None:
    """The start of a section, with a sentence of what it shows."""
    page.print()
    page.print(Text(words, style=style))
    if explanation:
        page.print(Padding(Text(explanation, style="dim"), (0, 0, 0, 2)))


def evidence(page: Console, seen: Evidence, *more: tuple[str, str]) -> None:
    """What the report rests on."""
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(style="dim", no_wrap=True)
    rows.add_column(overflow="fold")
    rows.add_row("  Traffic", sentences.traffic(seen))
    if heard := sentences.heard(seen):
        rows.add_row("  Heard of", heard)
    rows.add_row("  Period", sentences.period(seen))
    rows.add_row("  Evidence", sentences.recorded(seen))
    if len(seen.lambda_functions) > 1:
        rows.add_row("  Functions", _lambda_functions(seen.lambda_functions))
    for name, words in more:
        rows.add_row(f"  {name}", words)
    page.print(rows)


def blind_spots(page: Console, spots: Sequence[BlindSpot]) -> None:
    """What the data cannot show, in plain words."""
    if not spots:
        return
    heading(page, "What this report cannot see")
    rows = Table.grid(padding=(0, 1, 0, 0))
    rows.add_column(no_wrap=True)
    rows.add_column(overflow="fold")
    for spot in spots:
        rows.add_row("  •", spot.message)
    page.print(rows)


def _lambda_functions(functions: Sequence[LambdaFunction]) -> Table:
    rows = Table.grid(padding=(0, 2, 0, 0))
    rows.add_column(overflow="fold")
    rows.add_column(justify="right", no_wrap=True)
    rows.add_column(justify="right", no_wrap=True)
    busiest = sorted(functions, key=lambda function: (-function.invocations, function.name))
    for function in busiest[:MAX_LAMBDA_FUNCTIONS]:
        rows.add_row(
            function.name, count(function.invocations, "invocation"), count(function.days, "day")
        )
    if len(busiest) > MAX_LAMBDA_FUNCTIONS:
        rows.add_row(f"and {len(busiest) - MAX_LAMBDA_FUNCTIONS:,} more", "", "")
    return rows
