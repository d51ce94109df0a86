"""``lambda-usage check``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

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
from lambda_usage.visible import visible

if TYPE_CHECKING:
    from lambda_usage.reports.check import Check, Names

CHECK_EPILOG = """\
[bold]Examples[/bold]

  lambda-usage report dead-code s3://my-bucket/coverage --source src \\
    --format json --output baseline.json
  lambda-usage check s3://my-bucket/coverage --source src --baseline baseline.json
  lambda-usage check s3://my-bucket/coverage --source src --max-dead-share 0.05 --max-age 3
"""


class CheckForm(StrEnum):
    """How the answers are written."""

    TEXT = "text"
    JSON = "json"


@in_one_line
def check(
    store: ReportStoreArgument,
    source: SourceOption = None,
    inventory: InventoryOption = "",
    prefix: PrefixOption = "",
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="REPORT.json",
            help="An earlier dead-code report, as JSON: fail where more functions are dead.",
            show_default=False,
        ),
    ] = None,
    max_new_dead: Annotated[
        int,
        typer.Option(metavar="N", min=0, help="So many functions may be dead beyond --baseline."),
    ] = 0,
    max_dead_share: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            min=0,
            max=1,
            help="Fail where a greater share of the shipped lines is dead: 0.05 for 5 %.",
            show_default=False,
        ),
    ] = None,
    max_age: Annotated[
        float | None,
        typer.Option(
            metavar="DAYS",
            min=0,
            help="Fail where a Lambda function's newest data is older.",
            show_default=False,
        ),
    ] = None,
    require_exposure: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="Fail where a Lambda function has fewer invocations that would have noticed code.",
            show_default=False,
        ),
    ] = None,
    expect_function: ExpectFunctionOption = None,
    expect_functions: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A file with the names of Lambda functions that ought to report, one a line, # "
            "for comments: fail where one never did.",
            show_default=False,
        ),
    ] = None,
    source_function: SourceFunctionOption = None,
    min_exposure: MinExposureOption = 1000,
    min_days: MinDaysOption = 14,
    form: Annotated[CheckForm, typer.Option("--format", help="text, or json for programs.")] = (
        CheckForm.TEXT
    ),
    output: OutputOption = "",
) -> ExitCode:
    """Hold the dead-code report against limits, for pipelines: exit code 8 where one is broken.

    Only what is asked for is checked. Expected Lambda functions that were never seen fail, and
    make all code unproven that they may ship.
    """
    asked = (baseline, max_dead_share, max_age, require_exposure, expect_function, expect_functions)
    if all(each is None or each == [] for each in asked):
        raise CommandError(
            ExitCode.USAGE,
            "nothing to check: give --baseline, --max-dead-share, --max-age, --require-exposure, "
            "--expect-function or --expect-functions",
        )
    expected = (*(expect_function or ()), *_names(expect_functions))
    if max_new_dead and baseline is None:
        raise CommandError(ExitCode.USAGE, "--max-new-dead counts from a --baseline: give one")
    known = None if baseline is None else _baseline(baseline)
    combined, code = load_with_source(store, prefix, source, inventory)

    from lambda_usage.evidence.dead_code import dead_code_report
    from lambda_usage.evidence.model import Thresholds
    from lambda_usage.reports.check import Limits
    from lambda_usage.reports.check import check as checked
    from lambda_usage.reports.json import write_checks

    now = datetime.now(UTC)
    thresholds = Thresholds(min_exposure, min_days, expected, tuple(source_function or ()))
    report = dead_code_report(combined.bundle, code, thresholds, combined.broken, now.date())
    limits = Limits(
        known, max_new_dead, max_dead_share, max_age, require_exposure, thresholds.awaited
    )
    answers = checked(report, limits, now)
    write = write_checks if form is CheckForm.JSON else _write_text
    write_text(output, lambda out: write(answers, out))
    if not all(each.passed for each in answers):
        return ExitCode.CHECK_FAILED
    return exit_code(combined)


def _names(file: Path | None) -> list[str]:
    if file is None:
        return []
    text = _read(file, "--expect-functions")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    names = [line for line in lines if line]
    if not names:
        raise CommandError(ExitCode.USAGE, f"{file} names no Lambda function: one a line")
    return names


def _baseline(file: Path) -> Names:
    from lambda_usage.reports.check import BaselineError, baseline_of

    try:
        return baseline_of(_read(file, "--baseline"))
    except BaselineError as error:
        raise CommandError(
            ExitCode.USAGE,
            f"{file} is no baseline: {error}. Make one with lambda-usage report dead-code STORE "
            "--source DIR --format json",
        ) from error


def _read(file: Path, option: str) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise CommandError(ExitCode.USAGE, f"cannot read {option} {file}: {reason}") from error


def _write_text(answers: Sequence[Check], out: TextIO) -> None:
    for each in answers:
        out.write(f"{'ok  ' if each.passed else 'FAIL'}  {each.name}: {each.message}\n")
        out.writelines(f"        {visible(line)}\n" for line in each.details)
