"""``lambda-usage metrics``."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from lambda_usage.cli._loading import exit_code, load_with_source
from lambda_usage.cli._options import (
    ExpectFunctionOption,
    InventoryOption,
    MinDaysOption,
    MinExposureOption,
    PrefixOption,
    ReportStoreArgument,
    SourceFunctionOption,
    SourceOption,
)
from lambda_usage.cli.errors import CommandError, ExitCode, in_one_line

METRICS_EPILOG = """\
[bold]Examples[/bold]

  OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 \\
    lambda-usage metrics s3://my-bucket/coverage
  lambda-usage metrics all.coverage --source src --min-days 30
"""


@in_one_line
def metrics(
    store: ReportStoreArgument,
    source: SourceOption = None,
    inventory: InventoryOption = "",
    prefix: PrefixOption = "",
    min_exposure: MinExposureOption = 1000,
    min_days: MinDaysOption = 14,
    expect_function: ExpectFunctionOption = None,
    source_function: SourceFunctionOption = None,
) -> ExitCode:
    """Send what the dead-code report says as metrics, over OTLP/HTTP, once.

    For dashboards: run it by a schedule. Where to, with which headers and how long to try say the
    standard OTEL_EXPORTER_OTLP_ variables; without any, to http://localhost:4318.
    """
    from lambda_usage.reports import otlp

    try:
        otlp.require()
    except otlp.NotInstalledError as error:
        raise CommandError(
            ExitCode.USAGE,
            f"sending metrics needs {error}, which this installation lacks: "
            'pip install "lambda-usage[cli,otel]"',
        ) from error
    except otlp.OtherProtocolError as error:
        raise CommandError(
            ExitCode.USAGE, f"metrics are sent as http/protobuf only, and {error}: unset it"
        ) from error
    combined, code = load_with_source(store, prefix, source, inventory)

    from lambda_usage.evidence.dead_code import dead_code_report
    from lambda_usage.evidence.model import Thresholds
    from lambda_usage.reports.metrics import points

    thresholds = Thresholds(
        min_exposure, min_days, tuple(expect_function or ()), tuple(source_function or ())
    )
    now = datetime.now(UTC)
    report = dead_code_report(combined.bundle, code, thresholds, combined.broken, now.date())
    found = points(report, now)
    try:
        instance = f"{store.rstrip('/')}/{prefix}" if prefix else store
        endpoint = otlp.send(found, now.timestamp(), instance)
    except otlp.RefusedError as error:
        raise CommandError(
            ExitCode.ENDPOINT,
            f"no metrics were sent to {error}: check OTEL_EXPORTER_OTLP_ENDPOINT",
        ) from error
    typer.echo(f"Sent {len(found):,} numbers to {endpoint}")
    return exit_code(combined)
