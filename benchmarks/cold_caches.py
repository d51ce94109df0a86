"""What an invocation costs that is no window, in a process whose caches hold other things.

``python -m benchmarks.cold_caches`` prints microseconds of CPU time that are added to a handler
that does nothing: in a loop, and after 32 MB of other memory were read before each invocation.
Those that pass the gate are told apart from those that do not. It measures the Python it runs on.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROUNDS = 1500
OTHER = bytearray(32 << 20)
HEADER = "Root=1-67891233-abcdef0123456789{:08x};Parent=53995c3f42cd8ad8;Sampled=0"


class Context:
    """As the runtime client makes one for each invocation."""

    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:bench"

    def __init__(self) -> None:
        self._epoch_deadline_time_in_ms = int((time.time() + 900) * 1000)

    def get_remaining_time_in_millis(self) -> int:
        return max(self._epoch_deadline_time_in_ms - int(time.time() * 1000), 0)


def nothing(_event: object, _context: object) -> None:
    """The least that a handler can do."""


def started(folder: str) -> Any:
    """An agent whose invocations are no windows."""
    os.environ.update(
        LAMBDA_TASK_ROOT=folder,
        COVERAGE_S3_BUCKET=str(Path(folder, "store")),
        COVERAGE_SAMPLE_RATE="1e-9",
        COVERAGE_FLUSH_INTERVAL="3600",
        COVERAGE_LOG_LEVEL="ERROR",
    )
    from lambda_usage.attach.starting import start_agent

    return start_agent("wrapper", before_handler=True, own="")


def measured(
    agent: Any, handler: Callable[[object, object], None], *, cold: bool
) -> tuple[list[float], list[float], list[float]]:
    """Microseconds of the bare handler, of those that passed, and of the others."""
    bare: list[float] = []
    passed: list[float] = []
    others: list[float] = []
    clock = time.thread_time
    asked: list[object] = []
    begin = agent.begin

    def noted(context: object) -> object:
        asked.append(context)
        return begin(context)

    agent.begin = noted
    for number in range(ROUNDS):
        os.environ["_X_AMZN_TRACE_ID"] = HEADER.format(number)
        context = Context()
        for each in (nothing, handler):
            asked.clear()
            if cold:
                OTHER.find(b"\1")
            start = clock()
            each({}, context)
            took = (clock() - start) * 1e6
            (bare if each is nothing else others if asked else passed).append(took)
    del agent.begin
    return bare, passed, others


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        agent = started(folder)
        if agent is None:
            return 3
        from lambda_usage.attach.bootstrap import recorded

        handler = recorded(nothing, agent)
        for _ in range(3000):
            handler({}, Context())
        print(f"Python {sys.version.split()[0]}, {type(agent.gate).__module__}, medians in µs")
        for name, cold in (("in a loop", False), ("cold caches", True)):
            bare, passed, others = measured(agent, handler, cold=cold)
            none = statistics.median(bare)
            print(
                f"{name}: bare {none:.2f}; passed +{statistics.median(passed) - none:.2f} "
                f"({len(passed)}); did not pass +{statistics.median(others) - none:.2f} "
                f"({len(others)}); mean +{statistics.fmean(passed + others) - none:.2f}"
            )
        agent.abandon()
    return 0


if __name__ == "__main__":
    sys.exit(main())
