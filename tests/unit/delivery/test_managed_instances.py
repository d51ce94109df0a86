"""Workers that were forked before the import share ``/tmp``, and each is a process of its own.

What stands for a Managed Instance here: workers that a parent forks before any of them imports
the function, as awslambdaric's own runner does (which tests/e2e/test_managed_instances.py starts).
What neither can show is how Lambda ends them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lambda_usage.bundle.model import Bundle
from lambda_usage.bundle.reader import read_bundle
from lambda_usage.combine.merge import merge_into
from lambda_usage.evidence.summary import bundles_missing, processes_unfinished
from tests.unit.fakes import total
from tests.unit.support import run_fresh, write_files

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks, as Lambda does")

RUNNER = """
import os, signal, sys, time
from multiprocessing import get_context
from pathlib import Path

def worker(number, started, go):
    import lambda_usage
    handler = lambda_usage.handler
    for n in range(10 + number):
        assert handler(n, None) == n
    {ready}
    started.set()
    os.close(go[1])
    os.read(go[0], 1)  # until the parent closes its end, whoever was killed
    {end}

if __name__ == "__main__":
    context = get_context("fork")
    started, go = [context.Event() for _ in range(3)], os.pipe()
    workers = [context.Process(target=worker, args=(n, started[n], go)) for n in range(3)]
    for each in workers:
        each.start()
    for each in started:
        assert each.wait(60)
    {between}
    os.close(go[1])
    for each in workers:
        each.join(60)
    print([each.exitcode for each in workers])
"""


def combined(folder: Path) -> Bundle:
    found = Bundle()
    for path in (folder / "store").rglob("*.coverage"):
        assert merge_into(found, read_bundle(path))
    return found


def run(
    folder: Path, *, ready: str = "", end: str = "", between: str = "", **variables: str
) -> str:
    write_files(folder / "task", {"app.py": "def handler(event, context):\n    return event\n"})
    done = run_fresh(
        RUNNER.replace("{ready}", ready or "pass")
        .replace("{end}", end or "pass")
        .replace("{between}", between or "pass"),
        folder / "task",
        {
            "AWS_LAMBDA_FUNCTION_NAME": "orders",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "lambda-managed-instances",
            "COVERAGE_HANDLER": "app.handler",
            "COVERAGE_S3_BUCKET": str(folder / "store"),
            "LAMBDA_TASK_ROOT": str(folder / "task"),
            "TMPDIR": str(folder),
            **variables,
        },
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_each_worker_ends_with_a_bundle_of_its_own(tmp_path: Path) -> None:
    end = "from lambda_usage.attach import starting; starting._agent.finish()"
    assert run(tmp_path, end=end) == "[0, 0, 0]"
    found = combined(tmp_path)
    assert len({name.process_id for name in found.bundles}) == 3
    assert total([found], "invocations") == 10 + 11 + 12
    assert (bundles_missing(found), processes_unfinished(found)) == (0, 0)
    assert all(usage.losses == {} for usage in found.origins.values())


def test_a_worker_that_is_terminated_delivers_first_and_then_ends_as_told(tmp_path: Path) -> None:
    between = "os.kill(workers[1].pid, signal.SIGTERM); workers[1].join(60)"
    end = "from lambda_usage.attach import starting; starting._agent.finish()"
    assert (
        run(tmp_path, end=end, between=between, AWS_LAMBDA_RUNTIME_API="127.0.0.1:1")
        == "[0, -15, 0]"
    )
    found = combined(tmp_path)
    assert total([found], "invocations") == 33
    assert processes_unfinished(found) == 0


def test_a_worker_that_is_killed_leaves_its_bundle_to_a_later_one(tmp_path: Path) -> None:
    between = """
    os.kill(workers[1].pid, signal.SIGKILL)
    workers[1].join(60)
    late = context.Process(target=worker, args=(0, context.Event(), go))
    os.remove(Path(os.environ["COVERAGE_S3_BUCKET"]))
    workers.append(late)
    late.start()
"""
    (tmp_path / "store").write_text("in the way: nothing can be delivered")
    end = "from lambda_usage.attach import starting; starting._agent.finish()"
    ready = """
    import threading
    for thread in threading.enumerate():
        thread.name == "lambda-usage" and thread.join(60)
"""
    printed = run(
        tmp_path,
        ready=ready.strip(),
        end=end,
        between=between.strip(),
        COVERAGE_FLUSH_INTERVAL="0",
    )
    assert printed == "[0, -9, 0, 0]"
    found = combined(tmp_path)
    assert len({name.process_id for name in found.bundles}) == 4
    assert processes_unfinished(found) == 1
    # of the killed one's 11, those that a bundle had told of by then
    assert 10 + 12 + 10 < total([found], "invocations") < 10 + 11 + 12 + 10
    assert list(tmp_path.glob("lambda-usage-*/*/*.coverage")) == []
