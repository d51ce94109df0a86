"""What was promised of the overhead, and what was measured: ``python -m benchmarks.targets``.

A target is met where the whole interval of each figure meets it, and missed where that of any does
not. Where an interval reaches over the limit, the run cannot tell. Shown is the deciding figure.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.alternatives import CONTENDERS
from benchmarks.estimates import Estimate
from benchmarks.results import ACCEPTED, Results, Row, read
from benchmarks.tables import Table, text
from benchmarks.telemetry_faults import AGAIN, BARE
from benchmarks.workloads import PLANS

NOT_MEASURED = "not measured"
CANNOT_TELL = "cannot be told"
_INSTRUCTIONS = "instructions"
_SCARCE = ("jsonschema_check", "jinja2_page", "tiny_functions")
_NEARLY_FREE = ("hot_loop", "waiting")


@dataclass(frozen=True, slots=True)
class Target:
    """One promise, and what came of it."""

    number: str
    promise: str
    measured: str
    verdict: str
    """``met``, ``missed``, ``cannot be told`` or ``not measured``."""


@dataclass(frozen=True, slots=True)
class _Figure:
    """One measured figure as a share of its limit: 1 is just met."""

    share: Estimate
    words: str

    @property
    def verdict(self) -> str:
        if self.share.high <= 1:
            return "met"
        return "missed" if self.share.low > 1 else CANNOT_TELL

    @property
    def badness(self) -> tuple[int, float]:
        return ("met", CANNOT_TELL, "missed").index(self.verdict), self.share.value


def targets(results: Results) -> Iterator[Target]:
    """All that this suite can measure."""
    new = [each for each in _pythons(results) if CONTENDERS["ours-armed"].runs_on(each)]
    yield _judged(
        "1", "always on, lines seen, 3.12+: CPU ≤ 1.01 × bare or + 3 µs",
        _either(results, "ours-armed", new, ratio=1.01, more=3),
    )  # fmt: skip
    counted = any(row.metric == _INSTRUCTIONS for row in results.rows)
    if counted:
        yield _judged(
            "1", "the same, by instructions: ≤ 1.01 × bare",
            _ratios(results, "ours-armed", new, _INSTRUCTIONS, 1.01),
        )  # fmt: skip
    for workload in PLANS:
        rows = results.find(contender="ours-no-window", metric="cpu_us", workload=workload)
        promise = f"no window, {PLANS[workload].title}: ≤ bare + 10 µs of CPU"
        yield _judged("2", promise, _added(rows, 10))
    for workload in PLANS:
        rows = results.find(contender="ours-no-window", metric="agent_us", workload=workload)
        promise = f"the agent alone, its caches taken by {PLANS[workload].title}: ≤ 10 µs"
        yield _judged("2", promise, _added(rows, 10))
    metrics = [("cpu_us", "CPU")] + [(_INSTRUCTIONS, _INSTRUCTIONS)] * counted
    for metric, words in metrics:
        yield _judged(
            "3", f"window on jsonschema, Jinja2, tiny functions: {words} ≤ 0.4 × coverage.py's",
            _against(results, _SCARCE, metric, 0.4),
        )  # fmt: skip
        others = [each for each in PLANS if each not in _SCARCE]
        yield _judged(
            "3", f"window elsewhere: {words} ≤ coverage.py's",
            _against(results, others, metric, 1),
        )  # fmt: skip
    yield _judged(
        "3", "window on the hot loop and I/O: ≤ 1.1 × bare or + 50 µs",
        _nearly_free(results, new),
    )  # fmt: skip
    found = results.facts.get("budgets", ())
    for budget in sorted({each["budget"] for each in found if each["rate"] == 1}):
        yield _judged("4", f"budget {budget:g}: ≤ 1.25 × budget", _budgets(found, budget))
    generous = [each for each in found if each["rate"] < 1]
    yield _judged("4", "a generous budget: the rate asked for is reached", map(_reached, generous))
    yield from _emulated(results, new)
    size = results.facts.get("layer_mb")
    yield _judged("6", "slim layer ≤ 3 MB zipped", [_exact(size, 3, "MB")] if size else [])
    fleet = results.facts.get("fleet", {}).get("functions", ())
    for each in fleet:
        if each["rate"] >= 10:
            puts = _exact(each["ours"]["puts_per_million"], 1e6 / 500, "PUTs a million")
            yield _judged("7", f"{each['rate']:g} requests a second: PUTs ≤ 1/500", [puts])
    yield from _telemetry(results.facts.get("telemetry", ()))
    yield from _faults(results.facts.get("faults", ()))


def _telemetry(cells: Iterable[Mapping[str, Any]]) -> Iterator[Target]:
    """With telemetry off, what a window does more than without it; other invocations run none."""
    found = [each for each in cells if each["what"] == "window, off"]
    if found:
        figures = (_plain(each["added_us"], 2, f"µs (Python {each['python']})") for each in found)
        yield _judged("8", "telemetry off, window: ≤ 2 µs more than without", figures)


def _faults(rows: Iterable[Mapping[str, Any]]) -> Iterator[Target]:
    """With a failing endpoint: what callers wait more than with the bare function."""
    rows = [each for each in rows if each["endpoint"] not in (BARE, AGAIN)]
    for quantile, limit in (("median", 0.5), ("p99", 5)):
        figures = [
            _plain(each[f"{quantile}_added_ms"], limit, f"ms ({each['endpoint']})") for each in rows
        ]
        if figures:
            yield _judged("8", f"endpoint fails, {quantile}: ≤ bare + {limit:g} ms", figures)


def _plain(value: Mapping[str, float], limit: float, unit: str) -> _Figure:
    found = Estimate(**value)
    words = f"{found.value:+.3g} [{found.low:+.3g}, {found.high:+.3g}] {unit}"
    return _Figure(_scaled(found, limit), words)


def _emulated(results: Results, new: list[str]) -> Iterator[Target]:
    for workload, metric, limit, words in (
        ("sample_backend", "start_ms", 10, "INIT and first call, sample backend: ≤ bare + 10 ms"),
        ("sample_backend", "start_cpu_ms", 10, "the same in CPU time: ≤ bare + 10 ms"),
        ("hot_loop", "start_ms", 10, "INIT and first call, small handler: ≤ bare + 10 ms"),
        ("hot_loop", "start_cpu_ms", 10, "the same in CPU time: ≤ bare + 10 ms"),
        ("hot_loop", "peak_mb", 3, "peak before the first upload: ≤ bare + 3 MB"),
        ("hot_loop", "peak_uploaded_mb", 14, "peak after it, over TLS: ≤ bare + 14 MB"),
    ):
        rows = results.find(
            setting="emulator, 1 CPU", contender="ours-default", metric=metric, workload=workload
        )
        figures = _added([row for row in rows if row.python in new], limit)
        yield _judged("5", words, figures)


def _pythons(results: Results) -> list[str]:
    return list(dict.fromkeys(row.python for row in results.rows))


def _judged(number: str, promise: str, figures: Iterable[_Figure]) -> Target:
    worst = max(figures, key=lambda each: each.badness, default=None)
    if worst is None:
        return Target(number, promise, NOT_MEASURED, NOT_MEASURED)
    return Target(number, promise, worst.words, worst.verdict)


def _figure(value: Estimate, limit: float, row: Row, show: Callable[[float], str]) -> _Figure:
    where = f"{PLANS[row.workload].title}, {row.python}"
    words = f"{show(value.value)} [{show(value.low)}, {show(value.high)}] ({where})"
    return _Figure(_scaled(value, limit), words)


def _scaled(value: Estimate, limit: float) -> Estimate:
    return Estimate(value.value / limit, value.low / limit, value.high / limit)


def _ratio(row: Row, limit: float) -> _Figure:
    return _figure(row.ratio, limit, row, lambda each: f"{each:.3f} ×")


def _more(row: Row, limit: float) -> _Figure:
    return _figure(row.added, limit, row, lambda each: f"{each:+.3g}")


def _ratios(
    results: Results, contender: str, pythons: list[str], metric: str, limit: float
) -> list[_Figure]:
    rows = results.find(contender=contender, metric=metric, setting="in process")
    return [_ratio(row, limit) for row in rows if row.python in pythons]


def _added(rows: Iterable[Row], limit: float) -> list[_Figure]:
    return [_more(row, limit) for row in rows]


def _either(
    results: Results, contender: str, pythons: list[str], *, ratio: float, more: float
) -> list[_Figure]:
    rows = results.find(contender=contender, metric="cpu_us", setting="in process")
    return [_better(row, ratio, more) for row in rows if row.python in pythons]


def _better(row: Row, ratio: float, more: float) -> _Figure:
    """Whichever of the two says more for it: one is enough."""
    return min(_ratio(row, ratio), _more(row, more), key=lambda each: each.badness)


def _nearly_free(results: Results, pythons: list[str]) -> list[_Figure]:
    return [
        _better(row, 1.1, 50)
        for workload in _NEARLY_FREE
        for row in results.find(
            contender="ours-window",
            workload=workload,
            metric="wall_us" if PLANS[workload].waits else "cpu_us",
            setting="in process",
        )
        if row.python in pythons
    ]


def _against(
    results: Results, workloads: Iterable[str], metric: str, limit: float
) -> Iterator[_Figure]:
    """What a window of ours adds, over what coverage.py's adds."""
    for workload in workloads:
        for row in results.find(contender="ours-window", workload=workload, metric=metric):
            theirs = results.one(
                contender="coverage-windows", workload=workload, metric=metric, python=row.python
            )
            if theirs is not None and theirs.added.value > 0:
                part = _quotient(row.added, theirs.added)
                yield _figure(part, limit, row, lambda each: f"{each:.2f} ×")


def _quotient(over: Estimate, under: Estimate) -> Estimate:
    """Its interval adds the squares of the two's: they were measured apart from each other."""
    value = over.value / under.value
    down = math.hypot(over.value - over.low, value * (under.high - under.value)) / under.value
    least = max(under.low, 0.0)
    up = math.hypot(over.high - over.value, value * (under.value - under.low))
    return Estimate(value, value - down, value + up / least if least else math.inf)


def _budgets(found: Iterable[Mapping[str, Any]], budget: float) -> Iterator[_Figure]:
    for each in found:
        if each["budget"] == budget and each["rate"] == 1:
            share = Estimate(**each["share"])
            words = f"{share.value:.3%} [{share.low:.3%}, {share.high:.3%}] ({_where(each)})"
            yield _Figure(_scaled(share, 1.25 * budget), words)


def _reached(cell: Mapping[str, Any]) -> _Figure:
    """The windows that were drawn; chance takes three standard deviations at most."""
    count, rate, windows = cell["invocations"], cell["rate"], cell["windows"]
    least = count * rate - 3 * math.sqrt(count * rate * (1 - rate)) - 1
    short = 0.5 if windows >= least else 2.0
    words = f"{windows} windows of {count:,} invocations at {rate:g} ({_where(cell)})"
    return _Figure(Estimate(short, short, short), words)


def _where(cell: Mapping[str, Any]) -> str:
    return f"{PLANS[cell['workload']].title}, {cell['python']}"


def _exact(value: float, limit: float, unit: str) -> _Figure:
    share = value / limit
    return _Figure(Estimate(share, share, share), f"{value:,.4g} {unit}")


def table(results: Results) -> Table:
    """Target, measured, met or missed."""
    rows = tuple((f"{t.number}. {t.promise}", t.measured, t.verdict) for t in targets(results))
    header = ("target", "measured, the worst [95 %]", "verdict")
    return Table("Targets", "python -m benchmarks.targets", header, rows)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.targets", description=__doc__)
    parser.add_argument("results", type=Path, nargs="?", default=ACCEPTED)
    options = parser.parse_args(arguments)
    try:
        results = read(options.results)
    except (OSError, ValueError) as error:
        print(f"benchmarks.targets: {error}; `make bench` measures anew", file=sys.stderr)
        return 2
    print(text(table(results)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
