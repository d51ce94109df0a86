"""``lambda-usage export``."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lambda_usage.cli._loading import exit_code, load_with_any_source, load_with_source
from lambda_usage.cli._options import (
    InventoryOption,
    PrefixOption,
    ReportStoreArgument,
    SourceFunctionOption,
    SourceOption,
)
from lambda_usage.cli._output import write_path, write_text
from lambda_usage.cli.errors import CommandError, ExitCode, complain, in_one_line

if TYPE_CHECKING:
    from lambda_usage.combine.combiner import Combined
    from lambda_usage.evidence.model import DeadCodeReport
    from lambda_usage.evidence.scopes import Inventory

EXPORT_EPILOG = """\
[bold]Examples[/bold]

  lambda-usage export s3://my-bucket/coverage --source src --output use.coverage
  coverage html --data-file=use.coverage

  lambda-usage export all.coverage --source src --branch --output use.coverage
  lambda-usage export ./usage --format lcov --source src --output use.lcov
  lambda-usage export ./usage --format speedscope --output paths.json
"""


class Format(StrEnum):
    """For which other tool an export is."""

    COVERAGE = "coverage"
    LCOV = "lcov"
    COBERTURA = "cobertura"
    SPEEDSCOPE = "speedscope"


@in_one_line
def export(
    store: ReportStoreArgument,
    output: Annotated[
        str, typer.Option(metavar="FILE|URL", help="The file to write.", show_default=False)
    ],
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help="coverage for coverage.py, lcov or cobertura for what shows test coverage, "
            "speedscope for a flame graph of the hot paths.",
        ),
    ] = Format.COVERAGE,
    source: SourceOption = None,
    inventory: InventoryOption = "",
    prefix: PrefixOption = "",
    source_function: SourceFunctionOption = None,
    branch: Annotated[
        bool,
        typer.Option(
            "--branch", help="Branches too, for coverage.py; needs Python 3.11 or 3.14 in Lambda."
        ),
    ] = False,
) -> ExitCode:
    """Make a file of production use for another tool.

    Such tools know lines that ran and lines that did not, but no evidence: what silence proves,
    only the dead-code report says. What is not known is left out, and stderr tells what.
    """
    if branch and form is not Format.COVERAGE:
        raise CommandError(
            ExitCode.USAGE, f"--branch goes with --format coverage only: {form} knows none"
        )
    if source_function and form not in (Format.LCOV, Format.COBERTURA):
        raise CommandError(
            ExitCode.USAGE,
            f"--source-function goes with --format lcov and cobertura only: {form} rests on no "
            "verdict",
        )
    if form is Format.COVERAGE:
        combined, code = load_with_any_source(store, prefix, source, inventory)
        _coverage(combined, code, output, branches=branch)
    elif form is Format.SPEEDSCOPE:
        combined, code = load_with_any_source(store, prefix, source, inventory)
        _speedscope(combined, code, output)
    else:
        combined, code = load_with_source(store, prefix, source, inventory)
        report = _dead_code(combined, code, tuple(source_function or ()))
        _lines(form, report, str(source or ""), output)
    return exit_code(combined)


def _coverage(
    combined: Combined, inventory: Inventory | None, output: str, *, branches: bool
) -> None:
    from lambda_usage.reports.coverage_data import NoBranchesError, write_coverage

    notes: list[str] = []

    def write(local: Path) -> None:
        notes.extend(write_coverage(combined.bundle, inventory, local, branches=branches))

    try:
        write_path(output, write)
    except NoBranchesError as error:
        raise CommandError(
            ExitCode.USAGE,
            "no branches were recorded, leave out --branch: they are on Python 3.11 and 3.14, "
            "unless COVERAGE_BRANCH_COVERAGE is false",
        ) from error
    _tell(notes)


def _speedscope(combined: Combined, inventory: Inventory | None, output: str) -> None:
    from lambda_usage.evidence.hot_paths import hot_paths_report
    from lambda_usage.reports.speedscope import write_speedscope

    report = hot_paths_report(combined.bundle, inventory, combined.broken)
    notes: list[str] = []
    write_text(output, lambda out: notes.extend(write_speedscope(report, out)))
    _tell(notes)


def _lines(form: Format, report: DeadCodeReport, root: str, output: str) -> None:
    from lambda_usage.reports.cobertura import write_cobertura
    from lambda_usage.reports.lcov import write_lcov

    notes: list[str] = []
    if form is Format.LCOV:
        write_text(output, lambda out: notes.extend(write_lcov(report, root, out)))
    else:
        absolute = str(Path(root).resolve()) if root else "."
        write_text(output, lambda out: notes.extend(write_cobertura(report, absolute, out)))
    _tell(notes)


def _dead_code(
    combined: Combined, inventory: Inventory, source_functions: tuple[str, ...]
) -> DeadCodeReport:
    from lambda_usage.evidence.dead_code import dead_code_report
    from lambda_usage.evidence.model import Thresholds

    today = datetime.now(UTC).date()
    thresholds = Thresholds(source_functions=source_functions)
    return dead_code_report(combined.bundle, inventory, thresholds, combined.broken, today)


def _tell(notes: list[str]) -> None:
    for note in notes:
        complain(note)
