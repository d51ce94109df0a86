"""What is shown of an example: answers, stored objects, spans, and shares beside true counts."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from tests.support.otlp import Span

MAX_ANSWERS = 8
MAX_KEYS = 10


class Answers:
    """Shows the first events of a function with their answers, and the progress of the rest."""

    def __init__(self, console: Console, name: str, events: Sequence[object], total: int) -> None:
        self._console = console
        self._left = min(len(events), MAX_ANSWERS)
        columns = TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn()
        self._progress = Progress(*columns, TimeElapsedColumn(), console=console)
        self._task = self._progress.add_task(name, total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def add(self, event: object, answer: object) -> None:
        """One more."""
        self._progress.advance(self._task)
        if self._left > 0:
            self._left -= 1
            failed = isinstance(answer, dict) and "errorType" in answer
            rows = Table.grid(padding=(0, 1, 0, 0))
            rows.add_row("  →", _one_line(event, "dim"))
            rows.add_row("  ←", Text(_json(answer), style="red" if failed else "green"))
            self._console.print(rows)


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False)


def _one_line(content: object, style: str) -> Text:
    """As much of it as the line holds: events are in a file to look at."""
    return Text(_json(content), style=style, no_wrap=True, overflow="ellipsis")


def show_command(console: Console, words: Sequence[str]) -> None:
    """A command as one would type it: options go on lines of their own where it is long."""
    parts: list[list[str]] = [[]]
    for word in words:
        if word.startswith("--"):
            parts.append([])
        parts[-1].append(word)
    lines = [f"$ {shlex.join(parts[0])}"]
    for part in map(shlex.join, parts[1:]):
        if len(lines[-1]) + len(part) + 3 <= console.width:
            lines[-1] += f" {part}"
        else:
            lines[-1] += " \\"
            lines.append(f"    {part}")
    console.print(Text("\n".join(lines), style="bold"), soft_wrap=True)


def show_keys(console: Console, bucket: str, keys: Sequence[str]) -> None:
    """What lies in the bucket now."""
    for key in keys[:MAX_KEYS]:
        console.print(Text(f"  s3://{bucket}/{key}"), soft_wrap=True)
    if len(keys) > MAX_KEYS:
        console.print(Text(f"  and {len(keys) - MAX_KEYS} more", style="dim"))


def show_spans(console: Console, spans: Sequence[Span], paths: Mapping[str, Iterable[str]]) -> None:
    """What each span tells of, and where its path id leads in the hot-path report."""
    for number, span in enumerate(spans, 1):
        console.print(Text(f"\n  span {number}  {span.name}  trace {span.trace_id}", style="bold"))
        ours = {name: of for name, of in span.attributes.items() if name.startswith("lambda_usage")}
        for name, value in sorted(ours.items()):
            console.print(Text(f"    {name} = {value}"))
        along = ", ".join(paths.get(str(ours.get("lambda_usage.path.id")), ["not in the report"]))
        console.print(Text(f"    this way led through {along}", style="cyan"))


@dataclass(frozen=True, slots=True)
class Estimate:
    """The share of invocations that run a function, as a report has it."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The estimated use of one function, and how often it was used in truth."""

    name: str
    answers: int
    truth: float
    estimate: Estimate | None
    """None where no window ran it."""


def compared(answers: Sequence[dict[str, Any]], key: str, report: Any) -> list[Comparison]:
    """Each function that answers name under *key*, the most used first.

    Args:
        answers: All that came back.
        key: Where each names the function that made it.
        report: The hot-path report of the same traffic, from JSON.
    """
    estimates = {
        each["name"]: Estimate(each["frequency"], each["frequency_low"], each["frequency_high"])
        for each in report["functions"]
    }
    counted = Counter(answer[key] for answer in answers)
    return [
        Comparison(name, count, count / len(answers), estimates.get(name))
        for name, count in counted.most_common()
    ]


def show_comparison(console: Console, windows: int, found: Sequence[Comparison]) -> None:
    """Estimates beside the truth."""
    total = sum(each.answers for each in found)
    console.print(
        f"\n[bold]Estimates beside the truth[/] (windows: {windows:,} of {total:,} invocations)"
    )
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("  ran")
    for heading in ("estimated", "95 % interval", "in truth", "answers"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("")
    for each in found:
        truth = f"{100 * each.truth:.1f} %", f"{each.answers:,}"
        table.add_row(f"  {each.name}", *_estimated(each.estimate), *truth, _judged(each))
    console.print(table)


def _estimated(estimate: Estimate | None) -> tuple[str, str]:
    if estimate is None:
        return "in no window", ""
    share, low, high = (100 * part for part in (estimate.share, estimate.low, estimate.high))
    return f"{share:.1f} %", f"{low:.1f}-{high:.1f} %"


def _judged(found: Comparison) -> Text:
    """Whether the interval holds the truth: 95 of 100 intervals do."""
    if found.estimate is None:
        return Text()
    holds = found.estimate.low <= found.truth <= found.estimate.high
    return Text("inside", style="green") if holds else Text("outside", style="yellow")
