"""Managed Instances: awslambdaric's own runner forks workers, which share ``/tmp``.

The runtime client, the exec wrapper and the layer are the real ones; the Runtime API is ours, since
AWS's emulator serves one invocation at a time. What cannot be shown here: how Lambda ends such
workers (here all get SIGTERM, and SIGKILL when their last bundles are there), nor the socket that
their output goes to.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lambda_usage.bundle.model import Bundle
from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.stores import open_store
from lambda_usage.evidence.summary import bundles_missing, processes_unfinished
from tests.support.emulator import REGION
from tests.support.pythons import PythonEnv
from tests.support.runtime_api import PATIENCE, RuntimeApi

from .test_lifecycle import count, losses

RUNTIME = Path(__file__).parents[1] / "support" / "runtime"
WORKERS = 3
APP = """
import os
import urllib.request

def handler(event, context):
    if event.get("meet"):
        meet()
    return os.getpid()

def meet():
    address = os.environ["AWS_LAMBDA_RUNTIME_API"]
    urllib.request.urlopen(f"http://{address}/meet").read()
"""
MEET = [{"meet": True}] * WORKERS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks, as Lambda does")


class Instance:
    """Workers of one function, in a process group of their own."""

    def __init__(self, env: PythonEnv, opt: Path, folder: Path) -> None:
        self._env, self._opt, self.folder = env, opt, folder
        for name in ("task", "tmp"):
            (folder / name).mkdir()
        (folder / "task" / "app.py").write_text(APP)

    @contextmanager
    def started(self) -> Iterator[RuntimeApi]:
        """The workers, until the block ends: whoever is left then is killed."""
        with RuntimeApi(WORKERS) as api, (self.folder / "log").open("ab") as log:
            variables = {
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "AWS_LAMBDA_RUNTIME_API": api.address,
                "AWS_LAMBDA_MAX_CONCURRENCY": str(WORKERS),
                "AWS_LAMBDA_INITIALIZATION_TYPE": "lambda-managed-instances",
                "AWS_LAMBDA_FUNCTION_NAME": "function",
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "2048",
                "AWS_EXECUTION_ENV": f"AWS_Lambda_python{self._env.version}",
                "AWS_REGION": REGION,
                "LAMBDA_TASK_ROOT": str(self.folder / "task"),
                "LAMBDA_RUNTIME_DIR": str(RUNTIME),
                "COVERAGE_S3_BUCKET": str(self.folder / "store"),
                "COVERAGE_OVERHEAD_BUDGET": "1",
                "TMPDIR": str(self.folder / "tmp"),
                "_HANDLER": "app.handler",
            }
            wrapper = [str(self._opt / "lambda-usage"), str(self._env.executable)]
            self._process = subprocess.Popen(
                [*wrapper, str(RUNTIME / "bootstrap.py"), str(self._opt)],
                cwd=self.folder / "task",
                env=variables,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                yield api
            finally:
                self._signal(signal.SIGKILL)
                self._process.wait()

    def end(self, finished: int) -> None:
        """SIGTERM for all, and wait for so many last bundles."""
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while self.finished() < finished:
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.05)

    def finished(self) -> int:
        return sum(info.final for info in self.combined().bundles.values())

    def combined(self) -> Bundle:
        (self.folder / "store").mkdir(exist_ok=True)
        return combine_store(open_store(str(self.folder / "store"))).bundle

    def _signal(self, number: signal.Signals) -> None:
        os.killpg(self._process.pid, number)


@pytest.fixture
def instance(python_env: PythonEnv, layer_opt: Path, tmp_path: Path) -> Instance:
    if python_env.version < "3.13":
        pytest.skip("Managed Instances came with Python 3.13")
    return Instance(python_env, layer_opt, tmp_path)


def test_workers_that_share_a_sandbox_are_processes_of_their_own(instance: Instance) -> None:
    with instance.started() as api:
        assert len(set(api.invoke(*MEET))) == WORKERS  # each had one, at the same time
        assert len(api.invoke(*[{}] * 30)) == 30
        instance.end(WORKERS)
        assert api.registered == 0  # SIGTERM comes all the same
    found = instance.combined()
    assert {each.initialization_type for each in found.origins} == {"lambda-managed-instances"}
    assert len({name.process_id for name in found.bundles}) == WORKERS
    assert (count(found), count(found, "inits")) == (33, WORKERS)
    # one at a time in each worker: none overlaps another, and no fork is one of the handler's
    assert (count(found, "windows"), count(found, "windows_voided")) == (33, 0)
    assert losses(found) == {}
    assert (bundles_missing(found), processes_unfinished(found)) == (0, 0)
    assert list((instance.folder / "tmp").rglob("*.coverage")) == []


def test_a_worker_that_is_killed_takes_nothing_of_the_others_with_it(instance: Instance) -> None:
    with instance.started() as api:
        victim, *_ = api.invoke(*MEET)
        os.kill(victim, signal.SIGKILL)
        instance.end(WORKERS - 1)
    found = instance.combined()
    assert WORKERS - 1 <= count(found) <= WORKERS
    assert losses(found) == {}
    assert processes_unfinished(found) == count(found) - (WORKERS - 1)
