"""Where a cold start's milliseconds and megabytes go: ``python -m benchmarks.cold_start``.

First whole cold starts in AWS's emulator, by turns without and with our layer: with a trivial
handler, at each share of a CPU, and with the sample backend, at a whole one. Then the parts of the
former, in a process that has imported AWS's runtime client. Medians, and what is added with its
95 % interval, for each Python. Needs the ``bench`` extra.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import emulated
from benchmarks.alternatives import BARE, CONTENDERS, requirements
from benchmarks.emulated import Bench, Effort, Layers, build_layers, compiled
from benchmarks.endpoint import Endpoint
from benchmarks.estimates import added, estimate
from benchmarks.throttle import NoQuota, quota
from benchmarks.workloads import SAMPLE, Workload, prepare, variables_of_sample
from examples.test_platform.deploy.seed import seed
from tests.support import pythons
from tests.support.moto_server import MotoServer
from tests.support.pythons import Python, PythonEnv, environment

OURS = "ours-default"
SHOWN = ("start_ms", "start_cpu_ms", "peak_mb")
NO_UPLOAD = {"COVERAGE_FLUSH_INTERVAL": "86400"}
_PARTS = """\
import os, sys, time
with open(sys.argv[1], "w") as file: file.write(str(os.getpid()))
from awslambdaric import bootstrap
from awslambdaric.lambda_runtime_client import LambdaRuntimeClient
sys.path[:0] = sys.argv[2:]
def now(): return time.perf_counter(), time.process_time(), peak()
def peak():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) / 1024
steps = [("", now())]
import lambda_usage
from lambda_usage.attach import packed
with packed.Packed(os.path.dirname(lambda_usage.__file__)):
    import lambda_usage.attach.starting, lambda_usage.delivery.shutdown
    from lambda_usage.recording.choice import make_recorder
    make_recorder(branches=True, relative=lambda path: None)
packed.PACK = "none"  # what it holds is imported
steps.append(("importing what records", now()))
handler = lambda_usage.handler
steps.append(("settings, agent, recorder, the handler's module", now()))
handler({}, None)
steps.append(("the first invocation", now()))
for (_, before), (name, after) in zip(steps, steps[1:]):
    print(name, (after[0] - before[0]) * 1e3, (after[1] - before[1]) * 1e3, after[2] - before[2],
          sep="|")
sys.stdout.flush()
os._exit(0)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one table for each Python and share."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold_start", description=__doc__)
    parser.add_argument("--python", action="append", help="default: all from 3.12 on")
    parser.add_argument("--share", type=float, action="append", help="default: 1, 0.5 and 0.07")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args(arguments)
    found = pythons.found()
    chosen = options.python or [each for each in found if each != "3.11"]
    with ExitStack() as stack:
        endpoint, moto = stack.enter_context(Endpoint()), stack.enter_context(MotoServer())
        seed(moto.dynamodb(), moto.secrets_manager(), variables_of_sample())
        variables = {**endpoint.variables, **moto.variables, **NO_UPLOAD}
        layers = build_layers(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        for version in chosen:
            env = environment(found[version], requirements(CONTENDERS[BARE]))
            small = prepare("hot_loop", env, variables)
            for share in options.share or [1, 0.5, 0.07]:
                print(f"Python {version}, {emulated.setting(share)}: milliseconds, CPU's, MB")
                try:
                    _whole(found[version], small, layers, share, options.rounds)
                    _parts(env, small, layers, share, options.rounds)
                    if share >= 1:
                        sample = prepare(SAMPLE, env, variables)
                        _whole(found[version], sample, layers, share, options.rounds)
                except NoQuota as reason:
                    print(f"  not measured: {reason}")
    return 0


def _whole(python: Python, workload: Workload, layers: Layers, share: float, rounds: int) -> None:
    bench = Bench(python, workload, workload.variables, layers, share, Effort(rounds, 1))
    lives: dict[str, list[dict[str, float]]] = {BARE: [], OURS: []}
    for _ in range(rounds):
        for each in random.sample(list(lives), 2):
            with quota(share) as cgroup, tempfile.TemporaryDirectory() as tmp:
                lives[each].append(bench.life(each, cgroup, tmp, uploads=False))
    columns = {
        name: [[[life[metric]] for life in own] for metric in SHOWN] for name, own in lives.items()
    }
    _row(
        f"{workload.title}: bare, INIT and first invocation",
        [estimate(each).value for each in columns[BARE]],
    )
    more = [added(*each) for each in zip(columns[OURS], columns[BARE], strict=True)]
    _row("added by the layer", [each.value for each in more])
    for bound in ("low", "high"):
        _row(f"  95 % interval, {bound}", [getattr(each, bound) for each in more])


def _parts(env: PythonEnv, workload: Workload, layers: Layers, share: float, rounds: int) -> None:
    found: dict[str, list[list[float]]] = {}
    for _ in range(rounds):
        with ExitStack() as stack:
            cgroup = stack.enter_context(quota(share))
            done = subprocess.run(
                [
                    compiled(env).executable, "-c", _PARTS, cgroup,
                    layers.ours / "python", workload.root,
                ],
                env={
                    "COVERAGE_HANDLER": workload.handler,
                    "LAMBDA_TASK_ROOT": str(workload.root),
                    "PYTHONDONTWRITEBYTECODE": "1",
                    **workload.environment,
                },
                capture_output=True,
                text=True,
                check=True,
            )  # fmt: skip
        for line in done.stdout.splitlines():
            name, *figures = line.split("|")
            found.setdefault(name, []).append([float(each) for each in figures])
    for name, lines in found.items():
        _row(f"  {name}", [statistics.median(column) for column in zip(*lines, strict=True)])


def _row(name: str, figures: Sequence[float]) -> None:
    print(f"  {name:52}" + "".join(f"{each:9.2f}" for each in figures), flush=True)


if __name__ == "__main__":
    sys.exit(main())
