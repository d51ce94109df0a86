"""A process with one contender and one workload, that invokes when told and says what it took."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.alternatives import CONTENDERS, requirements
from benchmarks.workloads import Workload
from tests.support.paths import ROOT
from tests.support.pythons import Python, environment

FEWEST = 8
"""Invocations in a batch, lest it depend on which of them the garbage collector ran in."""
_WARM_UP_S = 0.05
_SETTLE_S = 0.02
"""After code was armed or disarmed, until the interpreter has specialised it anew."""


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
        core: int | None = None,
    ) -> None:
        chosen = CONTENDERS[contender]
        python_env = environment(python, requirements(chosen))
        self.contender = contender
        self.count = 1
        self.settle = 1
        self._folder = tempfile.TemporaryDirectory(prefix="bench-worker-")
        self._errors = Path(self._folder.name) / "errors"
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [python_env.executable, "-m", "benchmarks.inside.worker"],
                cwd=workload.root,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
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
        if core is not None:
            os.sched_setaffinity(self._process.pid, {core})

    def invoke(self, count: int, **asked: Any) -> dict[str, Any]:
        """What *count* invocations took, and what else the worker is asked for."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps({"count": count, **asked}) + "\n")
            self._process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        except (OSError, ValueError) as error:
            self._process.wait(10)
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
        fewest = 1 if CONTENDERS[self.contender].slow else FEWEST
        each = again["wall"] / again["count"]
        self.count = max(fewest, round(batch_s / each))
        self.settle = max(FEWEST, round(_SETTLE_S / each))

    def end(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._folder.cleanup()
