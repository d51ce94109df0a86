"""Compares a new run with the last accepted one; exits with 1 where ours has become dearer.

    python -m benchmarks.check [--new build/bench/results.json] [--accepted benchmarks/results.json]

Only ratios and differences within each run are compared, never the runs' times. A figure of ours
counts as dearer where its interval lies above the accepted one's, by a margin for what differs from
process to process, both as a ratio and as a difference. A contender of ours that was accepted and
does not run any more counts too, and a budget that is overspent.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.alternatives import CONTENDERS
from benchmarks.results import ACCEPTED, Results, Row, read
from benchmarks.run import RECENT

BUDGET_LIMIT = 1.25
"""Times the budget that windows and flushing may cost."""
_PUTS_MARGIN = 1.1
_TOLD_MARGIN, _TOLD_MORE = 1.3, 5
"""Times what telemetry added, and µs more, that are not yet a regression."""


@dataclass(frozen=True, slots=True)
class Margin:
    """What is not yet a regression."""

    share: float
    """Of the ratio to bare."""
    rough: float
    """The same where either run was quick: one process says nothing of how processes differ."""
    amount: float
    """In the metric's unit."""


MARGINS: Mapping[str, Margin] = {
    "agent_us": Margin(0.5, 1.0, 5),
    "instructions": Margin(0.02, 0.05, 20_000),
    "cpu_us": Margin(0.03, 0.3, 5),
    "wall_us": Margin(0.15, 0.5, 300),
    "call_ms": Margin(0.15, 0.5, 0.4),
    "call_cpu_ms": Margin(0.15, 0.5, 0.2),
    "start_cpu_ms": Margin(0.05, 0.3, 5),
    "peak_mb": Margin(0.02, 0.02, 0.5),
    "peak_uploaded_mb": Margin(0.02, 0.02, 0.5),
}
"""By metric. INIT's wall time is not compared: CPU time says the same with less noise."""


def regressions(new: Results, accepted: Results) -> Iterator[str]:
    """What has become worse, one line each."""
    before = {row.key: row for row in accepted.rows}
    rough = new.quick or accepted.quick
    for row in new.rows:
        old, margin = before.get(row.key), MARGINS.get(row.metric)
        ours = CONTENDERS[row.contender].ours
        if ours and old is not None and margin is not None:
            share = margin.rough if rough else margin.share
            if _is_dearer(row, old, share, margin.amount):
                yield _sentence(row, old)
    yield from _gone(new, accepted)
    yield from _overspent(new, accepted)
    yield from _more_puts(new, accepted)
    yield from _dearer_telemetry(new, accepted)


def _is_dearer(new: Row, old: Row, share: float, amount: float) -> bool:
    return new.ratio.low > old.ratio.high * (1 + share) and new.added.low > old.added.high + amount


def _sentence(new: Row, old: Row) -> str:
    where = f"{CONTENDERS[new.contender].title}, {new.workload}, {new.python}, {new.setting}"
    return (
        f"{where}: {new.metric} {new.ratio.value:.3g} × bare (was {old.ratio.value:.3g}), "
        f"{new.added.value:+.3g} (was {old.added.value:+.3g})"
    )


def _gone(new: Results, accepted: Results) -> Iterator[str]:
    ran = {(row.place, row.contender) for row in new.rows}
    places = {place for place, _ in ran}
    planned = {
        (part.section.replace("-", " "), part.python): part.about["contenders"]
        for part in new.parts
    }
    for place, contender in dict.fromkeys((row.place, row.contender) for row in accepted.rows):
        if not CONTENDERS[contender].ours or place not in places or (place, contender) in ran:
            continue
        if contender in planned.get((place[0].partition(",")[0], place[1]), ()):
            yield f"{CONTENDERS[contender].title}, {', '.join(place)}: does not run any more"


def _overspent(new: Results, accepted: Results) -> Iterator[str]:
    def shares(results: Results) -> dict[tuple[str, str, float], Mapping[str, float]]:
        found = results.facts.get("budgets", ())
        return {
            (each["python"], each["workload"], each["budget"]): each["share"]
            for each in found
            if each["rate"] == 1
        }

    before = shares(accepted)
    for key, share in shares(new).items():
        python, workload, budget = key
        limit = max(BUDGET_LIMIT * budget, before[key]["high"] if key in before else 0)
        if share["low"] > limit:
            yield (
                f"{workload}, {python}: windows and flushing cost {share['value']:.3%} "
                f"with a budget of {budget:.3%}"
            )


def _more_puts(new: Results, accepted: Results) -> Iterator[str]:
    def puts(results: Results) -> dict[tuple[float, float], float]:
        functions = results.facts.get("fleet", {}).get("functions", ())
        return {
            (each["rate"], each["hours"]): each["ours"]["puts_per_million"] for each in functions
        }

    before = puts(accepted)
    for key, count in puts(new).items():
        if key in before and count > _PUTS_MARGIN * before[key]:
            yield (
                f"{key[0]:g} requests a second: {count:,.0f} PUTs for a million invocations "
                f"(was {before[key]:,.0f})"
            )


def _dearer_telemetry(new: Results, accepted: Results) -> Iterator[str]:
    before = _telemetry(accepted)
    for key, cell in _telemetry(new).items():
        limit = before.get(key, {}).get("added_us", {}).get("high")
        if limit is not None and cell["added_us"]["low"] > limit * _TOLD_MARGIN + _TOLD_MORE:
            yield (
                f"telemetry, {', '.join(key)}: {cell['added_us']['value']:+.1f} µs "
                f"(was {before[key]['added_us']['value']:+.1f})"
            )


def _telemetry(results: Results) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """What telemetry adds to an invocation, by what and Python."""
    return {
        (each["what"], each["python"]): each
        for each in results.facts.get("telemetry", ())
        if each["kind"] == "invocation"
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.check",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--new", type=Path, default=RECENT)
    parser.add_argument("--accepted", type=Path, default=ACCEPTED)
    options = parser.parse_args(arguments)
    try:
        new, accepted = read(options.new), read(options.accepted)
    except (OSError, ValueError) as error:
        print(f"benchmarks.check: {error}; `make bench` measures anew", file=sys.stderr)
        return 2
    rows = {row.key for row in new.rows} & {row.key for row in accepted.rows}
    compared = rows | (_telemetry(new).keys() & _telemetry(accepted).keys())
    held = new.facts.get("budgets", ())
    if not compared and not held:
        print("benchmarks.check: the two runs have no figure in common", file=sys.stderr)
        return 2
    found = list(regressions(new, accepted))
    for line in found:
        print(f"dearer: {line}")
    print(
        f"{len(compared)} figures compared, {len(held)} held against their budget, "
        f"{len(found)} regressions"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
