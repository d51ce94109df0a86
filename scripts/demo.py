"""The whole way on real parts: `make demo`.

Two Lambda functions of a test-automation platform run in AWS's own emulator, in two processes each,
with the built layer in front of them, on DynamoDB and Secrets Manager from moto's server. Their
bundles go to a real S3 server. They are combined, both reports are printed, and every verdict is
held against the list that lies beside the platform.
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
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from examples.test_platform.deploy.catalog import LambdaFunction, functions  # noqa: E402
from examples.test_platform.deploy.packages import PackageError, build_package  # noqa: E402
from examples.test_platform.deploy.seed import seed  # noqa: E402
from examples.test_platform.deploy.traffic import LANES, Event, events  # noqa: E402
from examples.test_platform.expectation import differences, verdicts  # noqa: E402
from tests.support import pythons  # noqa: E402
from tests.support.emulator import Emulator, EmulatorError  # noqa: E402
from tests.support.layer import unpacked_layer  # noqa: E402
from tests.support.moto_server import MotoServer  # noqa: E402
from tests.support.paths import BUILD, Unavailable  # noqa: E402
from tests.support.s3_server import S3Server  # noqa: E402

SOURCE = "examples/test_platform/src"
EXPECTED = "examples/test_platform/expected.json"
DEMO = BUILD / "demo"
DEPLOYED = ("run-test", "get-results")
INVOCATIONS = 1300
"""Of each Lambda function, in as many processes as its traffic has lanes."""

console = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Deployment:
    """A Lambda function that can be started."""

    described: LambdaFunction
    package: Path
    traffic: list[Event]


def main() -> int:
    """Runs the demo; 0 if every verdict is as expected."""
    try:
        return _demo()
    except (Unavailable, EmulatorError, PackageError) as reason:
        console.print(f"\n[bold red]The demo cannot run:[/] {reason}", soft_wrap=True)
        return 1


def _demo() -> int:
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir(parents=True)
    runtime = pythons.running()
    _step(f"Building the layer, and an environment like Lambda's for Python {runtime.version}")
    opt = unpacked_layer(DEMO)
    env = pythons.environment(runtime)
    _step(f"Building the deployment packages of {' and '.join(DEPLOYED)}")
    deployments = [_deployment(name, env) for name in DEPLOYED]
    _step("Starting SeaweedFS, an S3 server (some seconds), and moto's DynamoDB")
    with S3Server() as server, MotoServer() as moto:
        bucket = server.bucket()
        seed(moto.dynamodb(), moto.secrets_manager(), dict(deployments[0].described.variables))
        _step(
            f"Sending {INVOCATIONS:,} invocations to each of the two Lambda functions, in {LANES} "
            "processes of AWS's Runtime Interface Emulator"
        )
        variables = {
            **server.variables,
            **moto.variables,
            "AWS_LAMBDA_EXEC_WRAPPER": str(opt / "lambda-usage"),
            "COVERAGE_S3_BUCKET": bucket,
            # A fleet takes its time; the demo lasts seconds. Every invocation becomes a window.
            "COVERAGE_FLUSH_INTERVAL": "1",
            "COVERAGE_OVERHEAD_BUDGET": "1",
            "COVERAGE_MAX_WINDOWS_PER_MINUTE": "1000000",
            # There is no X-Ray daemon here, and the emulator passes no trace on.
            "POWERTOOLS_TRACE_DISABLED": "true",
        }
        _run_fleet(env, opt, deployments, variables)
        _step(f"{len(server.keys(bucket, 'coverage/'))} bundles are in s3://{bucket}/coverage/")
        return _report(server, f"s3://{bucket}/coverage/")


def _deployment(name: str, env: pythons.PythonEnv) -> Deployment:
    package = build_package(name, DEMO / "packages" / name, env)
    return Deployment(functions()[name], package, events(name, INVOCATIONS))


def _run_fleet(
    env: pythons.PythonEnv,
    opt: Path,
    deployments: list[Deployment],
    variables: Mapping[str, str],
) -> None:
    columns = TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn()
    failed = threading.Event()

    def serve(deployment: Deployment, lane: int, bar: TaskID) -> None:
        function = deployment.described
        emulator = Emulator(
            env,
            deployment.package,
            function.handler,
            opt=opt,
            variables={**dict(function.variables), **variables},
            function_name=function.name,
        )
        with emulator:
            for event in deployment.traffic[lane::LANES]:
                if failed.is_set():
                    return
                answer = emulator.invoke(event).payload
                if "errorType" in answer or answer["statusCode"] >= 500:
                    raise EmulatorError("\n".join([f"{function.name}: {answer}", *emulator.log]))
                progress.advance(bar)
            emulator.wait_for_log("uploaded successfully", timeout_s=30)

    with (
        Progress(*columns, TimeElapsedColumn(), console=console) as progress,
        ThreadPoolExecutor(len(deployments) * LANES) as pool,
    ):
        served = []
        for deployment in deployments:
            for lane in range(LANES):
                name = f"{deployment.described.name}, process {lane + 1}"
                bar = progress.add_task(name, total=len(deployment.traffic[lane::LANES]))
                served.append(pool.submit(serve, deployment, lane, bar))
        for each in served:
            try:
                each.result()
            except BaseException:
                failed.set()
                raise


def _report(server: S3Server, store: str) -> int:
    combined = _short(DEMO / "combined.coverage")
    _step("Combining, and reporting")
    _cli(server, "combine", store, "--output", combined)
    dead_code = ["report", "dead-code", combined, "--source", SOURCE, "--min-days", "0"]
    hot_paths = ["report", "hot-paths", combined, "--source", SOURCE]
    for command in (dead_code, hot_paths):
        _cli(server, *command)
        output = _short(DEMO / f"{command[1]}.json")
        _cli(server, *command, "--format", "json", "--output", output)
    output = _short(DEMO / "report.html")
    _cli(server, *dead_code, "--format", "html", "--output", output)
    return _compare()


def _compare() -> int:
    report = json.loads((DEMO / "dead-code.json").read_text("utf-8"))
    wrong = differences(report)
    console.rule()
    if wrong:
        console.print(f"[bold red]Not what {EXPECTED} says:[/]")
        for line in wrong:
            console.print(f"  {line}", soft_wrap=True, markup=False)
        return 1
    counts = ", ".join(f"{count} {name}" for name, count in verdicts(report).most_common())
    console.print(
        f"[bold green]All verdicts ({counts}), together and for each Lambda function, all dead "
        f"lines and all {len(report['dependencies'])} dependencies are as {EXPECTED} says.[/]",
        soft_wrap=True,
    )
    console.print(
        "The demo ran with --min-days 0, because its whole traffic came within seconds. Without it"
        " nothing would be 'dead' before 14 days of traffic: a year-end job looks dead in between."
        " Module and class bodies of files that nobody imports stay 'unproven': they would run"
        " when a process starts, and four starts prove little.\n"
        "\n[bold]What to look at next[/]\n"
        "  build/demo/report.html                   the same report to look at, in a browser\n"
        "  examples/test_platform/                  the platform: find what the report named\n"
        "  build/demo/dead-code.json                the same report for programs\n"
        "  build/demo/hot-paths.json                which ways requests take, and how often\n"
        "  coverage report --data-file build/demo/combined.coverage\n"
        "                                           the combined file is coverage.py's too\n"
        "  lambda-usage run --help                  try it on a function of your own, without AWS",
        soft_wrap=True,
    )
    return 0


def _cli(server: S3Server, *arguments: str) -> None:
    console.print(f"\n[bold]$ lambda-usage {shlex.join(arguments)}[/]", soft_wrap=True)
    program = Path(sysconfig.get_path("scripts")) / "lambda-usage"
    sys.stdout.flush()
    done = subprocess.run(
        [program, *arguments], cwd=ROOT, env={**os.environ, **server.variables}, check=False
    )
    if done.returncode:
        raise Unavailable(f"lambda-usage {arguments[0]} ended with exit code {done.returncode}")


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _step(what: str) -> None:
    console.print(f"[bold cyan]»[/] {what}", soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
