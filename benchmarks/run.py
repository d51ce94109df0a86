"""``make bench``: measures everything, part by part, into ``results.json``.

python -m benchmarks.run                   everything, on every Python found
python -m benchmarks.run --quick           the least that shows a regression, in three minutes
python -m benchmarks.run --only emulator   one section, of those that SECTIONS in results.py lists
python -m benchmarks.run --resume          what this revision has not been measured of yet

Each part (a section, on one Python) is written when it is done, in the place of an older one, with
its own time, load and revision. A part that fails is said, and the others go on.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from benchmarks import emulated, fleet, inprocess, telemetry, telemetry_faults
from benchmarks.alternatives import BARE, CONTENDERS, SABOTAGES, requirements, sabotage
from benchmarks.budgets import measure_budgets
from benchmarks.endpoint import Endpoint
from benchmarks.inprocess import Place
from benchmarks.plans import FULL, QUICK, Plan
from benchmarks.results import SECTIONS, Part, Results, Row, load, machine, read, write
from benchmarks.throttle import NoQuota
from benchmarks.worker import WorkerError
from benchmarks.workloads import PLANS, Workload, prepare, variables_of_sample
from examples.test_platform.deploy.packages import PackageError
from examples.test_platform.deploy.seed import seed
from tests.support import pythons
from tests.support.moto_server import MotoServer
from tests.support.paths import BUILD, ROOT, Unavailable
from tests.support.pythons import Python, environment

RECENT = BUILD / "bench" / "results.json"
NATIVE = ROOT / "src/lambda_usage/recording/_hits.abi3.so"
T = TypeVar("T")


@dataclass
class Found:
    """What one part gives."""

    how: str = ""
    contenders: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


class Run:
    """Measures parts."""

    def __init__(self, plan: Plan, found: Mapping[str, Python], variables: Mapping[str, str]):
        self.plan = plan
        self.pythons = found
        self.variables = variables

    def part(self, section: str, python: str) -> Part:
        """Measure one part."""
        begun, before = time.monotonic(), load()
        found = {
            "in-process": self._in_process,
            "emulator": self._emulator,
            "budgets": self._budgets,
            "telemetry": self._telemetry,
            "faults": self._faults,
            "fleet": self._fleet,
        }[section](python)
        about = {
            "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "seconds": round(time.monotonic() - begun),
            "load": [before, load()],
            "quick": self.plan.quick,
            "how": found.how,
            "contenders": found.contenders,
            **versions(self.pythons.get(python), found.contenders),
        }
        if section in ("in-process", "budgets") and python != "3.11" and not NATIVE.exists():
            found.notes.append("lines were taken down in Python: `make setup` builds the C part")
        notes = tuple(dict.fromkeys(found.notes))
        return Part(section, python, about, tuple(found.rows), notes, found.facts)

    def _workloads(self, python: Python, names: tuple[str, ...]) -> list[Workload]:
        env = environment(python, requirements(CONTENDERS[BARE]))
        return [prepare(name, env, self.variables) for name in names]

    def _places(self, python: str, names: tuple[str, ...]) -> list[Place]:
        chosen = self.pythons[python]
        return [Place(chosen, each, self.variables) for each in self._workloads(chosen, names)]

    def _in_process(self, python: str) -> Found:
        effort = self.plan.in_process[python]
        contenders = [
            each for each in self.plan.contenders[python] if CONTENDERS[each].runs_on(python)
        ]
        found = Found(
            f"alternatives: {effort.processes} processes × {effort.rounds} rounds of "
            f"{effort.batch_s:g} s; ours: {effort.own_processes} processes × {effort.own_s:g} s "
            f"of turns with bare; {_cores()} workloads at a time",
            contenders,
        )
        for contender in contenders:  # made before anything is timed
            environment(self.pythons[python], requirements(CONTENDERS[contender]))

        def measure(place: Place) -> list[Row]:
            say(f"{place.workload.title} in process, Python {python}")
            return inprocess.measure(place, contenders, effort, found.notes)

        for rows in on_all_cores(self._places(python, tuple(PLANS)), measure):
            found.rows += rows
        if not any(row.metric == "instructions" for row in found.rows):
            found.notes.append(
                "instructions were not counted: perf_event_open(2) is not allowed here"
            )
        return found

    def _emulator(self, python: str) -> Found:
        planned = self.plan.emulation[python]
        contenders = [each for each in planned.contenders if CONTENDERS[each].runs_on(python)]
        effort = planned.effort
        found = Found(f"{effort.cold_starts} cold starts × {effort.calls} calls", contenders)
        with tempfile.TemporaryDirectory(prefix="bench-layers-") as folder:
            layers = emulated.build_layers(Path(folder))
            for workload in self._workloads(self.pythons[python], planned.workloads):
                for share in planned.shares:
                    say(f"{workload.title} in the {emulated.setting(share)}, Python {python}")
                    chosen = contenders if share >= 1 else list(planned.of_small)
                    bench = emulated.Bench(
                        self.pythons[python], workload, self.variables, layers, share, effort
                    )
                    try:
                        found.rows += bench.rows(chosen, found.notes)
                    except NoQuota as reason:
                        found.notes.append(f"{emulated.setting(share)} was not measured: {reason}")
            zipped = next(Path(folder).glob("ours/dist/*.zip")).stat().st_size
            found.facts["layer_mb"] = zipped / 1e6
        return found

    def _budgets(self, python: str) -> Found:
        spending, contender = self.plan.spending, self.plan.budget_contender
        found = Found(
            f"{spending.seconds:g} s of invocations under each budget, in blocks of "
            f"{spending.block_s:g} s; {_cores()} workloads at a time",
            [contender],
        )

        def measure(place: Place) -> list[Any]:
            say(f"{place.workload.title} within budgets, Python {python}")
            try:
                return list(measure_budgets(place, spending, contender))
            except WorkerError as error:
                found.notes.append(f"{place.workload.title} on {python}, budgets: {error}")
                return []

        places = self._places(python, self.plan.budget_workloads)
        environment(self.pythons[python], requirements(CONTENDERS[contender]))
        rows = on_all_cores(places, measure, beside=True)
        found.facts["budgets"] = [each for cell in rows for each in cell]
        return found

    def _telemetry(self, python: str) -> Found:
        say(f"telemetry, Python {python}")
        effort = self.plan.told[python]
        how = f"{effort.processes} processes × {effort.rounds} rounds, {effort.imports} imports"
        bench = telemetry.Bench(self.pythons[python], effort)
        return Found(how, facts={"telemetry": list(bench.measure())})

    def _faults(self, python: str) -> Found:
        say(f"endpoints that fail, Python {python}")
        effort = self.plan.faulty[python]
        how = f"{effort.rounds} processes × {effort.invocations} invocations for each row"
        rows = list(telemetry_faults.measure(self.pythons[python], effort))
        return Found(how, facts={"faults": rows})

    def _fleet(self, _python: str) -> Found:
        say("a simulated fleet")
        return Found("a simulation", facts={"fleet": fleet.simulate_all(self.plan.fleet)})


def on_all_cores(
    places: list[Place], measure: Callable[[Place], T], *, beside: bool = False
) -> list[T]:
    """Measure every place, as many at a time as there are cores, each bound to one of them.

    Args:
        places: What to measure.
        measure: Measures one.
        beside: Whether a handler that waits may run beside those that compute, on whichever core.
    """
    cores: SimpleQueue[int] = SimpleQueue()
    for core in sorted(os.sched_getaffinity(0)):
        cores.put(core)

    def bound(place: Place) -> T:
        if beside and place.workload.waits:
            return measure(place)
        core = cores.get()
        try:
            return measure(replace(place, core=core))
        finally:
            cores.put(core)

    first = sorted(places, key=lambda place: not place.workload.waits)
    with ThreadPoolExecutor(_cores() + beside) as pool:
        return list(pool.map(bound, first))


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def say(text: str) -> None:
    print(f"— {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def versions(python: Python | None, contenders: list[str]) -> dict[str, Any]:
    """Of the project, the Python, and what is compared."""
    commit = _output(["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--exclude=*"])
    found: dict[str, Any] = {"commit": commit, "packages": {}}
    if python is not None:
        code = "import platform; print(platform.python_version())"
        found["python"] = _output([str(python.executable), "-c", code])
        for contender in contenders:
            env = environment(python, requirements(CONTENDERS[contender]))
            found["packages"] |= json.loads(_output([str(env.executable), "-c", _VERSIONS]))
    return found


_VERSIONS = """
import json
from importlib.metadata import PackageNotFoundError, version
found = {}
for name in ["boto3", "awslambdaric", "coverage", "slipcover", "codecovopentelem"]:
    try: found[name] = version(name)
    except PackageNotFoundError: pass
print(json.dumps(found))"""


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def parts_of(plan: Plan, sections: list[str], wanted: list[str]) -> Iterator[tuple[str, str]]:
    """Section and Python of every part, in the order in which they are measured."""
    planned = {
        "in-process": tuple(plan.contenders),
        "emulator": tuple(plan.emulation),
        "budgets": plan.budgeted,
        "telemetry": tuple(plan.told),
        "faults": tuple(plan.faulty),
        "fleet": ("",),
    }
    for section in sections:
        for python in planned[section]:
            if not python or python in wanted:
                yield section, python


def measure_all(
    plan: Plan,
    parts: list[tuple[str, str]],
    found: Mapping[str, Python],
    out: Path,
    before: Results,
) -> int:
    """Measure *parts* into the file *out*; returns how many failed."""
    failed = 0
    results = Results(machine(), before.parts)
    with Endpoint() as endpoint, MotoServer() as moto:
        seed(moto.dynamodb(), moto.secrets_manager(), variables_of_sample())
        run = Run(plan, found, {**endpoint.variables, **moto.variables})
        for section, python in parts:
            try:
                part = run.part(section, python)
            except Exception as error:  # the other parts are worth having
                failed += 1
                say(f"{section} {python} failed: {type(error).__name__}: {error}")
                continue
            results = results.merged(part)
            write(results, out)
            for note in part.notes:
                say(note)
            say(f"{part.name}: {part.about['seconds']} s")
    return failed


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="three minutes, one Python")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="default: all")
    parser.add_argument("--python", action="append", metavar="3.X", help="default: all found")
    parser.add_argument("--resume", action="store_true", help="leave out what is measured already")
    parser.add_argument("--sabotage", choices=SABOTAGES, help="make ours worse (see README.md)")
    parser.add_argument("--out", type=Path, help="default: build/bench/results.json")
    options = parser.parse_args(arguments)
    if options.sabotage:
        sabotage(options.sabotage)
    out: Path = options.out or (RECENT.with_name("sabotaged.json") if options.sabotage else RECENT)
    plan = QUICK if options.quick else FULL
    found = pythons.found()
    wanted = options.python or [each for each in plan.pythons if options.quick or each in found]
    for version in wanted:
        if version not in found:
            print(f"benchmarks.run: {pythons.missing(version)}", file=sys.stderr)
            return 2
    before = Results()
    if (options.only or options.python or options.resume) and out.exists():
        before = read(out)
    parts = list(parts_of(plan, options.only or list(SECTIONS), wanted))
    if options.resume:
        commit = versions(None, [])["commit"]
        done = {
            (each.section, each.python)
            for each in before.parts
            if each.about["commit"] == commit and each.about["quick"] == plan.quick
        }
        parts = [each for each in parts if each not in done]
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        failed = measure_all(plan, parts, found, out, before)
    except (Unavailable, PackageError) as reason:
        print(f"benchmarks.run: {reason}", file=sys.stderr)
        return 3
    return 3 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
