"""Measures every contender on every workload, side by side, in processes of their own."""

from __future__ import annotations

import json
import os
import random
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.alternatives import BARE, CONTENDERS, requirements
from benchmarks.estimates import added, estimate, ratio
from benchmarks.results import Row
from benchmarks.workloads import Workload
from tests.support.paths import ROOT
from tests.support.pythons import Python, environment

SETTING = "in process"
_METRICS = {"cpu_us": ("cpu", 1e6), "wall_us": ("wall", 1e6), "instructions": ("instructions", 1)}
_WARM_UP_S = 0.05
_FEWEST = 8
"""Invocations in a batch, lest it depend on which of them the garbage collector ran in."""

Measured = dict[str, list[list[dict[str, float]]]]
"""By contender: one answer of the worker for each round, by process."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How often, and for how long."""

    processes: int
    rounds: int
    batch_s: float


class WorkerError(Exception):
    """A contender did not run; says what it printed."""


class Worker:
    """A process with one contender and one workload."""

    def __init__(
        self,
        python: Python,
        contender: str,
        workload: Workload,
        variables: Mapping[str, str],
        extra: Mapping[str, str] | None = None,
    ) -> None:
        chosen = CONTENDERS[contender]
        python_env = environment(python, requirements(chosen))
        self.contender = contender
        self.count = 1
        self._folder = tempfile.TemporaryDirectory(prefix="bench-worker-")
        self._errors = Path(self._folder.name) / "errors"
        self._process = subprocess.Popen(
            [python_env.executable, "-m", "benchmarks.inside.worker"],
            cwd=workload.root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors.open("wb"),
            text=True,
            env={
                "PATH": os.defpath,
                "PYTHONHASHSEED": "0",
                "TMPDIR": self._folder.name,
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPATH": f"{workload.root}:{ROOT / 'src'}:{ROOT}",
                "LAMBDA_TASK_ROOT": str(workload.root),
                "AWS_LAMBDA_FUNCTION_NAME": "bench",
                "BENCH_CONTENDER": chosen.attach,
                "BENCH_EVENTS": json.dumps(workload.events),
                **variables,
                **workload.environment,
                **chosen.variables,
                **(extra or {}),
            },
        )

    def invoke(self, count: int, **asked: bool) -> dict[str, Any]:
        """What *count* invocations took, and what else the worker is asked for."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps({"count": count, **asked}) + "\n")
            self._process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        except (OSError, ValueError) as error:
            last = self._errors.read_text(errors="replace").strip().splitlines()[-1:]
            raise WorkerError(f"{self.contender}: {last[0] if last else error}") from None
        return answer

    def warm_up(self, batch_s: float) -> None:
        """Let first times pass, and find out how many invocations make a batch."""
        self.invoke(2)
        if self.invoke(1, lines=True)["lines"] == 0:
            raise WorkerError(f"{self.contender}: it records nothing")
        once = self.invoke(3)["wall"] / 3
        self.invoke(max(1, int(_WARM_UP_S / once)))
        again = self.invoke(max(1, int(0.2 * batch_s / once)))
        fewest = 1 if CONTENDERS[self.contender].slow else _FEWEST
        self.count = max(fewest, round(batch_s * again["count"] / again["wall"]))

    def end(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._folder.cleanup()


@contextmanager
def workers(
    python: Python, contenders: list[str], workload: Workload, variables: Mapping[str, str]
) -> Iterator[list[Worker]]:
    """One worker for each contender, ended with the block."""
    with ExitStack() as stack:
        started = []
        for contender in contenders:
            worker = Worker(python, contender, workload, variables)
            stack.callback(worker.end)
            started.append(worker)
        yield started


def measure(
    python: Python,
    contenders: list[str],
    workload: Workload,
    variables: Mapping[str, str],
    effort: Effort,
    notes: list[str],
) -> Iterator[Row]:
    """The rows of one workload; contenders that fail are noted and left out."""
    answers: Measured = {contender: [] for contender in contenders}
    order = random.Random(2026)
    for _ in range(effort.processes):
        with workers(python, list(answers), workload, variables) as running:
            for worker in running:
                try:
                    worker.warm_up(effort.batch_s)
                except WorkerError as error:
                    notes.append(f"{workload.title} on {python.version}: left out {error}")
                    del answers[worker.contender]
            ready = [worker for worker in running if worker.contender in answers]
            for worker in ready:
                answers[worker.contender].append([])
            for _ in range(effort.rounds):
                order.shuffle(ready)
                for worker in ready:
                    answers[worker.contender][-1].append(worker.invoke(worker.count))
    for contender in answers:
        yield from _rows(python.version, contender, workload, answers)


def _rows(version: str, contender: str, workload: Workload, answers: Measured) -> Iterator[Row]:
    for metric, (name, unit) in _METRICS.items():
        if answers[BARE][0][0][name] is None:
            continue
        own, bare = (_each(answers[which], name, unit) for which in (contender, BARE))
        yield Row(
            SETTING,
            version,
            workload.name,
            contender,
            metric,
            estimate(own),
            ratio(own, bare),
            added(own, bare),
        )


def _each(answers: list[list[dict[str, Any]]], name: str, unit: float) -> list[list[float]]:
    return [[each[name] * unit / each["count"] for each in rounds] for rounds in answers]
