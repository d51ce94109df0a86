"""How the budget's controller behaves, as a picture: ``python -m benchmarks.controller``.

A process is simulated with the product's own sampler, budget and limit of windows in a minute, at
their defaults. It goes through a load step, an idle hour, and a handler that becomes ten times
slower. Drawn are the probability of a window, what windows and bundles cost, and windows a minute.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fleet_process import CLOSING_S, FLUSH_S, HITS, OPENING_S
from lambda_usage.sampling.overhead import Overhead
from lambda_usage.sampling.trace import current_trace
from lambda_usage.settings import Settings
from tests.support.paths import ROOT

PICTURE = ROOT / "docs" / "images" / "budget-controller.svg"
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Load:
    """What comes at some time."""

    rate: float
    """Invocations a second; 0 for none."""
    duration: float
    """Seconds that each takes."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What changes, and when; times in minutes."""

    title: str
    minutes: float
    load: Callable[[float], Load]
    changes: tuple[float, ...]


SCENARIOS = (
    Scenario(
        "ten times the load",
        30,
        lambda minute: Load(5 if minute < 10 else 50, 0.01),
        (10,),
    ),
    Scenario(
        "an idle hour",
        90,
        lambda minute: Load(0 if 15 <= minute < 75 else 20, 0.01),
        (15, 75),
    ),
    Scenario(
        "a handler ten times slower",
        30,
        lambda minute: Load(10, 0.005 if minute < 10 else 0.05),
        (10,),
    ),
)


@dataclass
class Course:
    """What happened, by invocation: when it began (in minutes), and what came of it."""

    minute: list[float] = field(default_factory=list)
    probability: list[float] = field(default_factory=list)
    window: list[bool] = field(default_factory=list)
    ran: list[float] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)

    def by_minute(self, values: list[float], minutes: float) -> Any:
        """Their sum in each minute."""
        places = np.array(self.minute, dtype=int)
        return np.bincount(places, weights=values, minlength=int(minutes))[: int(minutes)]


def simulate(scenario: Scenario, seed: int = 2026) -> Course:
    """One process, from its first invocation on."""
    settings, generator, trace = Settings(), random.Random(seed), current_trace()
    overhead, course = Overhead(settings, traced=False), Course()
    now, due, delivered = 0.0, 10.0, 0.0
    while now < scenario.minutes * MINUTE:
        load = scenario.load(now / MINUTE)
        if not load.rate:
            now += 1.0
            continue
        sends = now >= due and overhead.affords_flush(delivered)
        if sends:
            due, delivered = now + settings.flush_interval, delivered + FLUSH_S
        draw = overhead.draw(now, trace, None)
        if draw.chosen:
            own = OPENING_S, CLOSING_S
            overhead.window(load.duration, 0.0, own, HITS)
        else:
            overhead.ran(load.duration, 0.0)
        overhead.affords_flush(delivered)
        course.minute.append(now / MINUTE)
        course.probability.append(draw.probability)
        course.window.append(draw.chosen)
        course.ran.append(load.duration)
        course.cost.append(overhead.take_costs()["window_s"] + FLUSH_S * sends)
        now += load.duration + generator.expovariate(1) * (1 / load.rate - load.duration)
    return course


def draw() -> Any:
    """One column for each scenario."""
    from matplotlib import pyplot

    settings = Settings()
    figure, panels = pyplot.subplots(
        3, len(SCENARIOS), figsize=(9, 5.6), sharex="col", sharey="row"
    )
    for column, scenario in zip(panels.T, SCENARIOS, strict=True):
        course = simulate(scenario)
        top, middle, bottom = column
        top.set_title(scenario.title, fontsize=10)
        top.plot(course.minute, course.probability, ".", markersize=1, color=_BLUE, rasterized=True)
        minutes = np.arange(int(scenario.minutes))
        ran = course.by_minute(course.ran, scenario.minutes)
        with np.errstate(invalid="ignore"):
            share = course.by_minute(course.cost, scenario.minutes) / ran * 100
        middle.step(minutes, share, where="post", color=_BLUE)
        middle.axhline(settings.overhead_budget * 100, color=_GREY, linestyle="--", linewidth=1)
        windows = course.by_minute([float(each) for each in course.window], scenario.minutes)
        bottom.step(minutes, windows, where="post", color=_BLUE)
        bottom.axhline(settings.max_windows_per_minute, color=_GREY, linestyle="--", linewidth=1)
        bottom.set_xlabel("time, minutes")
        for panel in column:
            panel.grid(color="#8884", linewidth=0.6)
            for change in scenario.changes:
                panel.axvline(change, color=_ORANGE, linewidth=1)
    for panel, words in zip(panels[:, 0], _AXES, strict=True):
        panel.set_ylabel(words)
    panels[0, 0].set_ylim(0, 1.05)
    panels[1, 0].set_ylim(0, None)
    panels[2, 0].set_ylim(0, None)
    figure.align_ylabels(panels[:, 0])
    figure.tight_layout()
    return figure


_BLUE, _GREY, _ORANGE = "#1e88e5", "#888888", "#ef6c00"
_AXES = ("probability p\nof a window", "cost, %\nof handlers' time", "windows\na minute")
STYLE: Any = {
    "axes.edgecolor": _GREY,
    "axes.labelcolor": _GREY,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": _GREY,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "legend.labelcolor": _GREY,
    "svg.fonttype": "none",
    "svg.hashsalt": "lambda-usage",
    "text.color": _GREY,
    "xtick.color": _GREY,
    "ytick.color": _GREY,
}
"""Readable on a light page and on a dark one."""


def main(arguments: list[str] | None = None) -> int:
    import matplotlib as mpl

    parser = argparse.ArgumentParser(prog="python -m benchmarks.controller", description=__doc__)
    parser.add_argument("--out", type=Path, default=PICTURE)
    options = parser.parse_args(arguments)
    mpl.use("svg")
    with mpl.rc_context(STYLE):
        draw().savefig(options.out, metadata={"Date": None}, bbox_inches="tight", dpi=160)
    return 0


if __name__ == "__main__":
    sys.exit(main())
