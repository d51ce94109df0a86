"""Measures every contender in AWS's emulator: cold start, calls, peak memory, uploads over TLS.

The function's process alone is limited to its share of a CPU; the emulator around it is not.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.alternatives import BARE, CONTENDERS, Contender, requirements
from benchmarks.estimates import added, estimate, ratio
from benchmarks.results import Row
from benchmarks.throttle import quota
from benchmarks.workloads import Workload
from tests.support.emulator import Emulator, EmulatorError
from tests.support.layer import unpacked_layer
from tests.support.paths import locked
from tests.support.pythons import Python, PythonEnv, environment

UPLOADED = "uploaded successfully"
UPLOAD_TIMEOUT_S = 60
_EARLY_UPLOAD = {"COVERAGE_FLUSH_INTERVAL": "4"}
_WRAPPER = """\
#!/bin/sh
[ -z "$BENCH_CGROUP" ] || echo $$ >"$BENCH_CGROUP"
exec $BENCH_NEXT_WRAPPER "$@"
"""


@dataclass(frozen=True, slots=True)
class Effort:
    """How often."""

    cold_starts: int
    calls: int


@dataclass(frozen=True, slots=True)
class Layers:
    """The folders that stand for /opt."""

    ours: Path
    others: Path


def setting(share: float) -> str:
    """What rows call the emulator with *share* of a CPU."""
    return f"emulator, {share:g} CPU"


def build_layers(folder: Path) -> Layers:
    """Our layer, and one that holds what stands in front of the handler for the others."""
    others = folder / "others"
    here = Path(__file__).parent
    shutil.copytree(
        here / "inside",
        others / "python" / "benchmarks" / "inside",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    shutil.copy(here / "__init__.py", others / "python" / "benchmarks")
    (folder / "ours").mkdir()
    ours = unpacked_layer(folder / "ours")
    for opt in (ours, others):
        (opt / "bench").write_text(_WRAPPER)
        (opt / "bench").chmod(0o755)
    return Layers(ours, others)


@dataclass(frozen=True, slots=True)
class Bench:
    """One function on one Python, at one share of a CPU."""

    python: Python
    workload: Workload
    variables: Mapping[str, str]
    layers: Layers
    share: float
    effort: Effort

    def rows(self, contenders: list[str], notes: list[str]) -> Iterator[Row]:
        """What each contender cost; those that fail are noted and left out.

        Raises:
            NoQuota: This machine cannot limit a process's CPU.
        """
        lives: dict[str, list[dict[str, float]]] = {each: [] for each in contenders}
        order = random.Random(2026)
        for _ in range(self.effort.cold_starts):
            for contender in order.sample(list(lives), len(lives)):
                try:
                    with quota(self.share) as cgroup, tempfile.TemporaryDirectory() as tmp:
                        lives[contender].append(self.life(contender, cgroup, tmp))
                except EmulatorError as error:
                    where = f"{self.workload.title} on {self.python.version}, {self.share:g} CPU"
                    notes.append(f"{where}: left out {contender}: {str(error).splitlines()[0]}")
                    del lives[contender]
        for contender, own in lives.items():
            for metric in sorted(set(own[0]) & set(lives[BARE][0])):
                yield self._row(contender, metric, own, lives[BARE])

    def _row(
        self,
        contender: str,
        metric: str,
        own: list[dict[str, float]],
        bare: list[dict[str, float]],
    ) -> Row:
        values = [[life[metric]] for life in own]
        theirs = [[life[metric]] for life in bare]
        version, name = self.python.version, self.workload.name
        figures = estimate(values), ratio(values, theirs), added(values, theirs)
        return Row(setting(self.share), version, name, contender, metric, *figures)

    def life(
        self, contender: str, cgroup: Path, tmp: str, *, uploads: bool = True
    ) -> dict[str, float]:
        """One execution environment, from its cold start on to its first upload, if it *uploads*.

        Raises:
            EmulatorError: The function failed.
        """
        chosen, events = CONTENDERS[contender], self.workload.events
        emulator = self._emulator(chosen, cgroup, tmp)
        emulator.start()
        with contextlib.closing(_Killing(emulator)):
            first = emulator.invoke(events[0])
            if b"errorType" in first.body or first.init_ms is None or first.rtdone_ms is None:
                raise EmulatorError(f"the first invocation failed: {first.body[:300]!r}")
            pid = emulator.runtime_pids()[-1]
            start_cpu = _cpu_seconds(pid)
            numbers = range(1, self.effort.calls + 1)
            calls = [emulator.invoke(events[number % len(events)]) for number in numbers]
            calls_cpu = _cpu_seconds(pid) - start_cpu
            durations = sorted(call.rtdone_ms for call in calls if call.rtdone_ms is not None)
            found = {
                "init_ms": first.init_ms,
                "first_ms": first.rtdone_ms,
                "start_ms": first.init_ms + first.rtdone_ms,
                "start_cpu_ms": start_cpu * 1000,
                "call_ms": durations[len(durations) // 2],
                "call_cpu_ms": calls_cpu * 1000 / len(calls),
                "peak_mb": _peak_mb(pid),
            }
            if uploads and self.share >= 1:
                if chosen.ours:
                    _await_upload(emulator, events[0])
                found["peak_uploaded_mb"] = _peak_mb(pid)
        return found

    def _emulator(self, chosen: Contender, cgroup: Path, tmp: str) -> Emulator:
        workload = self.workload
        opt = self.layers.ours if chosen.ours else self.layers.others
        alone = chosen.ours or chosen is CONTENDERS[BARE]
        return Emulator(
            compiled(environment(self.python, requirements(chosen))),
            workload.root,
            workload.handler if alone else "benchmarks.inside.emulated.handler",
            opt=opt,
            function_name="bench",
            timeout_s=120,
            variables={
                "AWS_LAMBDA_EXEC_WRAPPER": str(opt / "bench"),
                "BENCH_NEXT_WRAPPER": str(opt / "lambda-usage") if chosen.ours else "",
                "BENCH_CGROUP": str(cgroup),
                "TMPDIR": tmp,
                "BENCH_CONTENDER": chosen.attach,
                **self.variables,
                **workload.environment,
                **chosen.variables,
                **(_EARLY_UPLOAD if self.share >= 1 else {}),
            },
        )


@dataclass(frozen=True, slots=True)
class _Killing:
    """Ends without the shutdown phase, which is not what is measured."""

    emulator: Emulator

    def close(self) -> None:
        self.emulator.kill()


def _await_upload(emulator: Emulator, event: object) -> None:
    deadline = time.monotonic() + UPLOAD_TIMEOUT_S
    while not any(UPLOADED in line for line in emulator.log):
        if time.monotonic() > deadline:
            raise EmulatorError(f"nothing was uploaded in {UPLOAD_TIMEOUT_S} s")
        time.sleep(0.2)
        emulator.invoke(event)


def _cpu_seconds(pid: int) -> float:
    """CPU time of another process, all threads, in nanoseconds' resolution.

    Its clock's id is made from its pid (CPUCLOCK_SCHED in Linux's posix-timers.h).
    """
    return time.clock_gettime((~pid << 3) | 2)


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = (each for each in status.splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def compiled(env: PythonEnv) -> PythonEnv:
    """*env* with byte code, as AWS's runtime and a well-made layer have it."""
    folder = env.executable.parent.parent
    with locked(f"compiled-{folder.name}"):
        if not (folder / "compiled").exists():
            subprocess.run(
                [env.executable, "-m", "compileall", "-q", "-j", "0", folder / "lib"],
                check=False,
                stdout=subprocess.DEVNULL,
            )
            (folder / "compiled").touch()
    return env
