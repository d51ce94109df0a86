"""Where Lambda functions differ, and what they ship besides code, in a terminal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lambda_usage.evidence.model import DeadCodeReport
from lambda_usage.reports import _page as page_of
from lambda_usage.reports._findings import Standing, Wanted, alone, dead_dependencies, standings
from lambda_usage.reports._wording import count, named

MAX_LAMBDA_FUNCTIONS = 12
MAX_NAMES = 4
_COLUMNS = (Standing.USED, Standing.STARTUP, Standing.DEAD, Standing.UNPROVEN)
_ALIVE = frozenset({Standing.USED, Standing.STARTUP})


def dependencies(page: Console, report: DeadCodeReport) -> None:
    """Distributions that are shipped and never imported."""
    dead = dead_dependencies(report)
    if not dead:
        return
    page_of.heading(
        page,
        f"Never imported: {count(len(dead), 'dependency', 'dependencies')}",
        "Shipped, and no function imported any module of theirs. Child processes are not seen.",
        style="bold red",
    )
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    table.add_column(style="dim", overflow="fold")
    for each in dead:
        shipped = named([found.lambda_function for found in each.lambda_functions], MAX_NAMES)
        table.add_row(f"  {each.name} {each.version}", shipped and f"shipped by {shipped}")
    page.print(table)


def by_lambda_function(page: Console, report: DeadCodeReport) -> None:
    """What each Lambda function alone uses, where they do not all say the same."""
    numbers: dict[str, Counter[Standing]] = defaultdict(Counter)
    differing = 0
    said = _said(report)
    for each in said:
        found = set(each.by_lambda_function.values())
        differing += Standing.DEAD in found and bool(found & _ALIVE)
        for name, standing in each.by_lambda_function.items():
            numbers[name][standing] += 1
    if not differing:
        return
    page_of.heading(
        page,
        f"By Lambda function: {count(differing, 'function')} used by some, dead for others",
        "Verdicts of each alone, and below it the files that it ships and only others use.",
    )
    _table(page, numbers, _unused_files(said))


def _table(
    page: Console, numbers: dict[str, Counter[Standing]], unused: dict[str, list[str]]
) -> None:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    for _ in _COLUMNS:
        table.add_column(justify="right", no_wrap=True)
    table.add_row("", *(Text(standing.value, style="dim") for standing in _COLUMNS))
    most_dead = sorted(numbers, key=lambda name: (-numbers[name][Standing.DEAD], name))
    for name in most_dead[:MAX_LAMBDA_FUNCTIONS]:
        table.add_row(f"  {name}", *(f"{numbers[name][standing]:,}" for standing in _COLUMNS))
        if unused.get(name):
            table.add_row(Text(f"    {named(unused[name], MAX_NAMES)}", style="dim"))
    page.print(table)
    if len(most_dead) > MAX_LAMBDA_FUNCTIONS:
        more = count(len(most_dead) - MAX_LAMBDA_FUNCTIONS, "Lambda function")
        page.print(Text(f"  and {more} more; --format json lists them all.", style="dim"))


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said of one function."""

    file: str
    ran: bool
    """In any Lambda function."""
    by_lambda_function: dict[str, Standing]


def _said(report: DeadCodeReport) -> list[_Said]:
    wanted = Wanted(report)
    return [
        _Said(
            function.file,
            standing in _ALIVE,
            {
                each.lambda_function: alone(each.verdict, standing, wanted=function in wanted)
                for each in function.lambda_functions
            },
        )
        for function, standing in standings(report)
    ]


def _unused_files(said: Iterable[_Said]) -> dict[str, list[str]]:
    """Files that are dead in one Lambda function and used by another, by the former."""
    found: dict[tuple[str, str], set[Standing]] = defaultdict(set)
    alive: set[str] = set()
    for function in said:
        if function.ran:
            alive.add(function.file)
        for name, standing in function.by_lambda_function.items():
            found[name, function.file].add(standing)
    unused: dict[str, list[str]] = defaultdict(list)
    for (name, file), standings_there in sorted(found.items()):
        if standings_there == {Standing.DEAD} and file in alive:
            unused[name].append(file)
    return dict(unused)
