"""An example, with one command: ``make example NAME=order_service``; without a name, their list.

Its functions run in AWS's own emulator with the built layer, their bundles go to a real S3 server,
and the commands that the example is about read them from there. What an example consists of is in
its ``example.toml``.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.example_files import Command, Example, ExampleError, names, read  # noqa: E402
from scripts.example_running import Parts, Ran, Run, short  # noqa: E402
from scripts.example_showing import (  # noqa: E402
    compared,
    show_comparison,
    show_keys,
    show_spans,
)
from tests.support import pythons  # noqa: E402
from tests.support.combiner_zip import unpacked_function  # noqa: E402
from tests.support.emulator import EmulatorError  # noqa: E402
from tests.support.layer import unpacked_layer  # noqa: E402
from tests.support.paths import BUILD, Unavailable  # noqa: E402
from tests.support.s3_server import S3Server  # noqa: E402


def main(arguments: list[str]) -> int:
    """Runs the example that is named; 0 if all went as it says."""
    console = Console(highlight=False)
    if not arguments:
        show_list(console)
        return 0
    name = arguments[0]
    work = BUILD / "examples" / name
    try:
        example = read(name)
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        _step(console, "Building the layer, and starting an S3 server (some seconds)")
        runtime = pythons.running()
        opt = unpacked_layer(work / "layer")
        with S3Server() as server:
            env = pythons.environment(runtime)
            parts = Parts(server, opt, env, lambda: unpacked_function(work / "combiner"))
            run_example(name, example, parts, work, console)
    except (ExampleError, Unavailable, EmulatorError) as reason:
        console.print(Text(f"\nThe example cannot run: {reason}", style="red"), soft_wrap=True)
        return 1
    return 0


def show_list(console: Console) -> None:
    """All examples, with a line each."""
    console.print("[bold]make example NAME=simple[/] runs one; examples/README.md tells more.\n")
    table = Table.grid(padding=(0, 2, 0, 0))
    for name in names():
        table.add_row(f"  {name}", read(name).title)
    console.print(table)


def run_example(name: str, example: Example, parts: Parts, work: Path, console: Console) -> Ran:
    """Sends the traffic, then runs the commands.

    Raises:
        ExampleError: A command ended otherwise than the example says.
        EmulatorError: A function did not start, or left no data.
    """
    console.print()
    console.rule(Text(example.title, style="bold"), align="left")
    run = Run(name, example, parts, work, console)
    for command in example.deployment:
        _run_command(run, command, console)
    _step(console, f"Sending the events of examples/{name} to AWS's emulator")
    run.send()
    _step(console, "What is in the S3 server now")
    show_keys(console, run.ran.bucket, run.keys())
    for page in run.pages():
        _step(console, f"A copy to look at in a browser: {short(page)}")
    for command in example.commands:
        _run_command(run, command, console)
    hot_paths = work / "hot-paths.json"
    if hot_paths.exists():
        _show_beside(example, run.ran, json.loads(hot_paths.read_text("utf-8")), console)
    return run.ran


def _run_command(run: Run, command: Command, console: Console) -> None:
    _step(console, command.says)
    code = run.command(command)
    if code != command.exit:
        raise ExampleError(f"exit code {code}, where {command.exit} was expected")
    console.print(Text(f"exit code {code}", style="green" if code == 0 else "bold red"))


def _show_beside(example: Example, ran: Ran, report: Any, console: Console) -> None:
    """What the example is about, beside what the hot-path report says of it."""
    if example.compare:
        answers = [answer for each in ran.answers.values() for answer in each]
        windows = report["evidence"]["windows"]
        show_comparison(console, windows, compared(answers, example.compare, report))
    if ran.spans:
        paths = {each["id"]: each["functions"] for each in report["paths"]}
        show_spans(console, ran.spans, paths)


def _step(console: Console, what: str) -> None:
    console.print(f"\n[bold cyan]»[/] {what}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
