"""Each way in which a process lives and ends, through AWS's emulator and the real runtime client.

What the emulator cannot show: it never freezes a process (benchmarks/upload_timing.py stops one
instead), takes no snapshots (the restore below is the runtime client's own code, in the process
that was to be cloned), and starts no Managed Instances (see test_managed_instances.py).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lambda_usage.bundle.model import Bundle
from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.stores import open_store
from lambda_usage.evidence.summary import bundles_missing, processes_unfinished
from tests.support.emulator import Emulator
from tests.support.pythons import PythonEnv

APP = """
import os
import signal
import sys
import threading
import time

def handler(event, context):
    what = event.get("do", "")
    if what == "exit":
        sys.exit(3)
    if what == "_exit":
        os._exit(3)
    if what == "sleep":
        time.sleep(60)
    if what == "fork":
        child = os.fork()
        if not child:
            os._exit(0)
        os.waitpid(child, 0)
    if what == "processes":
        from multiprocessing import get_context
        with get_context("fork").Pool(2) as pool:
            return pool.map(abs, [-1, -2, -3])
    if what == "recurse":
        return event["n"] and handler({**event, "n": event["n"] - 1}, context) + 1
    return what

"""

WITH_HANDLER = (
    APP
    + """
def goodbye(number, frame):
    print("goodbye from the user", flush=True)

signal.signal(signal.SIGTERM, goodbye)
"""
)

SNAPSHOT = (
    APP
    + """
from awslambdaric.lambda_runtime_client import BaseLambdaRuntimeClient

BaseLambdaRuntimeClient.restore_next = lambda self: print("a snapshot is taken", flush=True)
"""
)

Start = Callable[..., Emulator]


class World:
    """A function's sandbox: its code, its ``/tmp`` and a folder to deliver to."""

    def __init__(self, env: PythonEnv, opt: Path, folder: Path) -> None:
        self.env = env
        self._opt = opt
        self.folder = folder
        for name in ("task", "tmp"):
            (folder / name).mkdir()

    def emulator(self, app: str = APP, *, timeout_s: int = 30, **variables: str) -> Emulator:
        (self.folder / "task" / "app.py").write_text(app)
        return Emulator(
            self.env,
            self.folder / "task",
            "app.handler",
            opt=self._opt,
            timeout_s=timeout_s,
            init_type=variables.pop("init_type", "on-demand"),
            variables={
                "AWS_LAMBDA_EXEC_WRAPPER": str(self._opt / "lambda-usage"),
                "COVERAGE_S3_BUCKET": str(self.folder / "store"),
                "COVERAGE_OVERHEAD_BUDGET": "1",
                "TMPDIR": str(self.folder / "tmp"),
                **variables,
            },
        )

    def combined(self) -> Bundle:
        found = combine_store(open_store(str(self.folder / "store")))
        assert found.broken == ()
        return found.bundle

    def waiting(self) -> list[Path]:
        return sorted((self.folder / "tmp").rglob("*.coverage"))


@pytest.fixture
def world(python_env: PythonEnv, layer_opt: Path, tmp_path: Path) -> World:
    return World(python_env, layer_opt, tmp_path)


def count(bundle: Bundle, name: str = "invocations") -> int:
    exposures = (each for usage in bundle.origins.values() for each in usage.exposures.values())
    return sum(int(getattr(each, name)) for each in exposures)


def losses(bundle: Bundle) -> dict[str, int]:
    found: dict[str, int] = {}
    for usage in bundle.origins.values():
        for reason, number in usage.losses.items():
            found[reason] = found.get(reason, 0) + number
    return found


@pytest.mark.parametrize("app", [APP, WITH_HANDLER], ids=["default", "own"])
def test_an_orderly_end_delivers_everything(world: World, app: str) -> None:
    with world.emulator(app) as emulator:
        for _ in range(5):
            assert emulator.invoke({"do": "x"}).payload == "x"
        log = emulator.stop()
    found = world.combined()
    assert count(found) == 5
    assert (bundles_missing(found), processes_unfinished(found)) == (0, 0)
    assert world.waiting() == []
    # 3.11's runtime client waits in C, where no Python handler runs, ours or the user's
    said = any("goodbye from the user" in line for line in log)
    assert said == (app == WITH_HANDLER and world.env.version != "3.11")


def test_an_orderly_end_in_the_middle_of_an_invocation_delivers_what_came_before(
    world: World,
) -> None:
    with world.emulator(timeout_s=2) as emulator:
        emulator.invoke({})
        emulator.invoke({"do": "sleep"})  # ends in the function's timeout
    found = world.combined()
    assert 1 <= count(found) <= 2
    assert bundles_missing(found) == 0


def test_after_sigkill_what_waited_is_delivered_by_the_next_process(world: World) -> None:
    """A file in place of the folder: deliveries fail until it is gone."""
    store = world.folder / "store"
    store.write_text("in the way")
    with world.emulator(COVERAGE_FLUSH_INTERVAL="0") as emulator:
        for _ in range(4):
            emulator.invoke({})
        emulator.wait_for_log("could not be delivered")
        emulator.kill()
    assert world.waiting()
    store.unlink()
    with world.emulator() as emulator:
        emulator.invoke({})
    found = world.combined()
    assert processes_unfinished(found) == 1
    # the fourth had not been part of a bundle yet: one flush interval is what SIGKILL costs
    assert 1 + 1 <= count(found) <= 1 + 3
    assert world.waiting() == []


@pytest.mark.parametrize(("how", "unfinished"), [("exit", 0), ("_exit", 1)])
def test_an_exit_in_the_handler_is_lambdas_error_and_ends_the_process(
    world: World, how: str, unfinished: int
) -> None:
    with world.emulator(COVERAGE_FLUSH_INTERVAL="0") as emulator:
        for _ in range(3):
            emulator.invoke({})
        emulator.wait_for_log("uploaded successfully")
        emulator.put_runtime_first()  # the emulator does not wait for what ends
        answer = emulator.invoke({"do": how})
        assert answer.payload["errorType"] == "Runtime.ExitError"
        assert emulator.invoke({"do": "on"}).payload == "on"
    found = world.combined()
    assert processes_unfinished(found) == unfinished
    assert count(found) == 5 if how == "exit" else 1 + 1 <= count(found) <= 5


@pytest.mark.parametrize("how", ["fork", "processes"])
def test_children_are_counted_and_deliver_nothing(world: World, how: str) -> None:
    with world.emulator() as emulator:
        assert emulator.invoke({"do": how}).payload == {"fork": "fork", "processes": [1, 2, 3]}[how]
    found = world.combined()
    assert count(found) == 1
    assert losses(found)["forked processes"] >= 1
    assert len({name.process_id for name in found.bundles}) == 1
    assert (bundles_missing(found), processes_unfinished(found)) == (0, 0)


def test_recursion_is_one_invocation(world: World) -> None:
    with world.emulator() as emulator:
        assert emulator.invoke({"do": "recurse", "n": 5}).payload == 5
    assert count(world.combined()) == 1


def test_a_restored_copy_is_a_process_of_its_own_and_one_init_counts_once(world: World) -> None:
    if world.env.version == "3.11":
        pytest.skip("Lambda has SnapStart from Python 3.12 on")
    with world.emulator(SNAPSHOT, init_type="snap-start") as emulator:
        assert emulator.invoke({"do": "x"}).payload == "x"
        emulator.stop()
        lines = emulator.function_log
    uploads = [n for n, line in enumerate(lines) if "uploaded successfully" in line]
    snapshot = next(n for n, line in enumerate(lines) if "a snapshot is taken" in line)
    assert uploads[0] < snapshot < uploads[1]
    found = world.combined()
    assert len({name.process_id for name in found.bundles}) == 2
    assert (count(found, "inits"), count(found)) == (1, 1)
    assert (bundles_missing(found), processes_unfinished(found)) == (0, 0)


def test_a_store_that_fails_does_not_keep_a_snapshot_from_being_taken(world: World) -> None:
    if world.env.version == "3.11":
        pytest.skip("Lambda has SnapStart from Python 3.12 on")
    (world.folder / "store").write_text("in the way")
    with world.emulator(SNAPSHOT, init_type="snap-start") as emulator:
        assert emulator.invoke({"do": "x"}).payload == "x"
        (world.folder / "store").unlink()
    found = world.combined()
    assert (count(found, "inits"), count(found)) == (1, 1)
    assert world.waiting() == []


OLD_COVERAGE = """
import coverage

def handler(event, context):
    return [*coverage.version_info[:2], "coverage.tracer" in __import__("sys").modules]
"""


def test_an_older_coverage_in_the_package_stays_the_users_and_the_layers_is_ours(
    world: World,
) -> None:
    vendored = world.folder / "task" / "coverage"
    vendored.mkdir()
    (vendored / "__init__.py").write_text("from coverage.version import version_info\n")
    (vendored / "version.py").write_text('version_info = (6, 5, 0, "final", 0)\n')
    with world.emulator(OLD_COVERAGE) as emulator:
        assert emulator.invoke({}).payload == [6, 5, False]
    found = world.combined()
    assert (count(found), count(found, "windows")) == (1, 1)
    assert losses(found) == {}
