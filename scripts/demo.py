"""The whole way on real parts: `make demo`.

An order service runs in AWS's own emulator, twice at once, with the built layer in front of it. Its
bundles go to a real S3 server. They are combined, both reports are printed, and the verdicts are
held against the list that lies beside the service.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from examples.order_service.traffic import events  # noqa: E402
from tests.support import pythons  # noqa: E402
from tests.support.emulator import Emulator, EmulatorError  # noqa: E402
from tests.support.layer import unpacked_layer  # noqa: E402
from tests.support.paths import BUILD, Unavailable  # noqa: E402
from tests.support.s3_server import S3Server  # noqa: E402

SERVICE = ROOT / "examples" / "order_service"
APP = SERVICE / "app"
DEMO = BUILD / "demo"
INVOCATIONS = 2000
PROCESSES = 2

console = Console(highlight=False)


def main() -> int:
    """Runs the demo; 0 if every verdict is as expected."""
    try:
        return _demo()
    except (Unavailable, EmulatorError) as reason:
        console.print(f"\n[bold red]The demo cannot run:[/] {reason}", soft_wrap=True)
        return 1


def _demo() -> int:
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir(parents=True)
    runtime = pythons.running()
    _step(f"Building the layer, and an environment like Lambda's for Python {runtime.version}")
    opt = unpacked_layer(DEMO)
    env = pythons.environment(runtime)
    _step("Starting SeaweedFS, an S3 server (some seconds)")
    with S3Server() as server:
        bucket = server.bucket()
        _step(
            f"Sending {INVOCATIONS:,} invocations to the order service, in {PROCESSES} processes "
            "of AWS's Runtime Interface Emulator"
        )
        _run_service(env, opt, server, bucket)
        _step(f"{len(server.keys(bucket, 'coverage/'))} bundles are in s3://{bucket}/coverage/")
        return _report(server, f"s3://{bucket}/coverage/")


def _run_service(env: pythons.PythonEnv, opt: Path, server: S3Server, bucket: str) -> None:
    variables = {
        **server.variables,
        "AWS_LAMBDA_EXEC_WRAPPER": str(opt / "lambda-usage"),
        "COVERAGE_S3_BUCKET": bucket,
        # A fleet takes its time; the demo lasts seconds. Every invocation becomes a window.
        "COVERAGE_FLUSH_INTERVAL": "0.2",
        "COVERAGE_OVERHEAD_BUDGET": "1",
        "COVERAGE_MAX_WINDOWS_PER_MINUTE": "1000000",
    }
    columns = TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn()
    failed = threading.Event()

    def serve(number: int) -> None:
        emulator = Emulator(
            env, APP, "app.handler", opt=opt, variables=variables, function_name="order-service"
        )
        with emulator:
            for event in traffic[number::PROCESSES]:
                if failed.is_set():
                    return
                answer = emulator.invoke(event).payload
                if "errorType" in answer:
                    raise EmulatorError(f"the order service failed: {answer}")
                progress.advance(bars[number])
            emulator.wait_for_log("uploaded successfully", timeout_s=30)

    traffic = events(INVOCATIONS)
    with (
        Progress(*columns, TimeElapsedColumn(), console=console) as progress,
        ThreadPoolExecutor(PROCESSES) as pool,
    ):
        bars = [
            progress.add_task(f"process {number + 1}", total=len(traffic[number::PROCESSES]))
            for number in range(PROCESSES)
        ]
        for each in [pool.submit(serve, number) for number in range(PROCESSES)]:
            try:
                each.result()
            except BaseException:
                failed.set()
                raise


def _report(server: S3Server, store: str) -> int:
    combined = str(DEMO / "combined.coverage")
    source = ["--source", str(APP.relative_to(ROOT))]
    _step("Combining, and reporting")
    _cli(server, "combine", store, "--output", _short(combined))
    for name, options in (
        ("dead-code", [*source, "--min-days", "0"]),
        ("hot-paths", source),
    ):
        command = ["report", name, _short(combined), *options]
        _cli(server, *command)
        output = _short(str(DEMO / f"{name}.json"))
        _cli(server, *command, "--format", "json", "--output", output)
    return _compare()


def _compare() -> int:
    found = json.loads((DEMO / "dead-code.json").read_text())
    listed = json.loads((SERVICE / "expected.json").read_text())["functions"]
    expected = {name: {k: v for k, v in e.items() if k != "why"} for name, e in listed.items()}
    verdicts = {
        f"{each['file']} {each['name']}": {
            "verdict": each["verdict"],
            "dead_lines": [[p["first"], p["last"], p["kind"]] for p in each["dead_lines"]],
        }
        for each in found["functions"]
    }
    wrong = _differences(expected, verdicts)
    console.rule()
    if wrong:
        console.print("[bold red]Not what examples/order_service/expected.json says:[/]")
        for line in wrong:
            console.print(f"  {line}", soft_wrap=True)
        return 1
    console.print(
        f"[bold green]All {len(verdicts)} verdicts, and all dead lines, are as "
        "examples/order_service/expected.json says.[/]"
    )
    console.print(
        "The demo ran with --min-days 0, because its whole traffic came within seconds. Without it"
        " nothing would be 'dead' before 14 days of traffic: a year-end job looks dead in between."
        " Module and class bodies of the file that nobody imports stay 'unproven': they would run"
        " when a process starts, and two starts prove little.\n"
        "\n[bold]What to look at next[/]\n"
        "  examples/order_service/app/              the service: find what the report named\n"
        "  build/demo/dead-code.json                the same report for programs\n"
        "  build/demo/hot-paths.json                which ways requests take, and how often\n"
        "  coverage report --data-file build/demo/combined.coverage\n"
        "                                           the combined file is coverage.py's too\n"
        "  lambda-usage run --help                  try it on a function of your own, without AWS",
        soft_wrap=True,
    )
    return 0


def _differences(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    return [
        f"{name}: expected {expected.get(name, 'nothing')}, found {found.get(name, 'nothing')}"
        for name in sorted(expected.keys() | found.keys())
        if expected.get(name) != found.get(name)
    ]


def _cli(server: S3Server, *arguments: str) -> None:
    console.print(f"\n[bold]$ lambda-usage {shlex.join(arguments)}[/]", soft_wrap=True)
    program = Path(sysconfig.get_path("scripts")) / "lambda-usage"
    sys.stdout.flush()
    done = subprocess.run(
        [program, *arguments], cwd=ROOT, env={**os.environ, **server.variables}, check=False
    )
    if done.returncode:
        raise Unavailable(f"lambda-usage {arguments[0]} ended with exit code {done.returncode}")


def _short(path: str) -> str:
    return str(Path(path).relative_to(ROOT))


def _step(what: str) -> None:
    console.print(f"[bold cyan]»[/] {what}", soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
