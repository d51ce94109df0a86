"""``lambda-usage explain``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from lambda_usage.cli._loading import exit_code, load_with_source
from lambda_usage.cli._options import (
    ExpectFunctionOption,
    InventoryOption,
    MinDaysOption,
    MinExposureOption,
    OutputOption,
    PrefixOption,
    ReportStoreArgument,
    SourceFunctionOption,
    SourceOption,
)
from lambda_usage.cli._output import write_text
from lambda_usage.cli.errors import CommandError, ExitCode, in_one_line

EXPLAIN_EPILOG = """\
[bold]Examples[/bold]

  lambda-usage explain s3://my-bucket/coverage app/jobs.py:Jobs.run --source src
  lambda-usage explain all.coverage app/jobs.py:120 --source src
  lambda-usage explain ./usage legacy --source . --min-days 0
"""


@in_one_line
def explain(
    store: ReportStoreArgument,
    place: Annotated[
        str,
        typer.Argument(
            metavar="PLACE",
            help="FILE:NAME, FILE:LINE, FILE, or a NAME that there is once.",
            show_default=False,
        ),
    ],
    source: SourceOption = None,
    inventory: InventoryOption = "",
    prefix: PrefixOption = "",
    output: OutputOption = "",
    min_exposure: MinExposureOption = 1000,
    min_days: MinDaysOption = 14,
    expect_function: ExpectFunctionOption = None,
    source_function: SourceFunctionOption = None,
) -> ExitCode:
    """Why a function, line or file is dead or not, in words.

    May I delete it, and what would I miss? What did each Lambda function that ships it see, and
    what would it take to call it dead?
    """
    combined, code = load_with_source(store, prefix, source, inventory)

    from lambda_usage.evidence.dead_code import dead_code_report
    from lambda_usage.evidence.hot_paths import hot_paths_report
    from lambda_usage.evidence.model import Thresholds
    from lambda_usage.evidence.shipped import shipped
    from lambda_usage.reports._explanation import explain as explained
    from lambda_usage.reports._places import PlaceError, find_place
    from lambda_usage.reports.text import TextRenderer

    bundle, broken, today = combined.bundle, combined.broken, datetime.now(UTC).date()
    thresholds = Thresholds(
        min_exposure, min_days, tuple(expect_function or ()), tuple(source_function or ())
    )
    report = dead_code_report(bundle, code, thresholds, broken, today)
    try:
        found = find_place(report, place)
    except PlaceError as error:
        raise CommandError(ExitCode.USAGE, str(error)) from error
    asked = found.function.file
    ships = shipped(bundle, code.units[asked])
    traffic = hot_paths_report(bundle, code, broken, report.left_out)
    explanation = explained(report, found, traffic, ships)
    write_text(output, lambda out: TextRenderer().explanation(explanation, out))
    return exit_code(combined)
