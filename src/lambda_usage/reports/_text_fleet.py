"""Where Lambda functions differ, and what they ship besides code, in a terminal."""

from __future__ import annotations

from collections import Counter, defaultdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lambda_usage.evidence.model import DeadCodeReport, Verdict
from lambda_usage.reports import _page as page_of
from lambda_usage.reports._findings import dead_dependencies
from lambda_usage.reports._wording import count, named

MAX_LAMBDA_FUNCTIONS = 12
MAX_NAMES = 4
_COLUMNS = (Verdict.USED, Verdict.STARTUP, Verdict.DEAD, Verdict.UNPROVEN)
_ALIVE = frozenset({Verdict.USED, Verdict.STARTUP})


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
    numbers: dict[str, Counter[Verdict]] = defaultdict(Counter)
    differing = 0
    for function in report.functions:
        said = {each.verdict for each in function.lambda_functions}
        differing += Verdict.DEAD in said and bool(said & _ALIVE)
        for each in function.lambda_functions:
            numbers[each.lambda_function][each.verdict] += 1
    if not differing:
        return
    page_of.heading(
        page,
        f"By Lambda function: {count(differing, 'function')} used by some, dead for others",
        "Verdicts of each alone, and below it the files that it ships and only others use.",
    )
    _table(page, numbers, _unused_files(report))


def _table(
    page: Console, numbers: dict[str, Counter[Verdict]], unused: dict[str, list[str]]
) -> None:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    for _ in _COLUMNS:
        table.add_column(justify="right", no_wrap=True)
    table.add_row("", *(Text(verdict.value, style="dim") for verdict in _COLUMNS))
    most_dead = sorted(numbers, key=lambda name: (-numbers[name][Verdict.DEAD], name))
    for name in most_dead[:MAX_LAMBDA_FUNCTIONS]:
        table.add_row(f"  {name}", *(f"{numbers[name][verdict]:,}" for verdict in _COLUMNS))
        if unused.get(name):
            table.add_row(Text(f"    {named(unused[name], MAX_NAMES)}", style="dim"))
    page.print(table)
    if len(most_dead) > MAX_LAMBDA_FUNCTIONS:
        more = count(len(most_dead) - MAX_LAMBDA_FUNCTIONS, "Lambda function")
        page.print(Text(f"  and {more} more; --format json lists them all.", style="dim"))


def _unused_files(report: DeadCodeReport) -> dict[str, list[str]]:
    """Files that are dead in one Lambda function and used by another, by the former."""
    verdicts: dict[tuple[str, str], set[Verdict]] = defaultdict(set)
    alive: set[str] = set()
    for function in report.functions:
        if function.verdict in _ALIVE:
            alive.add(function.file)
        for each in function.lambda_functions:
            verdicts[each.lambda_function, function.file].add(each.verdict)
    found: dict[str, list[str]] = defaultdict(list)
    for (name, file), said in sorted(verdicts.items()):
        if said == {Verdict.DEAD} and file in alive:
            found[name].append(file)
    return dict(found)
