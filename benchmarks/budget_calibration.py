"""Holds what the agent takes a window to cost against CPU time measured from outside.

    python benchmarks/budget_calibration.py --python python3.11 --python python3.13

In one process, two kinds of turns alternate: a window and then some invocations that are none, or
as many that are none. The difference of the process's CPU time is what the window cost, its
aftermath included: code that was armed has to be specialised anew. The agent's own figure stands
beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.budget_workloads import WORKLOADS, write_workload

SOURCE = str(Path(__file__).parents[1] / "src")
AFTER = 9
"""Invocations after each window that show what it leaves behind."""
ROUNDS = 300


def child() -> dict[str, float]:
    """Measure in this process; the environment says what."""
    import lambda_usage
    from lambda_usage.attach import starting
    from lambda_usage.sampling.overhead import Overhead
    from lambda_usage.sampling.sampler import Draw

    handler = lambda_usage.handler
    agent = starting._agent
    assert agent is not None
    window, none = Draw(1.0, True), Draw(0.5, False)
    coming = none
    Overhead.draw = lambda *_args, **_options: coming  # type: ignore[method-assign]
    event = {"wait": 0.0}

    def turn(first: Draw) -> float:
        nonlocal coming
        start = time.process_time()
        coming = first
        handler(event, None)
        coming = none
        for _ in range(AFTER):
            handler(event, None)
        return time.process_time() - start

    for _ in range(30):
        turn(none)
        turn(window)
    agent.recorder.callback_cost()
    agent.overhead.take_costs()
    turns = [(turn(none), turn(window)) for _ in range(ROUNDS)]
    differences = [after - before for before, after in turns]
    told = agent.overhead.take_costs()["window_s"] / ROUNDS
    agent.abandon()
    return {
        "handler": statistics.median(before for before, _ in turns) / (AFTER + 1),
        "cost": statistics.fmean(differences),
        "error": statistics.stdev(differences) / ROUNDS**0.5,
        "told": told,
    }


def measure(python: str, name: str) -> dict[str, Any]:
    """Run one workload in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        write_workload(name, Path(folder))
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("COVERAGE_", "AWS_"))},
            "COVERAGE_HANDLER": "workload.handler",
            "COVERAGE_S3_BUCKET": str(Path(folder) / "store"),
            "COVERAGE_LOG_LEVEL": "ERROR",
            "COVERAGE_FLUSH_INTERVAL": "86400",
            "LAMBDA_TASK_ROOT": folder,
            "PYTHONPATH": os.pathsep.join([SOURCE, folder]),
        }
        done = subprocess.run(
            [python, __file__, "--child"],
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
    """Print one row for each Python and workload."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", action="append", help="interpreters, this one by default")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(child()))
        return
    print("| Python | workload | handler µs | window costs µs | the agent says µs | ratio |")
    print("|---|---|---|---|---|---|")
    for python in options.python or [sys.executable]:
        version = subprocess.run(
            [python, "-V"], capture_output=True, text=True, check=True
        ).stdout.split()[1]
        for name in WORKLOADS:
            found = measure(python, name)
            handler, cost, error, told = (
                found[key] * 1e6 for key in ("handler", "cost", "error", "told")
            )
            print(
                f"| {version} | {name} | {handler:.0f} | {cost:.1f} ± {error:.1f} "
                f"| {told:.1f} | {told / cost:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
