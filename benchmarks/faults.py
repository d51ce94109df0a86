"""What callers wait while what ours sends to fails, in AWS's emulator.

Processes of the bare function and of each fault take turns, so that all rows share the machine's
mood. The figure is INVOKE RTDONE, in milliseconds.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from tests.support.emulator import Emulator
from tests.support.layer import unpacked_layer
from tests.support.pythons import PythonEnv

APP = """
import time

def handler(event, context):
    time.sleep(0.003)
    total = sum(n * n for n in range(5000))
    return {"total": total}
"""
_RESULT = {"total": 41654167500}
_FIRST = 2
"""Invocations of a process that are not counted: those that INIT is a part of."""

Variables = Mapping[str, str]
Case = Callable[[], AbstractContextManager[Variables]]
"""Makes the fault, for as long as a process lives, and says what that has in its environment."""


@dataclass(frozen=True, slots=True)
class Waits:
    """What came of it."""

    times: Mapping[str, list[list[float]]]
    """By case, of each process, in milliseconds."""
    differed: int
    """Results that were not those of the bare function."""


def bare() -> AbstractContextManager[Variables]:
    """The function without the layer."""
    return nullcontext({})


def waits(
    env: PythonEnv,
    cases: Mapping[str, Case],
    *,
    invocations: int,
    rounds: int,
    before: str = "",
) -> Waits:
    """Invoke the function in each of *cases*, round after round.

    Args:
        env: What runs it.
        cases: By name.
        invocations: Of each process.
        rounds: Processes of each case.
        before: Code that the function's module begins with.
    """
    times: dict[str, list[list[float]]] = {name: [] for name in cases}
    differed = 0
    with tempfile.TemporaryDirectory() as folder:
        opt, task = unpacked_layer(Path(folder)), Path(folder) / "task"
        task.mkdir()
        (task / "app.py").write_text(before + APP)
        for _ in range(rounds):
            for name, case in cases.items():
                with case() as variables, _emulator(env, task, opt, variables) as emulator:
                    answers = [_invoked(emulator) for _ in range(invocations)]
                    emulator.kill()
                differed += sum(payload != _RESULT for payload, _ in answers)
                times[name].append([took for _, took in answers[_FIRST:]])
    return Waits(times, differed)


def _invoked(emulator: Emulator) -> tuple[object, float]:
    answer = emulator.invoke({})
    time.sleep(0.001)
    return answer.payload, answer.rtdone_ms or 0.0


@contextmanager
def _emulator(env: PythonEnv, task: Path, opt: Path, variables: Variables) -> Iterator[Emulator]:
    layer = {"AWS_LAMBDA_EXEC_WRAPPER": str(opt / "lambda-usage")} if variables else {}
    with (
        tempfile.TemporaryDirectory() as tmp,
        Emulator(
            env,
            task,
            "app.handler",
            opt=opt,
            variables={**variables, **layer, "TMPDIR": tmp},
        ) as emulator,
    ):
        yield emulator
