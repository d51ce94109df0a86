"""What the C tracer adds to init and first invocation on 3.11: ``python -m benchmarks.birth``.

Each workload's process starts as in a function, by turns with and without its init and its first
invocation recorded. What that adds in CPU time is what ``sampling/birth.py`` shares across the
fleet. Median and 95 % interval. Needs the ``bench`` extra and Python 3.11.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.alternatives import CONTENDERS, requirements
from benchmarks.endpoint import Endpoint
from benchmarks.estimates import added
from benchmarks.workloads import PLANS, Workload, prepare, variables_of_sample
from examples.test_platform.deploy.seed import seed
from tests.support import pythons
from tests.support.moto_server import MotoServer
from tests.support.paths import ROOT
from tests.support.pythons import PythonEnv, environment

PYTHON = "3.11"
_LIFE = """\
import json, os, sys, time
from lambda_usage.sampling import overhead
overhead.uniform = lambda: float(sys.argv[1])
from benchmarks.inside.worker import Context
import lambda_usage
event = json.loads(os.environ["BENCH_EVENTS"])[0]
out = os.dup(1)
os.dup2(2, 1)
started = time.process_time()
handler = lambda_usage.handler
handler(event, Context())
took = time.process_time() - started
os.write(out, str(took).encode())
os._exit(0)
"""
"""The argument is the number that the process draws at its birth."""
_PAYS, _PAYS_NOT = "0", "0.999"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each workload."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.birth", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args(arguments)
    found = pythons.found()
    if PYTHON not in found:
        print(f"benchmarks.birth: {pythons.missing(PYTHON)}", file=sys.stderr)
        return 2
    env = environment(found[PYTHON], requirements(CONTENDERS["ours-default"]))
    print(f"CPU milliseconds of init and first invocation, Python {PYTHON}, {options.rounds} pairs")
    print(f"{'':24}{'not recorded':>14}{'recorded adds':>15}{'':4}95 % interval")
    with Endpoint() as endpoint, MotoServer() as moto:
        seed(moto.dynamodb(), moto.secrets_manager(), variables_of_sample())
        for name in PLANS:
            _row(prepare(name, env, {**endpoint.variables, **moto.variables}), env, options.rounds)
    return 0


def _row(workload: Workload, env: PythonEnv, rounds: int) -> None:
    lives: dict[str, list[float]] = {_PAYS: [], _PAYS_NOT: []}
    for _ in range(rounds):
        for drawn in random.sample(list(lives), 2):
            lives[drawn].append(_life(workload, env, drawn))
    more = added([[each] for each in lives[_PAYS]], [[each] for each in lives[_PAYS_NOT]])
    without = statistics.median(lives[_PAYS_NOT])
    print(
        f"{workload.title:24}{without:14.1f}{more.value:15.1f}{'':4}"
        f"{more.low:.1f} to {more.high:.1f}",
        flush=True,
    )


def _life(workload: Workload, env: PythonEnv, drawn: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [env.executable, "-c", _LIFE, drawn],
            cwd=workload.root,
            env={
                "PYTHONPATH": f"{workload.root}:{ROOT / 'src'}:{ROOT}",
                "PYTHONDONTWRITEBYTECODE": "1",
                "TMPDIR": folder,
                "LAMBDA_TASK_ROOT": str(workload.root),
                "AWS_LAMBDA_FUNCTION_NAME": "bench",
                "BENCH_EVENTS": json.dumps(workload.events),
                **workload.environment,
                "COVERAGE_HANDLER": workload.handler,
                "COVERAGE_S3_BUCKET": str(Path(folder) / "store"),
                "COVERAGE_FLUSH_INTERVAL": "86400",
                "COVERAGE_SAMPLE_RATE": "0.5",
            },
            capture_output=True,
            text=True,
            check=True,
        )
    return float(done.stdout) * 1e3


if __name__ == "__main__":
    sys.exit(main())
