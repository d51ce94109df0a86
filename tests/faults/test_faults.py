"""With every fault of the store, results are those without it, and nothing is lost in the end.

Through AWS's emulator, the real runtime client, the built layer and a real S3 server behind a
proxy that misbehaves. How long invocations take then: benchmarks/faults.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lambda_usage.bundle.model import Bundle
from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.stores import open_store
from lambda_usage.evidence.summary import bundles_missing, processes_unfinished
from tests.support.emulator import Emulator
from tests.support.pythons import PythonEnv
from tests.support.s3_server import S3Server

from . import proxy
from .function import Sandbox
from .proxy import Choose, FaultyStore, always, half

INVOCATIONS = 12


@pytest.fixture
def store(s3_server: S3Server) -> Iterator[FaultyStore]:
    with FaultyStore(s3_server.endpoint) as found:
        yield found


def combined(server: S3Server, bucket: str, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    for name, value in server.variables.items():
        monkeypatch.setenv(name, value)
    found = combine_store(open_store(f"s3://{bucket}/coverage/"))
    assert (found.broken, found.duplicates) == ((), 0)
    return found.bundle


def invocations(bundle: Bundle) -> int:
    return sum(e.invocations for usage in bundle.origins.values() for e in usage.exposures.values())


FAULTS: dict[str, Choose] = {
    "hanging": always(proxy.HANG),
    "slow": always(proxy.SLOW),
    "refusing": always(proxy.REFUSE),
    "throttling": always(proxy.THROTTLE),
    "resetting": always(proxy.RESET),
    "unheard": always(proxy.UNHEARD),
    "500 half of the time": half(proxy.BROKEN, 7),
    "stored, then 500, half of the time": half(proxy.LATE_500, 7),
}


@pytest.mark.parametrize("fault", ["unreachable", *FAULTS])
def test_results_are_unchanged_and_when_the_store_is_back_all_is_delivered(
    fault: str,
    python_env: PythonEnv,
    layer_opt: Path,
    s3_server: S3Server,
    bucket: str,
    store: FaultyStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sandbox = Sandbox(tmp_path)
    if fault == "unreachable":
        store.close()
    else:
        store.choose = FAULTS[fault]

    def emulator(upload_timeout: str = "30") -> Emulator:
        return sandbox.emulator(
            python_env,
            layer_opt,
            s3_server,
            bucket,
            store.url,
            COVERAGE_UPLOAD_TIMEOUT=upload_timeout,
        )

    with emulator("1") as function:
        for n in range(INVOCATIONS):
            kind = ("even", "odd")[n % 2]
            assert function.invoke({"kind": kind, "n": n}).payload == {
                "kind": kind,
                "square": n * n,
            }
        if fault == "unreachable":
            function.wait_for_log("could not be delivered|cannot be delivered")
        else:
            store.wait_for_requests(1)
        function.kill()  # the worst that can happen now: its process cannot even say goodbye
    if fault == "unreachable":
        store.open()
    store.choose = always(proxy.OK)
    with emulator() as function:
        answer = function.invoke({"kind": "rare", "n": 3})
        assert answer.payload == {"kind": "rare", "square": 9}
    found = combined(s3_server, bucket, monkeypatch)
    assert sandbox.waiting() == []
    assert bundles_missing(found) == 0
    assert processes_unfinished(found) == 1  # the one that was killed
    # what SIGKILL costs is what no bundle told of yet: with one at the beginning of each
    # invocation, the last, and those during which an earlier bundle was still under way
    assert 2 <= invocations(found) <= INVOCATIONS + 1
    (usage, *_) = found.origins.values()
    names = {key.qualname for key, code in usage.codes.items() if code.invoke_lines}
    assert "rare" in names
    assert "never" not in names


def test_a_store_that_comes_back_while_the_process_lives_gets_everything(
    python_env: PythonEnv,
    layer_opt: Path,
    s3_server: S3Server,
    bucket: str,
    store: FaultyStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sandbox = Sandbox(tmp_path)
    store.choose = always(proxy.UNHEARD)
    with sandbox.emulator(
        python_env, layer_opt, s3_server, bucket, store.url, COVERAGE_UPLOAD_TIMEOUT="1"
    ) as function:
        for n in range(INVOCATIONS):
            function.invoke({"kind": "even", "n": n})
        function.wait_for_log("could not be delivered|cannot be delivered")
        store.choose = always(proxy.OK)
        function.stop()
    found = combined(s3_server, bucket, monkeypatch)
    assert invocations(found) == INVOCATIONS
    assert (bundles_missing(found), processes_unfinished(found)) == (0, 0)
    assert sandbox.waiting() == []
    assert store.conditional, "what may have been stored is not stored again"


def test_a_full_tmp_costs_nothing_while_the_store_works(
    python_env: PythonEnv,
    layer_opt: Path,
    s3_server: S3Server,
    bucket: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sandbox = Sandbox(tmp_path)
    with sandbox.emulator(
        python_env, layer_opt, s3_server, bucket, s3_server.endpoint, TMPDIR="/proc/no-room-here"
    ) as function:
        for n in range(INVOCATIONS):
            assert function.invoke({"kind": "odd", "n": n}).payload["square"] == n * n
        function.wait_for_log("uploaded successfully")
    found = combined(s3_server, bucket, monkeypatch)
    assert invocations(found) == INVOCATIONS
    assert processes_unfinished(found) == 0
