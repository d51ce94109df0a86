"""Tables of results, as text for the terminal and as Markdown for the document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.alternatives import BARE, CONTENDERS
from benchmarks.estimates import Estimate
from benchmarks.results import Results, Row
from benchmarks.workloads import PLANS

ABSENT = "–"
_STRATEGIES = {"each": "each invocation", "fixed": "1 % of them", "ours": "ours"}


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as text; the first column names the row."""

    title: str
    command: str
    """What printed its figures."""
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def text(table: Table) -> str:
    """For a terminal."""
    cells = [table.header, *table.rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(table.header))]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    return "\n".join([table.title, *lines])


def markdown(table: Table) -> str:
    """For a document, with the command beside its figures."""
    columns = list(zip(*table.rows, strict=True))[1:]
    rule = ["---", *("---:" if all(map(_is_figure, each)) else "---" for each in columns)]
    rows = "\n".join(f"| {' | '.join(row)} |" for row in (table.header, rule, *table.rows))
    return f"**{table.title}** (`{table.command}`)\n\n{rows}\n"


def _is_figure(cell: str) -> bool:
    return cell in ("", "–") or any(map(str.isdigit, cell))


def cost_tables(results: Results, python: str) -> Iterator[Table]:
    """What an invocation costs in process: CPU time, instructions, wall time where it waits."""
    rows = list(results.find(setting="in process", python=python))
    command = f"python -m benchmarks.run --only in-process --python {python}"
    titles = {
        "cpu_us": "CPU time of an invocation",
        "instructions": "Instructions of an invocation",
    }
    for metric, title in titles.items():
        chosen = [row for row in rows if row.metric == metric]
        if chosen:
            yield _by_workload(f"{title}, × bare, Python {python}", command, chosen, _times)
    chosen = [row for row in rows if row.metric == "cpu_us"]
    if chosen:
        title = f"CPU time that is added to an invocation, µs, Python {python}"
        yield _by_workload(title, command, chosen, _more)
    chosen = [row for row in rows if row.metric == "agent_us"]
    if chosen:
        title = f"Wall time around a handler that does nothing, after each workload, µs, {python}"
        yield _by_workload(title, command, chosen, _more)
    waiting = [row for row in rows if row.metric == "wall_us" and PLANS[row.workload].waits]
    if waiting:
        title = f"Wall time that is added to an invocation that waits, µs, Python {python}"
        yield _by_workload(title, command, waiting, _more)


def _by_workload(title: str, command: str, rows: Sequence[Row], show: Any) -> Table:
    workloads = [name for name in PLANS if any(row.workload == name for row in rows)]
    found = {(row.contender, row.workload): row for row in rows}
    bare = "bare, µs" if rows[0].metric.endswith("us") else "bare"
    lines = [(bare, *(_plain(found[BARE, name].value) for name in workloads))]
    for contender in _present(rows):
        cells = (found.get((contender, name)) for name in workloads)
        lines.append((CONTENDERS[contender].title, *(show(each) for each in cells)))
    return Table(title, command, ("", *(PLANS[name].title for name in workloads)), tuple(lines))


def _present(rows: Sequence[Row]) -> Iterator[str]:
    names = {row.contender for row in rows}
    return (name for name in CONTENDERS if name in names and name != BARE)


def emulator_table(results: Results, python: str, share: float, workload: str) -> Table | None:
    """What the emulator said of one function."""
    setting = f"emulator, {share:g} CPU"
    rows = list(results.find(setting=setting, python=python, workload=workload))
    if not rows:
        return None
    metrics = {
        "init_ms": "INIT, ms",
        "first_ms": "first call, ms",
        "start_cpu_ms": "CPU until then, ms",
        "call_ms": "warm call, ms",
        "call_cpu_ms": "CPU of it, ms",
        "peak_mb": "peak, MB",
        "peak_uploaded_mb": "after an upload",
    }
    shown = {name: title for name, title in metrics.items() if any(r.metric == name for r in rows)}
    found = {(row.contender, row.metric): row for row in rows}
    lines = [("bare", *(_plain(found[BARE, name].value) for name in shown))]
    for contender in _present(rows):
        cells = (found.get((contender, name)) for name in shown)
        lines.append((CONTENDERS[contender].title, *(_more(each) for each in cells)))
    title = f"{PLANS[workload].title}, added to bare, {share:g} CPU, Python {python}"
    command = f"python -m benchmarks.run --only emulator --python {python}"
    return Table(title, command, ("", *shown.values()), tuple(lines))


def budget_tables(results: Results) -> Iterator[Table]:
    """What windows and flushing cost under each budget, and what the agent took them to cost."""
    found = results.facts.get("budgets", ())
    command = "python -m benchmarks.run --only budgets"
    tight = [each for each in found if each["rate"] == 1]
    if tight:
        yield _spent(tight, command)
    generous = [each for each in found if each["rate"] < 1]
    if generous:
        yield Table(
            f"Where a budget of {generous[0]['budget']:g} affords the rate that is asked for",
            command,
            ("", "rate", "windows", "of invocations", "cost, % of wall time",
             "the agent says, %", "ratio"),
            tuple(map(_generous, generous)),
        )  # fmt: skip


def _spent(found: Sequence[Mapping[str, Any]], command: str) -> Table:
    budgets = sorted({each["budget"] for each in found})
    cells = {(each["python"], each["workload"], each["budget"]): each for each in found}
    lines = []
    for python, workload in dict.fromkeys((each["python"], each["workload"]) for each in found):
        chosen = [cells.get((python, workload, budget)) for budget in budgets]
        shares = (ABSENT if each is None else _percent(_share(each)) for each in chosen)
        drawn = (
            ABSENT if each is None else f"{each['windows'] / each['invocations']:.2g}"
            for each in chosen
        )
        lines.append((f"{PLANS[workload].title}, {python}", *shares, *drawn))
    return Table(
        "What windows and flushing cost, % of the invocations' wall time, and windows' share p",
        command,
        (
            "",
            *(f"budget {budget * 100:g} %" for budget in budgets),
            *(f"p at {budget * 100:g} %" for budget in budgets),
        ),
        tuple(lines),
    )


def _generous(cell: Mapping[str, Any]) -> tuple[str, ...]:
    share, told = _share(cell), cell["agent_share"]
    return (
        f"{PLANS[cell['workload']].title}, {cell['python']}",
        f"{cell['rate']:g}",
        f"{cell['windows']:,}",
        f"{cell['windows'] / cell['invocations']:.3g}",
        _percent(share),
        f"{told * 100:.2f}",
        f"{told / share.value:.2f}" if share.low > 0 else ABSENT,
    )


def _share(cell: Mapping[str, Any]) -> Estimate:
    return Estimate(**cell["share"])


def summary_table(results: Results, python: str) -> Table | None:
    """Each contender in one line: what it adds to a small handler, and to a larger one."""
    wanted = {
        ("in process", "jsonschema_check", "cpu_us"): "CPU of a 0.5 ms handler",
        ("in process", "docutils_page", "cpu_us"): "CPU of a 15 ms handler",
        ("emulator, 1 CPU", "hot_loop", "start_ms"): "cold start, ms",
        ("emulator, 1 CPU", "hot_loop", "peak_uploaded_mb"): "memory, MB",
    }
    found = {
        (row.contender, (row.setting, row.workload, row.metric)): row
        for row in results.find(python=python)
    }
    names = [name for name in CONTENDERS if name in _SUMMED]
    lines = []
    for name in names:
        rows = {place: found.get((name, place)) for place in wanted}
        if any(rows.values()):
            cells = (
                ABSENT
                if row is None
                else f"{row.ratio.value:.2f} ×"
                if place[2] == "cpu_us"
                else f"{row.added.value:+.1f}"
                for place, row in rows.items()
            )
            lines.append((CONTENDERS[name].title, *cells, _SUMMED[name]))
    header = ("", *wanted.values(), "")
    command = "python -m benchmarks.run"
    return Table(f"In short, Python {python}", command, header, tuple(lines)) if lines else None


_SUMMED = {
    "ours-no-window": "Most invocations: seen for existence, not for frequency.",
    "ours-window": "As many as the budget (1 % of time) affords.",
    "ours-default": "What a user gets: without the budget's limit reached, all are windows.",
    "coverage-each": "Every invocation pays for a report and an upload.",
    "coverage-ctrace": "Every line pays, always; tells neither how often nor for which request.",
    "coverage-sysmon": "Cheap; tells only that a line ever ran, and uploads nothing.",
    "coverage-windows": "Frequency at the price of each window; wrong lines on 3.12 and 3.13.",
    "slipcover": "Cheap; tells only that a line ever ran, and uploads nothing.",
    "codecov": "Every invocation pays for a report.",
}


def fleet_tables(fleet: Mapping[str, Any]) -> Iterator[Table]:
    """What the simulated fleet showed."""
    command = "python -m benchmarks.fleet"
    functions = fleet["functions"]
    header = ("requests a second", *_STRATEGIES.values(), "ours, 1 of", "environments", "p")
    yield Table(
        "PUTs for a million invocations of one function",
        command,
        header,
        tuple(
            (
                f"{each['rate']:g}",
                *(f"{each[name]['puts_per_million']:,.0f}" for name in _STRATEGIES),
                f"{1e6 / each['ours']['puts_per_million']:,.0f}",
                f"{each['environments']:,}",
                f"{each['probability']:.2f}",
            )
            for each in functions
        ),
    )
    if fleet["fleets"]:
        yield _fleets(fleet["fleets"], command)
    yield _by_frequency("Until code is first seen, by the share of invocations that run it",
                        command, functions, "first_seen_s", _duration)  # fmt: skip
    yield _by_frequency("Error of that share's estimate, % of it", command, functions, "error",
                        lambda value: f"{value * 100:.3g}")  # fmt: skip
    yield Table(
        "Days until code that never runs may be called dead",
        command,
        ("requests a second", *_STRATEGIES.values()),
        tuple(
            (
                f"{each['rate']:g}",
                *(f"{each[name]['dead_after_days']:,.0f}" for name in _STRATEGIES),
            )
            for each in functions
        ),
    )


def _fleets(fleets: Sequence[Mapping[str, Any]], command: str) -> Table:
    return Table(
        "Fleets: dollars for PUTs, for a million invocations and for a month",
        command,
        (
            "functions",
            *(f"{each}, {unit}" for each in _STRATEGIES.values() for unit in ("$/M", "$")),
        ),
        tuple(
            (
                f"{each['functions']:,}",
                *(
                    cell
                    for name in _STRATEGIES
                    for cell in (
                        f"{each[name]['dollars_per_million']:.4f}",
                        f"{each[name]['dollars_per_month']:,.0f}",
                    )
                ),
            )
            for each in fleets
        ),
    )


def _by_frequency(
    title: str, command: str, functions: Sequence[Mapping[str, Any]], figure: str, show: Any
) -> Table:
    frequencies = list(functions[0]["ours"][figure])
    lines = []
    for each in functions:
        for name, words in _STRATEGIES.items():
            values = (each[name][figure][frequency] for frequency in frequencies)
            cells = (ABSENT if value is None else show(value) for value in values)
            lines.append((f"{each['rate']:g} a second, {words}", *cells))
    return Table(title, command, ("", *frequencies), tuple(lines))


def _plain(value: Estimate) -> str:
    return _short(value.value)


def _times(row: Row | None) -> str:
    return ABSENT if row is None else interval(row.ratio)


def _more(row: Row | None) -> str:
    return ABSENT if row is None else interval(row.added, "+")


def interval(value: Estimate, sign: str = "") -> str:
    """A value and its interval, for a cell."""
    shown = (_short(each, sign) for each in (value.value, value.low, value.high))
    return "{} [{}, {}]".format(*shown)


def _percent(value: Estimate) -> str:
    return f"{value.value * 100:.2f} [{value.low * 100:.2f}, {value.high * 100:.2f}]"


def _short(value: float, sign: str = "") -> str:
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 20 else 2 if size >= 0.1 else 3
    return f"{value:{sign},.{digits}f}"


def _duration(seconds: float) -> str:
    for limit, unit, name in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds / 86400:.3g} d"
