"""What is kept on purpose, in a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lambda_usage.evidence.model import DeadCodeReport, Keep, KeepEvidence, KeepState
from lambda_usage.reports import _page as page_of
from lambda_usage.reports._findings import MODULE, KeptUnit, kept_units, suppressions
from lambda_usage.reports._text_rows import rows_by_file
from lambda_usage.reports._wording import count, line_range, named

MAX_NAMES = 4


def kept(page: Console, report: DeadCodeReport) -> None:
    """Code that never ran and that somebody asked to keep."""
    units = kept_units(report)
    if not units:
        return
    page_of.heading(
        page,
        f"Kept on purpose: {count(len(units), 'piece')} of code",
        "Never seen to run either, but somebody asked to keep it.",
        style="bold magenta",
    )
    rows_by_file(page, map(_row, units))
    reasons = {f"{unit.keep.place}: {unit.keep.reason}": None for unit in units if unit.keep.reason}
    for words in reasons:
        page.print(_hanging(page, words))


def stale_suppressions(page: Console, report: DeadCodeReport) -> None:
    """Suppressions that match nothing, have expired, or keep nothing that needs it."""
    wrong = suppressions(report, KeepState.MATCHES_NOTHING)
    expired = suppressions(report, KeepState.EXPIRED)
    needless = suppressions(report, KeepState.NEEDLESS)
    told = [
        (len(wrong), "matching nothing", "What matches nothing is a mistake."),
        (len(expired), "expired", "Expired ones keep nothing any more."),
        (len(needless), "needless", "Of needless ones, all is used."),
    ]
    if not any(number for number, _, _ in told):
        return
    page_of.heading(
        page,
        "Suppressions to look at: "
        + ", ".join(f"{number:,} {state}" for number, state, _ in told if number),
        " ".join(words for number, _, words in told if number),
    )
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    table.add_column(style="dim", overflow="fold")
    for each in wrong:
        table.add_row(f"  {each.keep.place}", "a mistake: it matches nothing")
    for each in expired:
        table.add_row(f"  {each.keep.place}", f"expired {each.keep.until}: {_kept_names(each)}")
    for each in needless:
        table.add_row(f"  {each.keep.place}", "keeps nothing that would be reported")
    page.print(table)


def _hanging(page: Console, words: str) -> Text:
    """A long reason goes on further in than it begins, so that the next one stands apart."""
    first, *more = Text(words, style="dim").wrap(page, page.width - 4)
    return Text("\n").join([Text("  ") + first, *(Text("    ") + line for line in more)])


def _row(unit: KeptUnit) -> tuple[str, str, str, str]:
    name = unit.name
    if name == MODULE:
        name = "module body" if unit.part else "module body and all in it"
    return unit.file, line_range(unit.first, unit.last), name, _until(unit.keep)


def _until(keep: Keep) -> str:
    return f"until {keep.until}" if keep.until else "for good"


def _kept_names(found: KeepEvidence) -> str:
    return named(list(found.functions), MAX_NAMES) or "it keeps nothing"
