"""A function under test in one sandbox, and a ledger that it keeps of what really ran."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.support.emulator import Emulator
from tests.support.pythons import PythonEnv
from tests.support.s3_server import S3Server

APP = """
import json
import os

LEDGER = os.open(os.environ["LEDGER"], os.O_CREAT | os.O_APPEND | os.O_WRONLY)

def handler(event, context):
    kind = event["kind"]
    # one write of one line: it is in the kernel's hands, whatever becomes of this process
    os.write(LEDGER, f"{os.getpid()} {kind}\\n".encode())
    if kind == "slow":
        slow()
    return {"kind": kind, "square": WAYS[kind](event["n"])}

def even(n):
    return n * n

def odd(n):
    return n * n

def rare(n):
    return n * n

def slow():
    import time
    time.sleep(30)

def never(n):
    return n * n

WAYS = {"even": even, "odd": odd, "rare": rare, "slow": even}
"""


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

    def ledger(self) -> dict[int, Counter[str]]:
        """What really ran: by process id of the operating system, kinds of events."""
        found: dict[int, Counter[str]] = {}
        if (self.folder / "ledger").exists():
            for line in (self.folder / "ledger").read_text().splitlines():
                pid, kind = line.split()
                found.setdefault(int(pid), Counter())[kind] += 1
        return found

    def waiting(self) -> list[Path]:
        return sorted((self.folder / "tmp").rglob("*.coverage"))
