"""Holds the overhead budget against CPU time: `python benchmarks/budget_check.py`.

Each workload runs in a process of its own, by turns in short blocks: with the agent as it is, with
the agent but neither windows nor bundles, and bare. CPU time is the whole process's, bundles
included, which go to a folder. What the first costs more than the second is the cost of windows and
flushing, shown as a share of the handlers' wall time; what the second costs more than the third is
the wrapper. The sample rate is 1, and there
is no limit of windows in a minute, so that nothing but the budget is at work.

    python benchmarks/budget_check.py --seconds 60 --python python3.11 --python python3.13
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.budget_workloads import WORKLOADS, write_workload

BUDGETS = (0.002, 0.01, 0.05)
BLOCK_SECONDS = 0.04
HEAD = (
    "| Python | workload | budget | cost ± standard error | of budget | windows | p "
    "| handler ms | wrapper µs |"
)
SOURCE = str(Path(__file__).parents[1] / "src")


@dataclass
class Arm:
    """One way of calling the handler, and what it took so far."""

    call: Callable[[object, object], object]
    cpu: float = 0.0
    wall: float = 0.0
    invocations: int = 0

    def run(self, event: object, count: int, wait: Callable[[], None]) -> float:
        cpu, start = time.process_time(), time.perf_counter()
        for _ in range(count):
            self.call(event, None)
        self.wall += time.perf_counter() - start
        wait()
        spent = time.process_time() - cpu
        self.cpu += spent
        self.invocations += count
        return spent

    def cpu_each(self) -> float:
        return self.cpu / self.invocations


def child(seconds: float, wait: float) -> dict[str, Any]:
    """Measure in this process; the environment says what."""
    import lambda_usage
    from lambda_usage.attach import starting
    from lambda_usage.sampling.overhead import Overhead
    from lambda_usage.settings import NO_LIMIT, Settings

    class Switchable(Overhead):
        """Both arms have it, so that both pay for what is around windows and bundles."""

        live = True

        def affords_flush(self, delivered: float) -> bool:
            return super().affords_flush(delivered) and (self.live or time.monotonic() < 0)

    recorded = lambda_usage.handler
    import workload  # type: ignore[import-not-found]

    agent = starting._agent
    assert agent is not None
    traced = agent.recorder.name == "ctrace"
    no_windows = Settings(
        sample_rate=1e-12,
        overhead_budget=agent.settings.overhead_budget,
        max_windows_per_minute=NO_LIMIT,
    )
    on = agent.overhead = Switchable(agent.settings, traced=traced)
    off = Switchable(no_windows, traced=traced)
    off.live = False
    at_start = set(threading.enumerate())
    told = {"window_s": 0.0, "handler_s": 0.0}
    take = Overhead.take_costs

    def take_costs(self: Overhead) -> dict[str, float]:
        costs = take(self)
        for name in told:
            told[name] += costs[name] * (self is on)
        return costs

    Overhead.take_costs = take_costs  # type: ignore[method-assign]

    def no_bundle_is_under_way() -> None:
        for thread in set(threading.enumerate()) - at_start:
            thread.join()

    def with_overhead(overhead: Overhead) -> Callable[[object, object], object]:
        def call(event: object, context: object) -> object:
            agent.overhead = overhead
            return recorded(event, context)

        return call

    event = {"wait": wait}
    start = time.perf_counter()
    workload.handler(event, None)
    count = max(1, round(BLOCK_SECONDS / max(time.perf_counter() - start, 1e-5)))
    arms = {
        "on": Arm(with_overhead(on)),
        "off": Arm(with_overhead(off)),
        "bare": Arm(workload.handler),
    }
    windows = rounds = 0
    differences: list[float] = []
    while told["handler_s"] < seconds:
        rounds += 1
        order = ["on", "off"] + ["bare"] * (rounds % 4 == 1)
        random.shuffle(order)
        spent = {name: arms[name].run(event, count, no_bundle_is_under_way) for name in order}
        differences.append(spent["on"] - spent["off"])
        take_costs(on)
    agent.overhead = on
    cpu = time.process_time()
    agent.finish()
    arms["on"].cpu += time.process_time() - cpu
    bundles = sorted(Path(os.environ["COVERAGE_S3_BUCKET"]).rglob("*.coverage"))
    from lambda_usage.bundle.reader import read_bundle

    for path in bundles:
        for usage in read_bundle(path).origins.values():
            windows += sum(each.windows for each in usage.exposures.values())
    take_costs(on)
    n = arms["on"].invocations
    cost = arms["on"].cpu - arms["off"].cpu_each() * n
    return {
        "cost": cost / told["handler_s"],
        "error": statistics.stdev(differences) * rounds**0.5 / told["handler_s"],
        "cost_of_cpu": cost / (arms["bare"].cpu_each() * n),
        "windows_estimated": told["window_s"] / told["handler_s"],
        "wrapper_us": (arms["off"].cpu_each() - arms["bare"].cpu_each()) * 1e6,
        "handler_ms": arms["bare"].wall / arms["bare"].invocations * 1e3,
        "invocations": n,
        "windows": windows,
        "bundles": len(bundles),
    }


def measure(python: str, name: str, budget: float, seconds: float) -> dict[str, Any]:
    """Run one workload under one budget in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        task = Path(folder) / "task"
        write_workload(name, task)
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("COVERAGE_", "AWS_"))},
            "COVERAGE_HANDLER": "workload.handler",
            "COVERAGE_S3_BUCKET": str(Path(folder) / "store"),
            "COVERAGE_LOG_LEVEL": "ERROR",
            "COVERAGE_OVERHEAD_BUDGET": str(budget),
            "COVERAGE_MAX_WINDOWS_PER_MINUTE": "1e9",
            "LAMBDA_TASK_ROOT": str(task),
            "PYTHONPATH": os.pathsep.join([SOURCE, str(task)]),
        }
        done = subprocess.run(
            [python, __file__, "--child", "--seconds", str(seconds)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Print one row for each Python, workload and budget."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60.0, help="of handler time in each run")
    parser.add_argument("--python", action="append", help="interpreters, this one by default")
    parser.add_argument("--workload", action="append", choices=WORKLOADS)
    parser.add_argument("--budget", action="append", type=float)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(child(options.seconds, 0.02)))
        return
    print(HEAD)
    print("|---|---|---|---|---|---|---|---|---|")
    for python in options.python or [sys.executable]:
        version = subprocess.run(
            [python, "-V"], capture_output=True, text=True, check=True
        ).stdout.split()[1]
        for name in options.workload or WORKLOADS:
            for budget in options.budget or BUDGETS:
                found = measure(python, name, budget, options.seconds)
                print(
                    f"| {version} | {name} | {budget:g} "
                    f"| {found['cost']:.4f} ± {found['error']:.4f} "
                    f"| {found['cost'] / budget:.2f} | {found['windows']} "
                    f"| {found['windows'] / found['invocations']:.2g} "
                    f"| {found['handler_ms']:.3f} | {found['wrapper_us']:.1f} |",
                    flush=True,
                )
                row = {"python": version, "workload": name, "budget": budget, **found}
                print(json.dumps(row), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
