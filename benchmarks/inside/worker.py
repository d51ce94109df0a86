"""One contender with one workload in one process: invokes when told, says what that cost.

Reads one JSON object a line from stdin, and answers on the standard output that it was given; what
the handler prints goes nowhere. ``{"count": n}`` invokes so often. With ``"lines": true`` it says
how many lines have been recorded, too. With ``"turns": [state, …]`` it does so in each of these
states, in that order, each after ``"settle"`` invocations that are not measured; ``"told": true``
asks what the contender itself says of them. With ``"alone": true`` it measures what stands around
a handler that does nothing, after each invocation of the bare handler, whose traces are then in the
processor's caches. Standard library only.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

from benchmarks.inside.contenders import Attached, attach
from benchmarks.inside.counting import Instructions
from benchmarks.inside.states import Handler


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
            answer = _answer(attached, events, json.loads(line), instructions)
            print(json.dumps(answer), file=answers, flush=True)


def _answer(
    attached: Attached, events: list[Any], asked: dict[str, Any], instructions: Instructions
) -> dict[str, Any]:
    count = asked["count"]
    if "turns" in asked:
        answer: dict[str, Any] = {
            "count": count,
            "turns": list(_by_turns(attached, events, asked, instructions)),
        }
    elif asked.get("alone"):
        answer = {"count": count, "turns": list(_alone(attached, events, count))}
    else:
        answer = _measured(attached.handler, events, count, instructions)
    if asked.get("lines"):
        answer["lines"] = attached.lines() if attached.lines else None
    if asked.get("told"):
        answer["told"] = attached.told() if attached.told else None
    return answer


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


def _by_turns(
    attached: Attached, events: list[Any], asked: dict[str, Any], instructions: Instructions
) -> Iterator[dict[str, Any]]:
    """One block in each state; a thread that delivers belongs to the block that began it."""
    settle = asked.get("settle", 0)
    for name in asked["turns"]:
        state = attached.states[name]
        state.enter()
        if settle:  # code has to be specialised anew after it was armed or disarmed
            _measured(state.handler, events, settle, instructions)
            gc.collect()
            gc.freeze()  # lest what is counted depends on whose turn a full collection falls into
        before = set(threading.enumerate())
        count = asked.get("counts", {}).get(name, asked["count"])
        took = _measured(state.handler, events, count, instructions)
        start = time.process_time()
        for thread in set(threading.enumerate()) - before:
            thread.join()
        took["cpu"] += time.process_time() - start
        yield {"state": name, **took}


def _alone(attached: Attached, events: list[Any], count: int) -> Iterator[dict[str, float]]:
    """Wall time of a handler that does nothing: within what stands around it, and bare."""
    assert attached.around is not None
    clock, context = time.perf_counter, Context()
    bare = attached.states["bare"]
    wrapped = attached.around(_nothing)
    bare.enter()
    for event in islice(cycle(events), count):
        both = [("ours", wrapped), ("bare", _nothing)]
        if os.urandom(1)[0] % 2:
            both.reverse()
        answer = {}
        for name, handler in both:
            bare.handler(event, context)
            start = clock()
            handler(event, context)
            answer[name] = clock() - start
        yield answer


def _nothing(event: object, context: object) -> None:
    """The least that a handler can do."""


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # nothing that a contender does at the end of a process is measured
