"""``lambda-usage report``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from lambda_usage.cli._help import paragraphs
from lambda_usage.cli._loading import exit_code, load_with_any_source, load_with_source
from lambda_usage.cli._options import (
    ExpectFunctionOption,
    Form,
    FormOption,
    InventoryOption,
    InvocationsOption,
    MinDaysOption,
    MinExposureOption,
    OptionalSourceOption,
    OutputOption,
    PrefixOption,
    ReportStoreArgument,
    SourceFunctionOption,
    SourceOption,
    TraceUrlOption,
)
from lambda_usage.cli._output import write_text
from lambda_usage.cli._trace_url import trace_url as checked_url
from lambda_usage.cli._true_counts import true_counts
from lambda_usage.cli.errors import ExitCode, in_one_line

if TYPE_CHECKING:
    from lambda_usage.combine.combiner import Combined
    from lambda_usage.evidence.model import Thresholds
    from lambda_usage.evidence.scopes import Inventory

DEAD_CODE_EPILOG = """\
[bold]Examples[/bold]

  lambda-usage report dead-code s3://my-bucket/coverage --source src
  lambda-usage report dead-code s3://my-bucket/coverage --inventory orders
  lambda-usage report dead-code all.coverage --source src --format json
  lambda-usage report dead-code ./usage --source . --format html --output report.html
  lambda-usage report dead-code ./usage --source . --min-days 0
  lambda-usage report dead-code ./usage --source . --invocations orders=1300
"""
HOT_PATHS_EPILOG = """\
[bold]Examples[/bold]

  lambda-usage report hot-paths s3://my-bucket/coverage
  lambda-usage report hot-paths all.coverage --source src --format json
  lambda-usage report hot-paths ./usage --format csv --output paths.csv
  lambda-usage report hot-paths ./usage --format html --output report.html \\
    --trace-url 'https://tracing.example.com/trace/{trace_id}'
"""

report = typer.Typer(
    no_args_is_help=True, help="Tell what the evidence says: dead code, and hot paths."
)


@in_one_line
def dead_code(
    store: ReportStoreArgument,
    source: SourceOption = None,
    inventory: InventoryOption = "",
    prefix: PrefixOption = "",
    form: FormOption = Form.TEXT,
    output: OutputOption = "",
    min_exposure: MinExposureOption = 1000,
    min_days: MinDaysOption = 14,
    expect_function: ExpectFunctionOption = None,
    source_function: SourceFunctionOption = None,
    invocations: InvocationsOption = None,
    trace_url: TraceUrlOption = "",
) -> ExitCode:
    """Which functions and lines the fleet never uses, and on what evidence.

    Code is dead only if every Lambda function that ships its file has enough invocations and
    days of its own; otherwise it is unproven.
    """
    counts, url = true_counts(invocations or ()), checked_url(trace_url, form)
    combined, code = load_with_source(store, prefix, source, inventory)

    from lambda_usage.evidence.dead_code import dead_code_report
    from lambda_usage.evidence.model import Thresholds
    from lambda_usage.evidence.unheard import with_true_counts
    from lambda_usage.reports import renderer_for

    thresholds = Thresholds(
        min_exposure, min_days, tuple(expect_function or ()), tuple(source_function or ())
    )
    if form is Form.HTML:
        _write_html(combined, code, thresholds, counts, output, url)
        return exit_code(combined)
    today = datetime.now(UTC).date()
    known = dead_code_report(combined.bundle, code, thresholds, combined.broken, today)
    found = with_true_counts(known, combined.bundle, counts)
    write_text(output, lambda out: renderer_for(form).dead_code(found, out))
    return exit_code(combined)


@in_one_line
def hot_paths(
    store: ReportStoreArgument,
    source: OptionalSourceOption = None,
    inventory: InventoryOption = "",
    prefix: PrefixOption = "",
    form: FormOption = Form.TEXT,
    output: OutputOption = "",
    invocations: InvocationsOption = None,
    trace_url: TraceUrlOption = "",
) -> ExitCode:
    """Which ways requests take through the code: how often, how slow, how often failing."""
    counts, url = true_counts(invocations or ()), checked_url(trace_url, form)
    combined, code = load_with_any_source(store, prefix, source, inventory)

    from lambda_usage.evidence.hot_paths import hot_paths_report
    from lambda_usage.evidence.model import Thresholds
    from lambda_usage.evidence.unheard import with_true_counts
    from lambda_usage.reports import renderer_for

    if form is Form.HTML:
        _write_html(combined, code, Thresholds(), counts, output, url)
        return exit_code(combined)
    known = hot_paths_report(combined.bundle, code, broken=combined.broken)
    found = with_true_counts(known, combined.bundle, counts)
    write_text(output, lambda out: renderer_for(form).hot_paths(found, out))
    return exit_code(combined)


report.command("dead-code", help=paragraphs(dead_code), epilog=DEAD_CODE_EPILOG)(dead_code)
report.command("hot-paths", help=paragraphs(hot_paths), epilog=HOT_PATHS_EPILOG)(hot_paths)


def _write_html(
    combined: Combined,
    inventory: Inventory | None,
    thresholds: Thresholds,
    counts: Mapping[str, int],
    output: str,
    trace_url: str,
) -> None:
    """Both reports are one file: each leads to the other."""
    from lambda_usage.evidence.dead_code import dead_code_report
    from lambda_usage.evidence.hot_paths import hot_paths_report
    from lambda_usage.evidence.scopes import Inventory
    from lambda_usage.evidence.unheard import with_true_counts
    from lambda_usage.reports.html import write_html

    bundle, broken, today = combined.bundle, combined.broken, datetime.now(UTC).date()
    source = inventory or Inventory(None, {})
    known = dead_code_report(bundle, source, thresholds, broken, today)
    dead = with_true_counts(known, bundle, counts)
    traffic = hot_paths_report(bundle, inventory, broken, known.left_out)
    hot = with_true_counts(traffic, bundle, counts)
    write_text(output, lambda out: write_html(dead, hot, source, out, trace_url))
