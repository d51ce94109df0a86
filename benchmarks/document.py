"""Writes ``docs/performance.md`` and its pictures from ``results.json``.

python -m benchmarks.document            from the accepted results
python -m benchmarks.document --check    says whether the page is what they give
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Container, Iterator
from pathlib import Path

from benchmarks import tables, targets
from benchmarks.plots import draw, pictures
from benchmarks.results import ACCEPTED, Results, read
from benchmarks.workloads import PLANS
from tests.support.paths import ROOT

DOCS = ROOT / "docs"
_MAIN = "3.13"

HEAD = """\
# Performance

What lambda-usage costs, beside the bare handler and every alternative, measured in one run on the \
same workloads. `make bench` measures it, and writes `benchmarks/results.json`; this page is made \
from that by `python -m benchmarks.document`. Beside each table stands the command that measures it.

Times are those of the machine below, so look at the ratios and the differences. Each figure is a \
median with its 95 % bootstrap interval; contenders took turns. What each of them is:

| contender | what it does |
|---|---|
| ours: recorder armed, no agent | Every line has reported once and is silent; nothing stands \
around the handler. |
| ours: no window | The agent before and after each invocation, which is no window. |
| ours: every invocation a window | Without a budget: the most that recording can cost. |
| ours: as configured by default | What a user gets who sets nothing but the bucket. |
| coverage.py in each invocation, with upload | As the usual layer does: `Coverage(branch=True)`, \
start, stop, save, PutObject with boto3. The server here answers at once; S3 does not. |
| coverage.py always on | Started before the handler is loaded, never read. |
| coverage.py's sysmon, every invocation a window | One reused instance: start, stop, `get_data`. |
| slipcover | Its import hook, lines only, never read. |
| codecovopentelem | A span around each invocation, all of them measured, exported in batches. It \
cannot be told which files count, and traces boto3 too. |

The libraries of a workload are in scope for every contender, as if they were the user's own code.
"""

WORKLOADS = """\
## In process

CPU time is that of all threads of the process. Instructions are counted in user space; they \
hardly vary from run to run, so they decide where CPU time is too noisy. They tell less than \
the whole truth of windows, whose instructions take longer than others.
"""

EMULATOR = """\
## In AWS's emulator

The layer as built, AWS's own runtime client, uploads over TLS. INIT and calls are the emulator's \
`INIT REPORT` and `INVOKE RTDONE`; the peak is `VmHWM` of the function's process. The small \
handler is the hot loop, which never imports boto3. Less than one CPU is what Lambda gives to \
functions of little memory (0.07 to one of 128 MB); the kernel limits the function's process to it.
"""

BUDGETS = """\
## Within a budget

What windows and flushing cost with `COVERAGE_SAMPLE_RATE=1` and no limit of windows in a minute, \
measured from outside: blocks of invocations with windows and bundles take turns with blocks \
without, in one process, and the difference of their CPU time is the cost.
"""

FLEET = """\
## In a fleet

A simulation that uses the product's own sampler, budget and flush schedule. Environments come and \
go, traffic varies by the hour, an invocation takes 100 ms. A fleet's busiest function has 1,000 \
requests a second, its n-th 1/n of that. Compared are a coverage file for each invocation, one for \
1 % of them, and ours on Python 3.12 and later. The error is that of the estimated share of \
invocations that run a piece of code, over the time simulated; code that is found in no simulated \
period is marked with –.
"""


def page(results: Results) -> str:
    """The whole document."""
    return "\n".join([HEAD, *_parts(results)])


def _parts(results: Results) -> Iterator[str]:
    drawn = pictures(results, _MAIN)
    yield _run(results)
    yield f"## Targets\n\n{tables.markdown(targets.table(results))}"
    pythons = list(dict.fromkeys(row.python for row in results.rows))
    main = _MAIN if _MAIN in pythons else (pythons or [_MAIN])[-1]
    if any(True for _ in results.find(setting="in process")):
        yield WORKLOADS
        yield from _picture("performance-invocation", "CPU time of an invocation", drawn)
        for python in [main, *(each for each in pythons if each != main)]:
            yield from map(tables.markdown, tables.cost_tables(results, python))
    emulated = list(_emulated(results, pythons))
    if emulated:
        yield EMULATOR
        yield from _picture("performance-cold-start", "Cold start and memory", drawn)
        yield from emulated
    budgets = tables.budget_table(results)
    if budgets is not None:
        yield BUDGETS
        yield from _picture("performance-budget", "Cost over budget", drawn)
        yield tables.markdown(budgets)
    fleet = results.facts.get("fleet")
    if fleet:
        yield FLEET
        yield from _picture("performance-fleet", "A simulated fleet", drawn)
        yield from map(tables.markdown, tables.fleet_tables(fleet))
    if results.notes:
        notes = "\n".join(f"- {note}" for note in results.notes)
        yield f"## What was not measured\n\n{notes}\n"


def _emulated(results: Results, pythons: list[str]) -> Iterator[str]:
    for workload in PLANS:
        for python in pythons:
            for share in (1, 0.5, 0.07):
                table = tables.emulator_table(results, python, share, workload)
                if table is not None:
                    yield tables.markdown(table)


def _picture(name: str, words: str, drawn: Container[str]) -> Iterator[str]:
    if name in drawn:
        yield f"![{words}](images/{name}.svg)\n"


def _run(results: Results) -> str:
    run = results.run
    machine, versions = run["machine"], run["versions"]
    kind = "a quick run: figures are rough" if run["quick"] else "a full run"
    lines = {
        "measured": f"{run['date']}, {kind}, at {versions['commit']}",
        "machine": f"{machine['processor']}, {machine['cores']} cores, {machine['system']}",
        "load": f"{machine['load_at_start']} at the start, {machine['load_at_end']} at the end",
        "Pythons": ", ".join(versions["pythons"].values()),
        "compared": ", ".join(f"{name} {each}" for name, each in versions["packages"].items()),
        **{f"repetitions, {name}": each for name, each in run["repetitions"].items()},
    }
    rows = "\n".join(f"| {name} | {value} |" for name, value in lines.items())
    return f"## The run\n\n| | |\n|---|---|\n{rows}\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.document", description=__doc__)
    parser.add_argument("--results", type=Path, default=ACCEPTED)
    parser.add_argument("--out", type=Path, default=DOCS, help="the folder of the document")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    try:
        results = read(options.results)
    except (OSError, ValueError) as error:
        print(f"benchmarks.document: {error}; `make bench` measures anew", file=sys.stderr)
        return 2
    text = page(results)
    document = options.out / "performance.md"
    if options.check:
        same = document.exists() and document.read_text("utf-8") == text
        print("up to date" if same else "docs/performance.md is not what results.json gives")
        return 0 if same else 1
    images = options.out / "images"
    images.mkdir(parents=True, exist_ok=True)
    draw(results, _MAIN, images)
    document.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
