"""``lambda-usage report``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, TextIO

import typer

from lambda_usage.cli._help import paragraphs
from lambda_usage.cli._loading import check_source, exit_code, load, load_source
from lambda_usage.cli._options import (
    Form,
    FormOption,
    OptionalSourceOption,
    OutputOption,
    PrefixOption,
    ReportStoreArgument,
    SourceOption,
)
from lambda_usage.cli.errors import ExitCode, complain, in_one_line
from lambda_usage.combine.stores import put_at

DEAD_CODE_EPILOG = """\
[bold]Examples[/bold]

  lambda-usage report dead-code s3://my-bucket/coverage --source src
  lambda-usage report dead-code all.coverage --source src --format json
  lambda-usage report dead-code ./usage --source . --min-days 0
"""
HOT_PATHS_EPILOG = """\
[bold]Examples[/bold]

  lambda-usage report hot-paths s3://my-bucket/coverage --source src
  lambda-usage report hot-paths all.coverage --format json
"""

report = typer.Typer(
    no_args_is_help=True, help="Tell what the evidence says: dead code, and hot paths."
)


@in_one_line
def dead_code(
    store: ReportStoreArgument,
    source: SourceOption,
    prefix: PrefixOption = "",
    form: FormOption = Form.TEXT,
    output: OutputOption = "",
    min_exposure: Annotated[
        int, typer.Option(metavar="N", min=0, help="Trials without use that 'dead' needs.")
    ] = 1000,
    min_days: Annotated[
        int, typer.Option(metavar="N", min=0, help="Days with traffic that 'dead' needs.")
    ] = 14,
    expect_function: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A Lambda function that ought to report; unseen, nothing is dead. Repeatable.",
            show_default=False,
        ),
    ] = None,
) -> ExitCode:
    """Which functions and lines the fleet never uses, and on what evidence.

    Code is dead only if every Lambda function that ships its file has enough invocations and
    days of its own; otherwise it is unproven.
    """
    inventory = load_source(source)
    combined = load(store, prefix)
    check_source(source, inventory, combined.bundle)

    from lambda_usage.evidence.dead_code import dead_code_report
    from lambda_usage.evidence.model import Thresholds
    from lambda_usage.reports import renderer_for

    thresholds = Thresholds(min_exposure, min_days, tuple(expect_function or ()))
    today = datetime.now(UTC).date()
    found = dead_code_report(combined.bundle, inventory, thresholds, combined.broken, today)
    _write(output, lambda out: renderer_for(form).dead_code(found, out))
    return exit_code(combined)


@in_one_line
def hot_paths(
    store: ReportStoreArgument,
    source: OptionalSourceOption = None,
    prefix: PrefixOption = "",
    form: FormOption = Form.TEXT,
    output: OutputOption = "",
) -> ExitCode:
    """Which ways requests take through the code: how often, how slow, how often failing."""
    inventory = load_source(source) if source else None
    combined = load(store, prefix)
    if source and inventory:
        check_source(source, inventory, combined.bundle)

    from lambda_usage.evidence.hot_paths import hot_paths_report
    from lambda_usage.reports import renderer_for

    found = hot_paths_report(combined.bundle, inventory, broken=combined.broken)
    _write(output, lambda out: renderer_for(form).hot_paths(found, out))
    return exit_code(combined)


report.command("dead-code", help=paragraphs(dead_code), epilog=DEAD_CODE_EPILOG)(dead_code)
report.command("hot-paths", help=paragraphs(hot_paths), epilog=HOT_PATHS_EPILOG)(hot_paths)


def _write(output: str, write: Callable[[TextIO], None]) -> None:
    if not output:
        # A terminal that cannot show a character gets a question mark, not a traceback.
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace")
        write(sys.stdout)
        return
    with TemporaryDirectory(prefix="lambda-usage-") as folder:
        local = Path(folder) / "report"
        with local.open("w", encoding="utf-8") as file:
            write(file)
        complain(f"wrote {put_at(local, output)}")
