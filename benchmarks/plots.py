"""Pictures of results, as SVG: the same results give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.alternatives import BARE, COMPARED, CONTENDERS
from benchmarks.controller import STYLE
from benchmarks.results import Results, Row
from benchmarks.workloads import PLANS

_OURS, _OTHERS = "#1e88e5", "#a1887f"
_WIDEST = 5.0
"""Where intervals are cut off, as multiples of the budget: the table has the whole of them."""

_BUDGETS = ("#8e24aa", _OURS, "#ef6c00")
_STRATEGIES = {
    "each": ("a file for each invocation", _OTHERS),
    "fixed": ("for 1 % of them", "#ef6c00"),
    "ours": ("ours", _OURS),
}


def pictures(results: Results, python: str) -> Mapping[str, Callable[[], Any]]:
    """What makes each picture that the results suffice for, by its name."""
    found: dict[str, Callable[[], Any]] = {}
    calls = list(results.find(setting="in process", python=python, metric="cpu_us"))
    if calls:
        found["performance-invocation"] = lambda: _invocation(calls, python)
    starts = list(results.find(setting="emulator, 1 CPU", python=python, workload="hot_loop"))
    if starts:
        found["performance-cold-start"] = lambda: _cold_start(starts)
    if results.facts.get("budgets"):
        found["performance-budget"] = lambda: _budget(results.facts["budgets"])
    if results.facts.get("fleet"):
        found["performance-fleet"] = lambda: _fleet(results.facts["fleet"]["functions"])
    return found


def draw(results: Results, python: str, folder: Path) -> None:
    """Write every picture into *folder*."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update(STYLE)
    for name, picture in pictures(results, python).items():
        picture().savefig(folder / f"{name}.svg", metadata={"Date": None}, bbox_inches="tight")


def _invocation(rows: list[Row], python: str) -> Any:
    """CPU time of an invocation over bare's: one panel for each workload."""
    from matplotlib import pyplot

    workloads = [name for name in PLANS if any(row.workload == name for row in rows)]
    names = [name for name in COMPARED if name != BARE and any(r.contender == name for r in rows)]
    columns = -(-len(workloads) // 2)
    figure, panels = pyplot.subplots(
        2, columns, figsize=(9, 0.44 * len(names) + 1.6), sharey=True, sharex=True, squeeze=False
    )
    for panel in panels.flat[len(workloads) :]:
        panel.set_visible(False)
    for panel, workload in zip(panels.flat, workloads, strict=False):
        _ratios(panel, [row for row in rows if row.workload == workload], names)
        panel.set_title(PLANS[workload].title, fontsize=9)
        panel.tick_params(labelbottom=True)
    figure.supxlabel(f"CPU time of an invocation, × bare, 95 % intervals, Python {python}")
    figure.tight_layout()
    return figure


def _ratios(panel: Any, rows: list[Row], names: list[str]) -> None:
    panel.set_yticks(range(len(names)), [CONTENDERS[name].title for name in names])
    panel.set_ylim(len(names) - 0.5, -0.5)
    panel.axvline(1, color="#bbb", linewidth=1)
    for row in rows:
        if row.contender != BARE:
            value = row.ratio
            panel.errorbar(
                value.value,
                names.index(row.contender),
                xerr=[[value.value - value.low], [value.high - value.value]],
                fmt="o",
                markersize=4,
                color=_OURS if CONTENDERS[row.contender].ours else _OTHERS,
            )
    panel.set(xscale="log", xlim=(0.7, 1000), xticks=[1, 10, 100], xticklabels=["1", "10", "100"])
    panel.grid(axis="x", color="#8884")


def _cold_start(rows: list[Row]) -> Any:
    """What the small handler's start takes longer, and what its peak memory is more."""
    from matplotlib import pyplot

    wanted = {
        "start_ms": "INIT and first call, ms more than bare",
        "call_ms": "warm call, ms more than bare",
        "peak_uploaded_mb": "peak memory, MB more than bare",
    }
    present = {row.contender for row in rows} - {BARE}
    names = [name for name in CONTENDERS if name in present]
    figure, panels = pyplot.subplots(
        1, len(wanted), figsize=(11, 0.3 * len(names) + 1), sharey=True
    )
    panels[0].set_yticks(range(len(names)), [CONTENDERS[name].title for name in names])
    panels[0].invert_yaxis()
    for panel, (metric, title) in zip(panels, wanted.items(), strict=True):
        for row in rows:
            if row.metric == metric and row.contender != BARE:
                value = row.added
                panel.barh(
                    names.index(row.contender),
                    value.value,
                    xerr=[[value.value - value.low], [value.high - value.value]],
                    color=_OURS if CONTENDERS[row.contender].ours else _OTHERS,
                    error_kw={"linewidth": 1},
                )
        panel.set_xlabel(title)
        panel.grid(axis="x", color="#8884")
        panel.set_axisbelow(True)
    return figure


def _budget(found: list[dict[str, Any]]) -> Any:
    """What windows and flushing cost, over what they may: one line for each workload."""
    from matplotlib import pyplot

    tight = [each for each in found if each["rate"] == 1]
    places = list(dict.fromkeys((each["workload"], each["python"]) for each in tight))
    budgets = sorted({each["budget"] for each in tight})
    figure, panel = pyplot.subplots(figsize=(7, 0.32 * len(places) + 1.4))
    for number, budget in enumerate(budgets):
        cells = [each for each in tight if each["budget"] == budget]
        shares = [each["share"] for each in cells]
        panel.errorbar(
            [each["value"] / budget for each in shares],
            [
                places.index((each["workload"], each["python"]))
                + 0.22 * (number - (len(budgets) - 1) / 2)
                for each in cells
            ],
            xerr=[
                [(each["value"] - each["low"]) / budget for each in shares],
                [(each["high"] - each["value"]) / budget for each in shares],
            ],
            fmt="o",
            markersize=4,
            color=_BUDGETS[number % len(_BUDGETS)],
            label=f"budget {budget:g}",
        )
    panel.axvline(1.25, color="#888", linestyle="--", linewidth=1)
    panel.axvline(0, color="#888", linewidth=0.6)
    panel.set_yticks(
        range(len(places)), [f"{PLANS[name].title}, {python}" for name, python in places]
    )
    panel.set_ylim(len(places) - 0.5, -0.5)
    panel.set_xlim(-_WIDEST, _WIDEST)
    panel.set_xlabel(f"measured cost, × budget, 95 % intervals (to ± {_WIDEST:g}); dashed: 1.25")
    panel.grid(axis="x", color="#8884")
    panel.legend(fontsize=8, frameon=False, bbox_to_anchor=(1, 1))
    return figure


def _fleet(functions: list[dict[str, Any]]) -> Any:
    """PUTs by traffic; time until code is seen and error of its share, at ten requests a second."""
    from matplotlib import pyplot

    middle = min(functions, key=lambda each: abs(each["rate"] - 10))
    figure, (puts, first, error) = pyplot.subplots(1, 3, figsize=(11, 3))
    for name, (label, colour) in _STRATEGIES.items():
        rates = [each["rate"] for each in functions]
        millions = [each[name]["puts_per_million"] for each in functions]
        puts.plot(rates, millions, "o-", markersize=3, color=colour, label=label)
        for panel, figures in (
            (first, middle[name]["first_seen_s"]),
            (error, middle[name]["error"]),
        ):
            points = [(float(f), value) for f, value in figures.items() if value]
            if points:
                panel.plot(*zip(*points, strict=True), "o-", markersize=3, color=colour)
    puts.axhline(2000, color="#bbb", linewidth=1)
    puts.set(xscale="log", yscale="log", xlabel="requests a second",
             ylabel="PUTs for a million invocations")  # fmt: skip
    puts.legend(fontsize=8, frameon=False)
    share = f"share of invocations that run it ({middle['rate']:g} a second)"
    first.set(xscale="log", yscale="log", xlabel=share, ylabel="seconds until code is seen")
    error.set(xscale="log", yscale="log", xlabel=share, ylabel="relative error of that share")
    figure.tight_layout()
    return figure
