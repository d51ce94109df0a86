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
from benchmarks.telemetry_tables import fault_tables, telemetry_tables
from benchmarks.workloads import PLANS
from tests.support.paths import ROOT

DOCS = ROOT / "docs"
_MAIN = "3.13"

HEAD = """\
# Performance

What lambda-usage costs, beside the bare handler and every alternative, on the same workloads. \
`make bench` measures it, and writes `benchmarks/results.json`; this page is made from that by \
`python -m benchmarks.document`. Beside each table stands the command that measures it.
"""

CONTESTED = """\
## What is compared

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

_SUMMARY_NOTE = """\
What is added to the bare handler: × CPU time of an invocation, milliseconds and megabytes of a \
handler that imports nothing. Intervals are below.
"""

WORKLOADS = """\
## In process

CPU time is that of all threads of the process. Each figure is a median with its 95 % bootstrap \
interval; look at the ratios and the differences, for times are those of the machine above. The \
alternatives took turns with the bare handler, each in a process of its own. Ours took turns \
with the bare handler in one process, whose code was disarmed for the bare handler: two \
processes differ by more than what an invocation pays that is no window. Where a handler of many \
milliseconds leaves a few microseconds untold all the same, there is one more figure: what the \
agent takes around a handler that does nothing, straight after the workload, when the \
processor's caches are full of that.
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
measured from outside: in one process, blocks of invocations under each budget take turns with \
blocks that have neither windows nor bundles, and the difference of their CPU time is the cost. \
Where the budget is generous, the agent's own account of the cost stands beside it: its error. \
[How the budget is kept](performance/budget.md).
"""

TELEMETRY = """\
## With telemetry

[Spans and metrics](opentelemetry.md), off and on. The invocations took turns in one process, \
which had imported no library but the one that is told; with OpenTelemetry each took place within \
a span, the bare handler's too. "Nobody told" is ours with all that tells taken out; where no \
library is imported, "telemetry" is ours as it is with telemetry off: a window looks whether a \
library has come, and an invocation that is none does not even that. Metrics are sent with \
uploads, or collected by the application's own reader: an invocation that does neither has no part \
in it.
"""

FAULTS = """\
## While the endpoint for metrics fails

In AWS's emulator, a handler of 4 ms that has imported OpenTelemetry's SDK and exporter. Ours \
exports every three seconds in place of every five minutes; processes of all rows took turns, \
those of the bare function twice: by so much do equals differ.
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
    pythons = list(dict.fromkeys(row.python for row in results.rows))
    main = _MAIN if _MAIN in pythons else (pythons or [_MAIN])[-1]
    summary = tables.summary_table(results, main)
    if summary is not None:
        yield f"{tables.markdown(summary)}\n{_SUMMARY_NOTE}"
    yield f"## Targets\n\n{tables.markdown(targets.table(results))}"
    yield from _run(results)
    yield CONTESTED
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
    budgets = list(tables.budget_tables(results))
    if budgets:
        yield BUDGETS
        yield from _picture("performance-budget", "Cost over budget", drawn)
        yield from map(tables.markdown, budgets)
    told = results.facts.get("telemetry", ())
    if told:
        yield TELEMETRY
        yield from map(tables.markdown, telemetry_tables(told))
    faults = results.facts.get("faults", ())
    if faults:
        yield FAULTS
        yield from map(tables.markdown, fault_tables(faults))
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


def _run(results: Results) -> Iterator[str]:
    if not results.parts:
        return
    machine = results.machine
    packages: dict[str, str] = {}
    rows = []
    for part in results.parts:
        about = part.about
        packages |= about.get("packages", {})
        name = f"{part.section}, {about.get('python')}" if part.python else part.section
        before, after = about["load"]
        how = f"{about['how']} (a quick run: figures are rough)" if about["quick"] else about["how"]
        rows.append(
            f"| {name} | {about['date']} | {about['seconds']:,} s | {before} to {after} "
            f"| {about['commit']} | {how} |"
        )
    what = f"{machine['processor']}, {machine['cores']} cores, {machine['system']}"
    compared = ", ".join(f"{name} {each}" for name, each in sorted(packages.items()))
    yield (
        f"## The run\n\nOn one machine ({what}), with {compared}, part by part. The load is that "
        "before and after a part.\n\n| part | ended | took | load | at | how |\n"
        "|---|---|---:|---:|---|---|\n" + "\n".join(rows) + "\n"
    )


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
