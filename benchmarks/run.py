"""``make bench``: measures everything in one run and writes ``results.json``.

python -m benchmarks.run                   everything, on every Python found
python -m benchmarks.run --quick           the least that shows a regression, in two minutes
python -m benchmarks.run --only emulator   one section: in-process, emulator, budgets, fleet
"""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import emulated, fleet, inprocess
from benchmarks.alternatives import BARE, COMPARED, CONTENDERS, requirements
from benchmarks.budgets import Spending, measure_budgets
from benchmarks.endpoint import Endpoint
from benchmarks.results import Results, Row, machine, write
from benchmarks.throttle import NoQuota
from benchmarks.workloads import PLANS, Workload, prepare, variables_of_sample
from examples.test_platform.deploy.packages import PackageError
from examples.test_platform.deploy.seed import seed
from tests.support import pythons
from tests.support.moto_server import MotoServer
from tests.support.paths import BUILD, ROOT, Unavailable
from tests.support.pythons import Python, environment

SECTIONS = ("in-process", "emulator", "budgets", "fleet")
RECENT = BUILD / "bench" / "results.json"
MAIN_PYTHON = "3.13"
"""Measured where one Python must do: the shares of a CPU, and everything in a quick run."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How thorough a run is."""

    in_process: inprocess.Effort
    emulator: emulated.Effort
    shares: tuple[float, ...]
    emulated_contenders: tuple[str, ...]
    emulated_workloads: tuple[str, ...]
    spending: Spending
    fleet: fleet.Effort


FULL = Plan(
    inprocess.Effort(processes=5, rounds=12, batch_s=0.06),
    emulated.Effort(cold_starts=9, calls=20),
    (1, 0.5, 0.07),
    tuple(name for name, each in CONTENDERS.items() if each.emulated),
    tuple(name for name, each in PLANS.items() if each.emulated),
    Spending(budgets=(0.002, 0.01, 0.05), seconds=60, block_s=0.04),
    fleet.FULL,
)
QUICK = Plan(
    inprocess.Effort(processes=1, rounds=8, batch_s=0.02),
    emulated.Effort(cold_starts=2, calls=10),
    (1,),
    (BARE, "ours-default", "coverage-each"),
    ("hot_loop",),
    Spending(budgets=(), seconds=0, block_s=0.04),
    fleet.QUICK,
)


class Run:
    """Collects rows, facts and notes."""

    def __init__(self, plan: Plan, chosen: list[Python], variables: Mapping[str, str]) -> None:
        self.plan = plan
        self.pythons = chosen
        self.variables = variables
        self.rows: list[Row] = []
        self.notes: list[str] = []
        self.facts: dict[str, Any] = {}

    def section(self, name: str) -> None:
        """Measure one of :data:`SECTIONS`."""
        {
            "in-process": self._in_process,
            "emulator": self._emulator,
            "budgets": self._budgets,
            "fleet": self._fleet,
        }[name]()

    def _workloads(self, python: Python) -> Iterator[Workload]:
        env = environment(python, requirements(CONTENDERS[BARE]))
        for name in PLANS:
            yield prepare(name, env, self.variables)

    def _in_process(self) -> None:
        for python in self.pythons:
            contenders = [name for name in COMPARED if CONTENDERS[name].runs_on(python.version)]
            for workload in self._workloads(python):
                say(f"{workload.title} in process, Python {python.version}")
                self.rows += inprocess.measure(
                    python, contenders, workload, self.variables, self.plan.in_process, self.notes
                )
        if not any(row.metric == "instructions" for row in self.rows):
            self._note("instructions were not counted: perf_event_open(2) is not allowed here")

    def _emulator(self) -> None:
        with tempfile.TemporaryDirectory(prefix="bench-layers-") as folder:
            layers = emulated.build_layers(Path(folder))
            for python in self.pythons:
                for workload in self._workloads(python):
                    if workload.name in self.plan.emulated_workloads:
                        self._emulate(python, workload, layers)
            zipped = next(Path(folder).glob("ours/dist/*.zip")).stat().st_size
            self.facts["layer_mb"] = zipped / 1e6

    def _emulate(self, python: Python, workload: Workload, layers: emulated.Layers) -> None:
        contenders = [
            name
            for name in self.plan.emulated_contenders
            if CONTENDERS[name].runs_on(python.version)
        ]
        for share in self.plan.shares:
            if share < 1 and python.version != MAIN_PYTHON:
                continue
            say(f"{workload.title} in the {emulated.setting(share)}, Python {python.version}")
            bench = emulated.Bench(
                python, workload, self.variables, layers, share, self.plan.emulator
            )
            try:
                self.rows += bench.rows(contenders, self.notes)
            except NoQuota as reason:
                self._note(f"{emulated.setting(share)} was not measured: {reason}")

    def _budgets(self) -> None:
        found: list[dict[str, Any]] = []
        for python in self.pythons:
            if python.version in ("3.11", MAIN_PYTHON):
                for workload in self._workloads(python):
                    say(f"{workload.title} within budgets, Python {python.version}")
                    found += measure_budgets(
                        python, workload, self.variables, self.plan.spending, self.notes
                    )
        self.facts["budgets"] = found

    def _fleet(self) -> None:
        say("a simulated fleet")
        self.facts["fleet"] = fleet.simulate_all(self.plan.fleet)

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def say(text: str) -> None:
    print(f"— {text}", file=sys.stderr, flush=True)


def versions(chosen: list[Python]) -> dict[str, Any]:
    """Of the Pythons and of what is compared, as installed for the newest of them."""
    code = "import platform; print(platform.python_version())"
    full = {each.version: _output([str(each.executable), "-c", code]) for each in chosen}
    names = ["boto3", "awslambdaric", "coverage", "slipcover", "codecovopentelem"]
    code = f"""
import json
from importlib.metadata import PackageNotFoundError, version
found = {{}}
for name in {names}:
    try: found[name] = version(name)
    except PackageNotFoundError: pass
print(json.dumps(found))"""
    packages: dict[str, str] = {}
    for contender in CONTENDERS.values():
        env = environment(chosen[-1], requirements(contender))
        packages |= json.loads(_output([str(env.executable), "-c", code]))
    commit = _output(["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--exclude=*"])
    return {"pythons": full, "packages": packages, "commit": commit}


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="two minutes, one Python")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="default: all")
    parser.add_argument("--python", action="append", metavar="3.X", help="default: all found")
    parser.add_argument("--out", type=Path, default=RECENT, help="default: build/bench/")
    options = parser.parse_args(arguments)
    found = pythons.found()
    wanted = options.python or ([MAIN_PYTHON] if options.quick else list(found))
    for version in wanted:
        if version not in found:
            print(f"benchmarks.run: {pythons.missing(version)}", file=sys.stderr)
            return 2
    plan = QUICK if options.quick else FULL
    sections = options.only or [each for each in SECTIONS if each != "budgets" or not options.quick]
    chosen = [found[version] for version in wanted]
    described = machine()
    try:
        with Endpoint() as endpoint, MotoServer() as moto:
            seed(moto.dynamodb(), moto.secrets_manager(), variables_of_sample())
            run = Run(plan, chosen, {**endpoint.variables, **moto.variables})
            for each in sections:
                run.section(each)
    except (Unavailable, PackageError) as reason:
        print(f"benchmarks.run: {reason}", file=sys.stderr)
        return 3
    now = datetime.datetime.now(datetime.UTC)
    about = {
        "date": now.strftime("%Y-%m-%d %H:%M UTC"),
        "quick": options.quick,
        "sections": sections,
        "contenders": {
            inprocess.SETTING: list(COMPARED),
            "emulator": list(plan.emulated_contenders),
        },
        "machine": {**described, "load_at_end": machine()["load_at_start"]},
        "versions": versions(chosen),
        "repetitions": {
            "in process": f"{plan.in_process.processes} processes × "
            f"{plan.in_process.rounds} rounds of {plan.in_process.batch_s:g} s",
            "emulator": f"{plan.emulator.cold_starts} cold starts × {plan.emulator.calls} calls",
        },
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    write(Results(about, tuple(run.rows), tuple(run.notes), run.facts), options.out)
    for note in run.notes:
        say(note)
    return 0


if __name__ == "__main__":
    sys.exit(main())
