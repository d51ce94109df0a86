"""Random faults, kills, ends and timeouts, seeded; then the ledger is compared with the data.

    python -m tests.faults.chaos --invocations 10000 --sandboxes 20 --seed 1

Each sandbox is an execution environment whose ``/tmp`` outlives its processes. Invocations go on
through AWS's emulator while processes are ended in its middle; the store misbehaves all the time.
In the end it works, one more process comes to each sandbox, and everything that waits must leave.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from lambda_usage.bundle.model import Bundle, BundleId
from lambda_usage.bundle.reader import read_bundle
from lambda_usage.combine.merge import merge_into
from lambda_usage.delivery.dispatch import NOT_MADE
from lambda_usage.delivery.waiting import DROPPED_INVOCATIONS
from lambda_usage.evidence.dead_code import dead_code_report
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.model import Thresholds, Verdict
from tests.support import pythons
from tests.support.emulator import Emulator
from tests.support.layer import unpacked_layer
from tests.support.pythons import PythonEnv
from tests.support.s3_server import S3Server

from . import proxy
from .function import Life, Sandbox
from .proxy import FaultyStore

FLUSH_INTERVAL = 0.1
LONGEST_INTERVAL = FLUSH_INTERVAL * 4 * 1.1
"""It grows while nothing new is seen, and varies."""

WRITING = 1.5
"""Seconds that a bundle may take to reach the disk while everything else runs here too."""

FAULTS = {
    proxy.OK: 40,
    proxy.SLOW: 3,
    proxy.HANG: 3,
    proxy.REFUSE: 6,
    proxy.THROTTLE: 14,
    proxy.BROKEN: 14,
    proxy.RESET: 8,
    proxy.UNHEARD: 8,
    proxy.LATE_500: 4,
}
ENDS = {"sigterm": 3, "sigkill": 3, "sigkill between": 2, "timeout": 1, "exit": 1}
KINDS = {"even": 50, "odd": 49, "rare": 1}


@dataclass
class Result:
    """What happened, and what came of it."""

    differed: list[str] = field(default_factory=list)
    """Invocations that failed, or whose result was another one."""
    lives: list[Life] = field(default_factory=list)
    bundle: Bundle = field(default_factory=Bundle)
    delivered: dict[str, int] = field(default_factory=dict)
    """Invocations by process."""
    stated: dict[str, int] = field(default_factory=dict)
    """Invocations that a process said were lost."""
    waiting: int = 0
    requests: dict[str, int] = field(default_factory=dict)

    @property
    def finished(self) -> set[str]:
        return {info.id.process_id for info in self.bundle.bundles.values() if info.final}


class Chaos:
    """One run."""

    def __init__(
        self, env: PythonEnv, opt: Path, server: S3Server, store: FaultyStore, folder: Path
    ) -> None:
        self._env = env
        self._opt = opt
        self._server = server
        self._store = store
        self._bucket = server.bucket()
        self._folder = folder
        self._result = Result()

    def run(self, invocations: int, sandboxes: int, seed: int, at_once: int = 2) -> Result:
        self._store.choose = proxy.mixed(FAULTS, seed)
        boxes = [Sandbox(self._folder / f"sandbox-{number}") for number in range(sandboxes)]
        share = [invocations // sandboxes] * sandboxes
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(self._live, boxes, share, range(seed, seed + sandboxes)))
        self._store.choose = proxy.always(proxy.OK)
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(self._heal, boxes))
        for box in boxes:
            self._result.lives += box.ledger()
            self._result.waiting += len(box.waiting())
        self._result.requests = dict(self._store.requests)
        self._collect()
        return self._result

    def _emulator(self, box: Sandbox) -> Emulator:
        return box.emulator(
            self._env,
            self._opt,
            self._server,
            self._bucket,
            self._store.url,
            timeout_s=2,
            COVERAGE_FLUSH_INTERVAL=str(FLUSH_INTERVAL),
            COVERAGE_UPLOAD_TIMEOUT="1.5",
            COVERAGE_LOG_LEVEL="ERROR",
            PAUSE="0.5",
        )

    def _live(self, box: Sandbox, invocations: int, seed: int) -> None:
        draws = random.Random(seed)
        while invocations > 0:
            with self._emulator(box) as emulator:
                for _ in range(draws.randint(1, 4)):  # processes, one after the other
                    number = min(draws.randint(1, 120), invocations)
                    invocations -= number
                    for _ in range(number):
                        self._invoke(emulator, draws)
                    if not self._end(emulator, draws) or not invocations:
                        break

    def _invoke(self, emulator: Emulator, draws: random.Random) -> None:
        (kind,) = draws.choices([*KINDS], [*KINDS.values()])
        n = draws.randrange(1000)
        answer = emulator.invoke({"kind": kind, "n": n, "seconds": draws.random() / 50})
        if answer.status != 200 or answer.payload != {"kind": kind, "square": n * n}:
            self._result.differed.append(f"{kind} {n}: {answer.status} {answer.body!r}")

    def _end(self, emulator: Emulator, draws: random.Random) -> bool:
        """End the present process; whether its emulator can go on with another."""
        (how,) = draws.choices([*ENDS], [*ENDS.values()])
        if how == "sigterm":
            emulator.stop()
        elif how == "sigkill":
            emulator.kill()
        elif how == "sigkill between":
            os.kill(emulator.runtime_pids()[-1], signal.SIGKILL)
            emulator.invoke({"kind": "even", "n": 1})  # the emulator notices, and answers 502
            return True
        elif how == "timeout":
            emulator.invoke({"kind": "slow", "n": 1})
            return True
        else:
            emulator.invoke({"kind": "exit", "n": 1})
            return True
        return False

    def _heal(self, box: Sandbox) -> None:
        with self._emulator(box) as emulator:
            self._invoke(emulator, random.Random(1))
            emulator.stop()
        if box.waiting():  # half a second is short on a busy machine: there will be another
            with self._emulator(box) as emulator:
                self._invoke(emulator, random.Random(1))
                emulator.wait_for_log("uploaded successfully")

    def _collect(self) -> None:
        client = self._server.client()
        path = self._folder / "read"
        for key in self._server.keys(self._bucket, "coverage/"):
            path.write_bytes(client.get_object(Bucket=self._bucket, Key=key)["Body"].read())
            bundle = read_bundle(path)
            (name,) = bundle.bundles
            self._note(name, bundle)
            assert merge_into(self._result.bundle, bundle), f"{key} is there twice"
        client.close()

    def _note(self, name: BundleId, bundle: Bundle) -> None:
        process, result = name.process_id, self._result
        for usage in bundle.origins.values():
            number = sum(each.invocations for each in usage.exposures.values())
            result.delivered[process] = result.delivered.get(process, 0) + number
            lost = usage.losses[NOT_MADE] + usage.losses[DROPPED_INVOCATIONS]
            result.stated[process] = result.stated.get(process, 0) + lost


def problems(result: Result, source: Path) -> list[str]:
    """What is not as it ought to be."""
    found = [f"an invocation differed: {each}" for each in result.differed]
    if result.waiting:
        found.append(f"{result.waiting} bundles still wait")
    for life in result.lives:
        found += _accounts(life, result)
    found += _used_and_dead(result, source)
    return found


def _accounts(life: Life, result: Result) -> list[str]:
    ran = sorted(at for _, at in life.ran)
    known = result.delivered.get(life.process_id, 0) + result.stated.get(life.process_id, 0)
    name = life.process_id or "a process without bundles"
    if known > len(ran):
        return [f"{name}: {known} invocations are counted, {len(ran)} ran"]
    missing = len(ran) - known
    if not missing:
        return []
    if life.process_id in result.finished:
        return [f"{name} finished, and {missing} of {len(ran)} invocations are not accounted for"]
    unaccounted = ran[-1] - ran[known]
    # what the last flush did not hold, and what came while its bundle was being written
    if unaccounted > LONGEST_INTERVAL + WRITING:
        return [f"{name}: {missing} of {len(ran)} are missing, over {unaccounted:.2f} s"]
    return []


def _used_and_dead(result: Result, source: Path) -> list[str]:
    kinds = {kind for life in result.lives for kind, _ in life.ran}
    report = dead_code_report(
        result.bundle, read_inventory(source), Thresholds(min_exposure=1, min_days=0)
    )
    verdicts = {each.name: each.verdict for each in report.functions}
    dead = [
        f"{name} ran and is called dead"
        for name in ("handler", "note", *(kinds & {"even", "odd", "rare"}))
        if verdicts.get(name) is Verdict.DEAD
    ]
    if verdicts.get("never") is not Verdict.DEAD:
        dead.append(f"what never ran is called {verdicts.get('never')}")
    return dead


def summary(result: Result) -> str:
    """What happened, in a few lines."""
    ran = sum(len(life.ran) for life in result.lives)
    finished = result.finished
    unfinished = [life for life in result.lives if life.process_id not in finished]
    silent = [life for life in unfinished if not result.delivered.get(life.process_id)]
    delivered = sum(result.delivered.values())
    lost = sum(
        len(life.ran) - result.delivered.get(life.process_id, 0)
        for life in result.lives
        if life.process_id in finished
    )
    return "\n".join(
        [
            f"{ran:,} invocations ran in {len(result.lives)} processes; "
            f"{len(result.differed)} failed or differed",
            "store: " + ", ".join(f"{n:,} {each}" for each, n in sorted(result.requests.items())),
            f"{len(result.bundle.bundles)} bundles; {delivered:,} invocations delivered",
            f"{len(finished)} processes finished; of their invocations {lost} are missing, "
            f"{sum(result.stated.values())} stated as lost",
            f"{len(unfinished)} processes did not finish, {len(silent)} of them silent; of their "
            f"invocations {ran - delivered - lost} are missing",
        ]
    )


def main() -> int:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invocations", type=int, default=10_000)
    parser.add_argument("--sandboxes", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--python", default="3.13", choices=pythons.VERSIONS)
    options = parser.parse_args()
    env = pythons.environment(pythons.found()[options.python])
    with tempfile.TemporaryDirectory() as name, S3Server() as server:
        folder = Path(name)
        opt = unpacked_layer(folder)
        with FaultyStore(server.endpoint) as store:
            chaos = Chaos(env, opt, server, store, folder)
            result = chaos.run(options.invocations, options.sandboxes, options.seed)
        found = problems(result, folder / "sandbox-0" / "task")
    print(summary(result))
    print("\n".join(found) or "Everything is accounted for.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
