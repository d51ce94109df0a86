"""One contender with one workload in one process: invokes when told, says what that cost.

Reads one JSON object a line from stdin, ``{"count": n}``, and answers on the standard output that
it was given; what the handler prints goes nowhere. With ``"each": true`` it answers what each of
them took, too; with ``"lines": true`` how many lines have been recorded. Standard library only.
"""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

from benchmarks.inside.contenders import Handler, attach
from benchmarks.inside.counting import Instructions


class Context:
    """The part of Lambda's context object that a handler is likely to use."""

    function_name = "bench"
    function_version = "$LATEST"
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:bench"
    memory_limit_in_mb = "512"
    log_group_name = "bench"
    log_stream_name = "bench"
    aws_request_id = str(uuid.UUID(int=1))

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


def main() -> None:
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        instructions = Instructions()
        events = json.loads(os.environ["BENCH_EVENTS"])
        attached = attach(os.environ["BENCH_CONTENDER"])
        for line in sys.stdin:
            asked = json.loads(line)
            measure = _measured_each if asked.get("each") else _measured
            answer = measure(attached.handler, events, asked["count"], instructions)
            if asked.get("lines"):
                answer["lines"] = attached.lines() if attached.lines else None
            print(json.dumps(answer), file=answers, flush=True)


def _measured(
    handler: Handler, events: list[Any], count: int, instructions: Instructions
) -> dict[str, Any]:
    batch, context = list(islice(cycle(events), count)), Context()
    before, cpu, wall = instructions.read(), time.process_time(), time.perf_counter()
    for event in batch:
        handler(event, context)
    wall = time.perf_counter() - wall
    cpu = time.process_time() - cpu
    after = instructions.read()
    counted = None if before is None or after is None else after - before
    return {"count": count, "wall": wall, "cpu": cpu, "instructions": counted}


def _measured_each(
    handler: Handler, events: list[Any], count: int, instructions: Instructions
) -> dict[str, Any]:
    batch, context = list(islice(cycle(events), count)), Context()
    each: list[float] = []

    def counted() -> int:
        return instructions.read() or 0

    read: Callable[[], float] = time.process_time if instructions.read() is None else counted
    cpu, wall, before = time.process_time(), time.perf_counter(), read()
    for event in batch:
        handler(event, context)
        after = read()
        each.append(after - before)
        before = after
    wall = time.perf_counter() - wall
    cpu = time.process_time() - cpu
    return {"count": count, "wall": wall, "cpu": cpu, "each": each}


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # nothing that a contender does at the end of a process is measured
