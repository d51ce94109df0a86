"""Prints what a load test found."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scripts.load.recorded import Recorded
from scripts.load.running import Ran

_SHOWN = 5
"""Wrong answers that are shown; the others are counted."""


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that *share* of all *values* do not exceed (nearest rank)."""
    return sorted(values)[max(math.ceil(len(values) * share) - 1, 0)]


def show(console: Console, ran: Ran, found: Recorded | None, *, compared: bool) -> bool:
    """Prints it.

    Args:
        console: Where to.
        ran: What was sent, and what came back.
        found: What the bundles say, where they can be read.
        compared: Whether the same was sent to functions without the layer.

    Returns:
        Whether all is as it must be.
    """
    number = ran.sent.total()
    console.print(
        f"{number:,} invocations in {ran.seconds:.1f} s, {number / ran.seconds:,.0f} a second: "
        + ", ".join(f"{count:,} {kind}" for kind, count in sorted(ran.sent.items()))
    )
    console.print(_times(ran, compared=compared))
    asked = ran.errors.total()
    console.print(f"{asked:,} errors were asked for, and came as they must")
    _show_wrong(console, ran.wrong)
    if found is None:
        console.print("Bundles arrive with the next upload of each process: make test-status")
        return not ran.wrong
    return _show_recorded(console, ran, found) and not ran.wrong


def _times(ran: Ran, *, compared: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("milliseconds")
    heads = ["number", "p50", "p90", "p99"]
    for head in [*heads, "bare p50", "bare p99"] if compared else heads:
        table.add_column(head, justify="right")
    for name, times in [*sorted(ran.times.items()), ("all", _all(ran.times))]:
        row = [f"{len(times):,}", *(_ms(times, share) for share in (0.5, 0.9, 0.99))]
        if compared:
            bare = ran.bare_times[name] if name != "all" else _all(ran.bare_times)
            row += [_ms(bare, 0.5), _ms(bare, 0.99)]
        table.add_row(name, *row, style="bold" if name == "all" else "")
    return table


def _all(times: Mapping[str, Sequence[float]]) -> list[float]:
    return [each for some in times.values() for each in some]


def _ms(times: Sequence[float], share: float) -> str:
    return f"{percentile(times, share) * 1000:.2f}"


def _show_wrong(console: Console, wrong: Sequence[str]) -> None:
    if not wrong:
        return
    console.print(Text(f"{len(wrong):,} answers were wrong:", style="bold red"))
    for each in wrong[:_SHOWN]:
        console.print(Text(f"  {each}", style="red"))


def _show_recorded(console: Console, ran: Ran, found: Recorded) -> bool:
    console.print(
        f"{found.bundles} bundles ({found.bytes:,} bytes) tell of "
        f"{found.invocations.total():,} invocations, {found.windows:,} of them windows"
    )
    windows, bundles, sending, handlers = (
        found.costs[f"{what}_s"] for what in ("window", "flush", "delivery", "handler")
    )
    console.print(
        f"By their own account the layers spent {windows * 1000:.1f} ms on windows, "
        f"{bundles * 1000:.1f} ms on making bundles and {sending * 1000:.1f} ms on sending them; "
        f"the handlers ran for {handlers:.2f} s",
        soft_wrap=True,
    )
    problems = [
        *found.differences(ran.sent),
        *(f"{number:,} lost: {what}" for what, number in found.losses.items() if number),
    ]
    for each in problems:
        console.print(Text(each, style="bold red"))
    if not problems:
        console.print(Text("Nothing is missing, and nothing is told twice", style="green"))
    return not problems
