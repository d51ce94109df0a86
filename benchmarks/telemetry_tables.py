"""Tables of what telemetry costs, and of what callers wait while its endpoint fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.estimates import Estimate
from benchmarks.tables import ABSENT, Table, interval
from benchmarks.telemetry import INVOCATIONS, RATES

Cell = Mapping[str, Any]

_AROUND = {
    "off": "no library imported",
    "opentelemetry": "OpenTelemetry's SDK, a span recorded",
    "unsampled": "OpenTelemetry's SDK, a span not sampled",
    "x-ray": "X-Ray's SDK, a trace sampled",
}
_SENDS = {
    "collection": "the application's provider collects, without ours",
    "collection, ours": "the same, with ours",
    "export": "an export of our own over OTLP, with each upload",
    "lines": "CloudWatch's lines, with each upload",
}


def telemetry_tables(cells: Sequence[Cell]) -> Iterator[Table]:
    """Of each Python: invocations, what is sent, and imports."""
    for python in dict.fromkeys(each["python"] for each in cells):
        command = f"python -m benchmarks.run --only telemetry --python {python}"
        found = {each["what"]: each for each in cells if each["python"] == python}
        yield Table(
            f"CPU time of an invocation, µs, Python {python}",
            command,
            ("", "bare", "ours, nobody told: more than bare", "telemetry: more than that"),
            tuple(_invocation(found, rate, what) for rate in RATES for what in INVOCATIONS),
        )
        yield Table(
            f"CPU time that telemetry takes at other times, ms, Python {python}",
            command,
            ("", "in all", "more than without ours"),
            (
                *(_other(title, found[name]) for name, title in _SENDS.items()),
                *(
                    _other(f"import: {name}", each)
                    for name, each in found.items()
                    if each["kind"] == "import"
                ),
            ),
        )


def _invocation(found: Mapping[str, Cell], rate: str, what: str) -> tuple[str, ...]:
    untold, told = (found[f"{rate}, {each}"] for each in INVOCATIONS[what])
    bare, more, most = (
        Estimate(**each) for each in (untold["bare_us"], untold["over_bare_us"], told["added_us"])
    )
    return f"{rate}; {_AROUND[what]}", interval(bare), interval(more, "+"), interval(most, "+")


def _other(title: str, cell: Cell) -> tuple[str, ...]:
    added = cell["added_us"]
    return title, _ms(cell["cpu_us"]), _ms(added, "+") if added else ABSENT


def _ms(us: Mapping[str, float], sign: str = "") -> str:
    return interval(Estimate(**{name: value / 1000 for name, value in us.items()}), sign)


def fault_tables(rows: Sequence[Cell]) -> Iterator[Table]:
    """Of each Python one."""
    for python in dict.fromkeys(each["python"] for each in rows):
        chosen = [each for each in rows if each["python"] == python]
        yield Table(
            f"What callers wait (INVOKE RTDONE), ms, Python {python}; "
            f"results that differed: {chosen[0]['differed']}",
            f"python -m benchmarks.run --only faults --python {python}",
            ("", "median", "more than bare", "p99", "more than bare", "exports that came"),
            tuple(map(_fault, chosen)),
        )


def _fault(row: Cell) -> tuple[str, ...]:
    figures = ("median_ms", "median_added_ms", "p99_ms", "p99_added_ms")
    cells = (interval(Estimate(**row[each]), "+" * ("added" in each)) for each in figures)
    exports = ABSENT if row["exports"] is None else f"{row['exports']:,}"
    return row["endpoint"], *cells, exports
