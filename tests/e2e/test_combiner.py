"""The combiner function does not mind how events come, and survives whatever ends it.

Its zip runs in AWS's emulator with the real runtime client; bundles and results are in SeaweedFS,
which honours conditional writes; messages are in moto's SQS, with a dead-letter queue.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support import pythons
from tests.support.combiner_zip import PYTHON, unpacked_function
from tests.support.emulator import EmulatorError
from tests.support.holding_proxy import HoldingProxy
from tests.support.made_bundles import POISON, made_bundle
from tests.support.moto_server import MotoServer
from tests.support.paths import Unavailable
from tests.support.s3_server import S3Server

from .combiner import Queue, Site, shuffled

BUNDLES, DAYS, WAVES = 1000, 4, 5
DAY = "2025/11/22/"


@pytest.fixture
def site(combiner_task: Path, s3_server: S3Server, bucket: str) -> Site:
    found = pythons.found()
    if PYTHON not in found:
        pytest.skip(pythons.missing(PYTHON))
    try:
        return Site(pythons.environment(found[PYTHON]), combiner_task, s3_server, bucket)
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoServer]:
    try:
        with MotoServer() as server:
            yield server
    except Unavailable as reason:
        pytest.skip(str(reason))


def test_the_same_sources_give_the_same_bytes(combiner_task: Path, tmp_path: Path) -> None:
    unpacked_function(tmp_path)
    (first,) = (combiner_task.parent / "dist").glob("*.zip")
    assert first.read_bytes() == (tmp_path / "dist" / first.name).read_bytes()


@pytest.mark.timeout(900)
def test_repeated_reordered_and_concurrent_events_give_what_one_quiet_run_gives(
    site: Site, moto: MotoServer, tmp_path: Path
) -> None:
    site.put_inventory(tmp_path)
    queue = Queue.make(moto.sqs(), "bundles")
    bundles = [made_bundle(number, DAYS) for number in range(BUNDLES)]
    arrived = threading.Event()
    poison_bundle = f"coverage/{DAY}orders-poison-000000.coverage"

    def arrive() -> None:
        """Bundles come in waves; of each, events come later, some twice, in another order."""
        queue.send(["this is no event"])
        for wave in range(WAVES):
            keys = site.upload(bundles[wave::WAVES])
            if wave == 1:
                site.put({poison_bundle: POISON})
                keys.append(poison_bundle)
            told = (site.s3_event, site.eventbridge_event)
            events = [json.dumps(told[n % 2](key)) for n, key in enumerate(keys)]
            queue.send(shuffled(events, seed=wave))
        arrived.set()

    def combine() -> None:
        with site.function() as function:
            while True:
                last = arrived.is_set()
                if not queue.deliver(function) and last:
                    return

    with ThreadPoolExecutor(3) as pool:
        for future in [pool.submit(arrive), pool.submit(combine), pool.submit(combine)]:
            future.result()

    with site.function("quiet/") as quiet:
        quiet.invoke({"prefix": ""})
    chaos, calm = site.results(), site.results("quiet/")
    days = {name: content for name, content in calm.items() if name.count("/") == 3}
    assert len(days) == DAYS * 5
    assert chaos == days
    with site.function() as function:
        answer = function.invoke({"prefix": ""}).payload
    assert [each["status"] for each in answer["periods"]] == ["unchanged"] * DAYS + ["partial"]
    assert site.results() == calm

    whole = site.summary("")
    assert (whole["bundles"], whole["duplicates"]) == (BUNDLES, 0)
    assert whole["invocations"] == sum(10 + number % 5 for number in range(BUNDLES))
    assert [f"coverage/{each['name']}" for each in whole["broken"]] == [poison_bundle]
    assert site.summary(DAY)["status"] == "partial"
    assert queue.dead() == ["this is no event"]


@pytest.mark.parametrize("held", ["usage.coverage", "dead-code.json", "summary.json"])
@pytest.mark.parametrize("has_results", [False, True], ids=["first time", "again"])
def test_a_process_killed_half_way_loses_nothing_and_doubles_nothing(
    site: Site, moto: MotoServer, tmp_path: Path, held: str, has_results: bool
) -> None:
    site.put_inventory(tmp_path)
    site.upload(map(made_bundle, range(30)))
    with site.function() as function:
        if has_results:
            function.invoke({"day": "2025-11-22"})
        *_, key = site.upload(map(made_bundle, range(30, 40)))
        event = site.s3_event(key)
        with HoldingProxy(site.server.endpoint, held) as proxy, ThreadPoolExecutor(1) as pool:
            doomed = site.function(endpoint=proxy.url)
            doomed.start()
            answer = pool.submit(doomed.invoke, event)
            assert proxy.reached.wait(120)
            os.kill(doomed.runtime_pids()[-1], signal.SIGKILL)
            with contextlib.suppress(EmulatorError):  # the emulator may go with its runtime
                assert b"errorType" in answer.result().body
            doomed.kill()
            expected = ["usage.coverage", "dead-code.json", "hot-paths.json", "report.html"]
            written = [path.rpartition("/")[2] for path in proxy.writes]
            assert written == [*expected, held][: [*expected, held].index(held)]
        function.invoke(event)  # Lambda tries it again
    with site.function("quiet/") as quiet:
        quiet.invoke({"day": "2025-11-22"})
    assert site.results() == site.results("quiet/")
    assert site.summary(DAY)["bundles"] == 40


def test_of_a_batch_only_the_messages_that_failed_are_reported(site: Site) -> None:
    *_, key = site.upload(made_bundle(number, 2) for number in range(4))
    site.put({"combined/2025/11/22/usage.coverage": POISON})
    bodies = {
        "good": json.dumps(site.s3_event(key)),
        "unreadable": json.dumps(site.s3_event(f"coverage/{DAY}f-p-000000.coverage")),
        "nonsense": "nonsense",
        "test": json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent"}),
    }
    records = [
        {"eventSource": "aws:sqs", "messageId": name, "body": body} for name, body in bodies.items()
    ]
    with site.function() as function:
        call = function.invoke({"Records": records})
    failed = [each["itemIdentifier"] for each in call.payload["batchItemFailures"]]
    assert failed == ["unreadable", "nonsense"]
    assert sorted(site.results()) == [
        "2025/11/22/usage.coverage",
        "2025/11/23/summary.json",
        "2025/11/23/usage.coverage",
    ]
    assert metric(call.function_log, "MessagesFailed") == 2
    assert metric(call.function_log, "PeriodsFailed") == 1
    assert any("delete it to have it made anew" in line for line in call.function_log)


def test_a_schedule_writes_days_months_and_all_time_and_results_set_off_nothing(
    site: Site,
) -> None:
    site.upload(made_bundle(number, DAYS) for number in range(8))
    time = "2025-11-25T04:00:00Z"
    event = {"source": "aws.events", "detail-type": "Scheduled Event", "time": time}
    with site.function() as function:
        call = function.invoke(event)
        periods = {each["period"]: each["bundles"] for each in call.payload["periods"]}
        days = {f"2025-11-{day}": 2 for day in range(22, 26)}
        assert periods == {**days, "2025-11": 8, "all time": 8}
        assert metric(call.function_log, "PeriodsCombined") == 6
        assert all("holds no inventory" in each["no_reports"] for each in call.payload["periods"])

        before = site.results()
        for name in before:
            key = f"combined/{name}"
            for own in (site.s3_event(key), site.eventbridge_event(key)):
                assert function.invoke(own).payload == {"periods": []}
        again = function.invoke(event)
        assert {each["status"] for each in again.payload["periods"]} == {"unchanged"}
        assert site.results() == before


def test_an_event_that_fails_is_an_error_of_the_function_for_lambda_to_try_again(
    site: Site,
) -> None:
    with site.function() as function:
        assert function.invoke({"what": "is this"}).payload["errorType"] == "UnknownEventError"
        site.put({"combined/2025/11/22/usage.coverage": POISON})
        *_, key = site.upload([made_bundle(0)])
        answer = function.invoke(site.s3_event(key)).payload
        assert answer["errorType"] == "WorkError"
        assert "2025-11-22: ResultError" in answer["errorMessage"]


def metric(lines: tuple[str, ...], name: str) -> float:
    """The sum of a metric in the log."""
    found = [json.loads(line) for line in lines if '"_aws"' in line and f'"{name}"' in line]
    return sum(sum(each[name]) if isinstance(each[name], list) else each[name] for each in found)
