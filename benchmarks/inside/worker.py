"""One contender with one workload in one process: invokes when told, says what that cost.

Reads one JSON object a line from stdin, ``{"count": n}``, and answers on the standard output that
it was given; what the handler prints goes nowhere. With ``"lines": true`` it says how many lines
have been recorded, too; with ``"turns": true`` what windows and bundles cost. Standard library
only.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import uuid
from itertools import cycle, islice
from typing import Any

from benchmarks.inside.contenders import Attached, Handler, attach
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
            if asked.get("turns"):
                answer = _by_turns(attached, events, asked["count"])
            else:
                answer = _measured(attached.handler, events, asked["count"], instructions)
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


def _by_turns(attached: Attached, events: list[Any], count: int) -> dict[str, Any]:
    """One block with windows and bundles and one without; a thread that delivers belongs to it."""
    assert attached.without is not None
    order = [("with", attached.handler), ("without", attached.without)]
    if os.urandom(1)[0] % 2:
        order.reverse()
    answer: dict[str, Any] = {"count": count}
    for name, handler in order:
        before = set(threading.enumerate())
        took = _measured(handler, events, count, Instructions(counted=False))
        start = time.process_time()
        for thread in set(threading.enumerate()) - before:
            thread.join()
        answer[name] = {"wall": took["wall"], "cpu": took["cpu"] + time.process_time() - start}
    return answer


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # nothing that a contender does at the end of a process is measured
