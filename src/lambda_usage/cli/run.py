"""``lambda-usage run``."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from lambda_usage.cli._tally import Tally
from lambda_usage.cli.errors import CommandError, ExitCode, in_one_line

RUN_EPILOG = """\
[bold]Examples[/bold]

  lambda-usage run app.handler --events events.jsonl --store ./usage
  lambda-usage run api.main --events events.jsonl --store ./usage --repeat 50
"""


@in_one_line
def run(
    handler: Annotated[
        str,
        typer.Argument(
            metavar="MODULE.HANDLER",
            help="As in Lambda's settings: app.handler, or folder/app.handler.",
            show_default=False,
        ),
    ],
    events: Annotated[
        Path,
        typer.Option(
            metavar="FILE.jsonl",
            help="One event as JSON in each line; or one event in all.",
            show_default=False,
        ),
    ],
    store: Annotated[
        str,
        typer.Option(
            metavar="STORE",
            help="Where bundles go: a folder or s3://bucket/prefix.",
            show_default=False,
        ),
    ],
    repeat: Annotated[
        int, typer.Option(metavar="N", min=1, help="How often to send all events.")
    ] = 1,
) -> ExitCode:
    """Try it on a function of your own, in this process and without AWS.

    Run it in the folder that would be the deployment package. An exception of the handler counts
    as an invocation, as in Lambda, and does not end the run.
    """
    from lambda_usage.attach.local import LocalRunError, NotStoredError, run_local

    _make_room(Path.cwd())
    # In Lambda the agent tells its log about every upload; here the summary does.
    os.environ.setdefault("COVERAGE_LOG_LEVEL", "WARNING")
    sent = _read_events(events)
    tally = Tally()
    try:
        for result in run_local(handler, sent, store, repeat):
            tally.add(result.duration, result.error)
    except LocalRunError as error:
        raise CommandError(ExitCode.USAGE, " ".join(str(error).split())) from error
    except NotStoredError as error:
        raise CommandError(ExitCode.STORE, " ".join(str(error).split())) from error
    except SystemExit as end:
        # Left alone it would end this command too, with a code that means something else here.
        raise CommandError(
            ExitCode.USAGE,
            f"invocation {tally.invocations + 1:,} ended the process (SystemExit: {end.code}), as "
            "it would in Lambda: leave out its event; the invocations before it are recorded",
        ) from end
    typer.echo(tally.words(handler, store))
    return ExitCode.DONE


def _make_room(folder: Path) -> None:
    """Forget modules that this command imported where the function brings its own."""
    for name in list(sys.modules):
        top = name.partition(".")[0]
        own = top == "lambda_usage" or top in sys.stdlib_module_names
        if not own and ((folder / top).is_dir() or (folder / f"{top}.py").is_file()):
            del sys.modules[name]


def _read_events(path: Path) -> list[object]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(
            ExitCode.USAGE, f"cannot read the events in {path}: {error.strerror or error}"
        ) from error
    with suppress(ValueError):
        return [json.loads(text)]  # a single event, over several lines say
    events = [
        _parse(line, f"line {number} of {path}")
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip()
    ]
    if not events:
        raise CommandError(
            ExitCode.USAGE, f"{path} holds no events: write one as JSON in each line"
        )
    return events


def _parse(line: str, where: str) -> object:
    try:
        return json.loads(line)
    except ValueError as error:
        raise CommandError(
            ExitCode.USAGE,
            f"{where} is no JSON: {error}. Of several events, write each in one line",
        ) from error
