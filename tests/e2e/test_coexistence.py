"""Other tools, other kinds of starts and odd clocks, through the emulator and the runtime client.

What cannot be shown here: the emulator starts no Managed Instances (their workers are those of
awslambdaric's own runner in test_managed_instances.py), its provisioned concurrency is the
variable that Lambda sets and nothing else, and a thaw is played by setting Python's clocks
forward. pytest-cov around a handler's test has no runtime client at all (test_pytest_cov.py).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lambda_usage.evidence.summary import bundles_missing, processes_unfinished
from tests.support.pythons import PythonEnv

from .test_lifecycle import APP, World, count, losses

SETTRACE = """
import sys

def tracer(*_):
    return None

sys.settrace(tracer)

from lambda_usage import coverage_handler

@coverage_handler
def handler(event, context):
    return sys.gettrace() is tracer
"""

SETTRACE_LATE = """
import sys

seen = []

def tracer(frame, event, arg):
    seen.append((frame.f_code.co_name, event))
    return tracer

def handler(event, context):
    if event.get("trace"):
        sys.settrace(tracer)
    return helper()

def helper():
    return [sys.gettrace() is tracer, seen.count(("helper", "call"))]
"""

ALL_IDS_TAKEN = """
import sys

for number in range(6):
    if not sys.monitoring.get_tool(number):
        sys.monitoring.use_tool_id(number, "another tool")

from lambda_usage import coverage_handler

@coverage_handler
def handler(event, context):
    return "as ever"
"""

OVERLAPPING = """
import threading

from lambda_usage import coverage_handler

meet = threading.Barrier(2)

@coverage_handler
def work(event, context):
    meet.wait()
    meet.wait()
    return event

def handler(event, context):
    threads = [threading.Thread(target=work, args=(n, None)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return "both"
"""

JUMP = """
import time

real, monotonic = time.time, time.monotonic

def handler(event, context):
    days = event.get("days", 0)
    time.time = lambda: real() + days * 86400
    time.monotonic = lambda: monotonic() + max(days, 0) * 86400
    return days
"""


@pytest.fixture
def world(python_env: PythonEnv, layer_opt: Path, tmp_path: Path) -> World:
    return World(python_env, layer_opt, tmp_path)


def test_a_start_ahead_of_need_counts_as_an_init_and_says_what_it_was(world: World) -> None:
    with world.emulator(APP, init_type="provisioned-concurrency") as emulator:
        assert emulator.invoke({"do": "x"}).payload == "x"
    found = world.combined()
    assert {origin.initialization_type for origin in found.origins} == {"provisioned-concurrency"}
    assert (count(found, "inits"), count(found)) == (1, 1)
    assert processes_unfinished(found) == 0


def test_beside_a_tracer_of_the_users_nothing_breaks_and_reports_know(world: World) -> None:
    with world.emulator(SETTRACE, AWS_LAMBDA_EXEC_WRAPPER="") as emulator:
        assert [emulator.invoke({}).payload for _ in range(3)] == [True] * 3
        log = emulator.stop()
    found = world.combined()
    traced = world.env.version == "3.11"  # elsewhere the two do not meet
    assert (count(found), count(found, "windows")) == (3, 0 if traced else 3)
    told = {"inits and invocations beside another tracer": 4} if traced else {}
    assert losses(found) == told
    assert sum("Another tool traces this process" in line for line in log) == traced


def test_a_tracer_that_the_handler_sets_itself_under_the_exec_wrapper_stays_and_reports_know(
    world: World,
) -> None:
    with world.emulator(SETTRACE_LATE) as emulator:
        asked: list[dict[str, bool]] = [{}, {}, {"trace": True}, {}, {}]
        answers = [emulator.invoke(event).payload for event in asked]
        log = emulator.stop()
    assert answers == [[False, 0], [False, 0], [True, 1], [True, 2], [True, 3]]
    found = world.combined()
    traced = world.env.version == "3.11"  # elsewhere the two do not meet
    assert (count(found), count(found, "inits")) == (5, 1)
    # the window in which it was set is no window, and none is opened beside it
    assert count(found, "windows") == (2 if traced else 5)
    assert count(found, "windows_voided") == traced
    assert losses(found) == ({"inits and invocations beside another tracer": 3} if traced else {})
    assert sum("Another tool traces this process" in line for line in log) == traced
    assert (bundles_missing(found), processes_unfinished(found)) == (0, 0)


def test_where_all_tool_ids_are_taken_the_function_runs_and_reports_know(world: World) -> None:
    if world.env.version == "3.11":
        pytest.skip("sys.monitoring came with Python 3.12")
    with world.emulator(ALL_IDS_TAKEN, AWS_LAMBDA_EXEC_WRAPPER="") as emulator:
        assert [emulator.invoke({}).payload for _ in range(3)] == ["as ever"] * 3
        log = emulator.stop()
    assert sum("records nothing in this process" in line for line in log) == 1
    assert losses(world.combined()) == {
        "processes that could not record: no free sys.monitoring tool id": 1
    }


def test_invocations_that_overlap_in_threads_are_counted_and_no_window_mixes_them(
    world: World,
) -> None:
    with world.emulator(OVERLAPPING, AWS_LAMBDA_EXEC_WRAPPER="") as emulator:
        for _ in range(3):
            assert emulator.invoke({}).payload == "both"
    found = world.combined()
    assert count(found) == 6
    assert (count(found, "windows"), count(found, "windows_voided")) == (0, 3)


def test_clocks_that_jump_forward_and_back_lose_nothing_and_count_nothing_twice(
    world: World,
) -> None:
    with world.emulator(JUMP) as emulator:
        for days in (0, 2, 2, -1, 0):
            assert emulator.invoke({"days": days}).payload == days
    found = world.combined()
    assert count(found) == 5
    assert len({day for usage in found.origins.values() for day in usage.exposures}) >= 2
    assert (bundles_missing(found), processes_unfinished(found)) == (0, 0)
