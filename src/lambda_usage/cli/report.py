"""``lambda-usage report``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

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
from lambda_usage.cli._output import write_text
from lambda_usage.cli.errors import ExitCode, in_one_line

if TYPE_CHECKING:
    from lambda_usage.combine.combiner import Combined
    from lambda_usage.evidence.model import Thresholds
    from lambda_usage.evidence.scopes import Inventory

DEAD_CODE_EPILOG = """\
[bold]Examples[/bold]

  lambda-usage report dead-code s3://my-bucket/coverage --source src
  lambda-usage report dead-code all.coverage --source src --format json
  lambda-usage report dead-code ./usage --source . --format html --output report.html
  lambda-usage report dead-code ./usage --source . --min-days 0
"""
HOT_PATHS_EPILOG = """\
[bold]Examples[/bold]

  lambda-usage report hot-paths s3://my-bucket/coverage --source src
  lambda-usage report hot-paths all.coverage --format json
  lambda-usage report hot-paths ./usage --format csv --output paths.csv
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
    if form is Form.HTML:
        _write_html(combined, inventory, thresholds, output)
        return exit_code(combined)
    today = datetime.now(UTC).date()
    found = dead_code_report(combined.bundle, inventory, thresholds, combined.broken, today)
    write_text(output, lambda out: renderer_for(form).dead_code(found, out))
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
    from lambda_usage.evidence.model import Thresholds
    from lambda_usage.reports import renderer_for

    if form is Form.HTML:
        _write_html(combined, inventory, Thresholds(), output)
        return exit_code(combined)
    found = hot_paths_report(combined.bundle, inventory, broken=combined.broken)
    write_text(output, lambda out: renderer_for(form).hot_paths(found, out))
    return exit_code(combined)


report.command("dead-code", help=paragraphs(dead_code), epilog=DEAD_CODE_EPILOG)(dead_code)
report.command("hot-paths", help=paragraphs(hot_paths), epilog=HOT_PATHS_EPILOG)(hot_paths)


def _write_html(
    combined: Combined, inventory: Inventory | None, thresholds: Thresholds, output: str
) -> None:
    """Both reports are one file: each leads to the other."""
    from lambda_usage.evidence.dead_code import dead_code_report
    from lambda_usage.evidence.hot_paths import hot_paths_report
    from lambda_usage.evidence.scopes import Inventory
    from lambda_usage.reports.html import write_html

    bundle, broken, today = combined.bundle, combined.broken, datetime.now(UTC).date()
    source = inventory or Inventory(None, {})
    dead = dead_code_report(bundle, source, thresholds, broken, today)
    hot = hot_paths_report(bundle, inventory, broken)
    write_text(output, lambda out: write_html(dead, hot, source, out))
