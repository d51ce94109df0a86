"""A function under test in one sandbox, and a ledger that it keeps of what really ran."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.support.emulator import Emulator
from tests.support.pythons import PythonEnv
from tests.support.s3_server import S3Server

APP = """
import os
import sys
import time

from lambda_usage import flush
from lambda_usage.delivery import breaker

LEDGER = os.open(os.environ["LEDGER"], os.O_CREAT | os.O_APPEND | os.O_WRONLY)

def note(*words):
    # one write of one line: it is in the kernel's hands, whatever becomes of this process
    os.write(LEDGER, (" ".join(map(str, (os.getpid(), *words))) + "\\n").encode())

class Maker(flush.BundleMaker):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        note("is", self.process_id)

flush.BundleMaker = Maker
if "PAUSE" in os.environ:  # a test cannot wait for an hour until a store is asked again
    breaker._FIRST_PAUSE = breaker._LONGEST_PAUSE = float(os.environ["PAUSE"])

def handler(event, context):
    kind = event["kind"]
    note("ran", kind, time.time())
    time.sleep(event.get("seconds", 0))
    if kind == "slow":
        slow()
    if kind == "exit":
        sys.exit(1)
    return {"kind": kind, "square": WAYS[kind](event["n"])}

def even(n):
    return n * n

def odd(n):
    return n * n

def rare(n):
    return n * n

def slow():
    time.sleep(30)

def never(n):
    return n * n

WAYS = {"even": even, "odd": odd, "rare": rare, "slow": even}
"""


@dataclass
class Life:
    """What the ledger says of one process."""

    process_id: str = ""
    """As its bundles have it; empty where it never made one."""
    ran: list[tuple[str, float]] = field(default_factory=list)
    """Kind of event, and when its handler began."""


class Sandbox:
    """One execution environment: emulators in it share ``/tmp``, as Lambda's processes do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.task = folder / "task"
        for each in (self.task, folder / "tmp"):
            each.mkdir(parents=True)
        (self.task / "app.py").write_text(APP)

    def emulator(
        self,
        env: PythonEnv,
        opt: Path,
        server: S3Server,
        bucket: str,
        endpoint: str,
        *,
        timeout_s: int = 30,
        **variables: str,
    ) -> Emulator:
        return Emulator(
            env,
            self.task,
            "app.handler",
            opt=opt,
            function_name="orders",
            timeout_s=timeout_s,
            variables={
                **server.variables,
                "AWS_LAMBDA_EXEC_WRAPPER": str(opt / "lambda-usage"),
                "AWS_ENDPOINT_URL": endpoint,
                "COVERAGE_S3_BUCKET": bucket,
                "COVERAGE_FLUSH_INTERVAL": "0",
                "COVERAGE_OVERHEAD_BUDGET": "1",
                "COVERAGE_LOG_LEVEL": "DEBUG",
                "TMPDIR": str(self.folder / "tmp"),
                "LEDGER": str(self.folder / "ledger"),
                **variables,
            },
        )

    def ledger(self) -> list[Life]:
        """What really ran, by process."""
        found: dict[int, Life] = {}
        path = self.folder / "ledger"
        for line in path.read_text().splitlines() if path.exists() else ():
            pid, what, *words = line.split()
            life = found.setdefault(int(pid), Life())
            if what == "is":
                life.process_id = words[0]
            else:
                life.ran.append((words[0], float(words[1])))
        return list(found.values())

    def waiting(self) -> list[Path]:
        return sorted((self.folder / "tmp").rglob("*.coverage"))
