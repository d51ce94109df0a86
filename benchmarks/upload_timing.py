"""When to upload, compared in AWS's emulator: python -m benchmarks.upload_timing

a  an internal extension that is registered for INVOKE uploads after the response
b  as shipped: one that is registered for no event; uploads overlap a later invocation
c  a thread that starts when the handler has ended, and no extension at all
s  between the handler's result and the response, as a wrapper that uploads by itself does

Each runs a handler that waits and one that computes, in turns with the bare function. Between
invocations the process is stopped with SIGSTOP, as Lambda freezes it. RTDONE is what the caller
waits for; REPORT is what is billed, and how long the environment takes no other invocation.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from lambda_usage.bundle.reader import read_bundle
from tests.support import pythons
from tests.support.emulator import Emulator
from tests.support.layer import unpacked_layer
from tests.support.pythons import PythonEnv
from tests.support.s3_server import S3Server

APP = """
import os
import time

def handler(event, context):
    if event["kind"] == "waits":
        time.sleep(0.02)
    else:
        end = time.thread_time() + 0.01
        while time.thread_time() < end:
            pass
    return event

if os.environ.get("STRATEGY", "b") != "b":
    import strategies
"""

STRATEGIES = """
import json
import os
import threading
from http.client import HTTPConnection

from lambda_usage.attach import starting
from lambda_usage.delivery import shutdown

agent = starting._agent
dispatch = agent.dispatch
begin_hook, end = dispatch.before, agent.end
strategy = os.environ["STRATEGY"]
ended = threading.Event()

def at_once(batch):
    dispatch._count_threads(1)
    dispatch._work(batch)
    return True

dispatch.before = lambda context: None

def end_and_upload(invocation, *, error):
    end(invocation, error=error)
    begin_hook(None)

def end_and_tell(invocation, *, error):
    end(invocation, error=error)
    ended.set()

def extension():
    headers = {"Lambda-Extension-Name": "upload", "Content-Type": "application/json"}
    api = HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    body = json.dumps({"events": ["INVOKE"]})
    api.request("POST", "/2020-01-01/extension/register", body, headers)
    answer = api.getresponse()
    answer.read()
    identity = {"Lambda-Extension-Identifier": answer.headers["Lambda-Extension-Identifier"]}
    registered.set()
    while True:
        api.request("GET", "/2020-01-01/extension/event/next", headers=identity)
        api.getresponse().read()
        ended.wait()
        ended.clear()
        begin_hook(None)

if strategy == "s":
    dispatch._in_background = at_once
    agent.end = end_and_upload
elif strategy == "c":
    agent.end = end_and_upload
else:
    dispatch._in_background = at_once
    agent.end = end_and_tell
    registered = threading.Event()
    threading.Thread(target=extension, name="lambda-usage", daemon=True).start()
    registered.wait()
"""

NAMES = {
    "bare": "bare function",
    "a": "extension for INVOKE, after the response",
    "b": "extension for no event, overlapping (shipped)",
    "c": "thread at the handler's end, no extension",
    "s": "before the response",
}
FLUSH_INTERVAL = 0.25


@dataclass
class Found:
    """Of one strategy and one kind of handler."""

    rtdone: list[float] = field(default_factory=list)
    report: list[float] = field(default_factory=list)
    sent: int = 0
    arrived: int = 0
    bundles: int = 0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--invocations", type=int, default=150, help="for each row and round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--python", default="3.13", choices=pythons.VERSIONS)
    options = parser.parse_args()
    env = pythons.environment(pythons.found()[options.python])
    found = {(name, kind): Found() for kind in ("waits", "computes") for name in NAMES}
    with tempfile.TemporaryDirectory() as folder, S3Server() as server:
        opt = unpacked_layer(Path(folder))
        task = Path(folder) / "task"
        task.mkdir()
        (task / "app.py").write_text(APP)
        (task / "strategies.py").write_text(STRATEGIES)
        for _ in range(options.rounds):
            for (name, kind), row in found.items():
                measure(env, opt, task, server, name, kind, options.invocations, row)
    print("milliseconds          RTDONE: median    p90    p99    max   REPORT: mean   arrived")
    for (name, kind), row in found.items():
        cuts = statistics.quantiles(row.rtdone, n=100)
        arrived = f"{row.arrived / row.sent:8.1%} in {row.bundles} bundles" if row.bundles else ""
        print(
            f"{kind:9} {name:5}          {cuts[49]:12.2f} {cuts[89]:6.2f} {cuts[98]:6.2f} "
            f"{max(row.rtdone):6.1f} {statistics.mean(row.report):14.2f}  {arrived}"
        )
    print(*(f"{name:5} {what}" for name, what in NAMES.items()), sep="\n")


def measure(
    env: PythonEnv,
    opt: Path,
    task: Path,
    server: S3Server,
    name: str,
    kind: str,
    invocations: int,
    row: Found,
) -> None:
    """One process, from its first invocation to SIGTERM."""
    bucket = server.bucket()
    variables = {} if name == "bare" else _variables(opt, server, bucket, name)
    with (
        tempfile.TemporaryDirectory() as tmp,
        Emulator(
            env, task, "app.handler", opt=opt, variables={**variables, "TMPDIR": tmp}
        ) as emulator,
    ):
        for number in range(invocations):
            answer = emulator.invoke({"kind": kind})
            (pid,) = emulator.runtime_pids()
            if number > 1:  # the first pay for the start
                row.rtdone.append(answer.rtdone_ms or 0.0)
                row.report.append(answer.duration_ms or 0.0)
            os.kill(pid, signal.SIGSTOP)
            time.sleep(0.01)
            os.kill(pid, signal.SIGCONT)
        row.sent += invocations
        emulator.stop()
    with tempfile.NamedTemporaryFile() as file:
        client = server.client()
        for key in server.keys(bucket):
            body = client.get_object(Bucket=bucket, Key=key)["Body"].read()
            Path(file.name).write_bytes(body)
            row.bundles += 1
            for usage in read_bundle(file.name).origins.values():
                row.arrived += sum(each.invocations for each in usage.exposures.values())
        client.close()


def _variables(opt: Path, server: S3Server, bucket: str, name: str) -> dict[str, str]:
    return {
        **server.variables,
        "AWS_LAMBDA_EXEC_WRAPPER": str(opt / "lambda-usage"),
        "COVERAGE_S3_BUCKET": bucket,
        "COVERAGE_FLUSH_INTERVAL": str(FLUSH_INTERVAL),
        "COVERAGE_OVERHEAD_BUDGET": "1",  # bundles leave when they are due
        "COVERAGE_SAMPLE_RATE": "0.01",
        # Ours is not registered where the strategy has another or none.
        "AWS_LAMBDA_INITIALIZATION_TYPE": (
            "on-demand" if name in "bs" else "lambda-managed-instances"
        ),
        "STRATEGY": name,
    }


if __name__ == "__main__":
    main()
