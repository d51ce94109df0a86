"""``lambda-usage combine``."""

from __future__ import annotations

from typing import Annotated

import typer

from lambda_usage.cli._loading import exit_code, load
from lambda_usage.cli._options import PrefixOption, StoreArgument
from lambda_usage.cli.errors import ExitCode, in_one_line
from lambda_usage.combine.combiner import Combined

COMBINE_EPILOG = """\
[bold]Examples[/bold]

  lambda-usage combine s3://my-bucket/cov --prefix 2026/11/ --output nov.coverage
  lambda-usage combine ./usage --output s3://my-bucket/combined/all.coverage
  lambda-usage combine ./usage --output summary.json
"""


@in_one_line
def combine(
    store: StoreArgument,
    output: Annotated[
        str,
        typer.Option(
            metavar="FILE|URL",
            help="The combined file. One that ends in .json gets the summary, functions and paths.",
            show_default=False,
        ),
    ],
    prefix: PrefixOption = "",
) -> ExitCode:
    """Make one file out of many bundles, for reports and for coverage.py.

    Each bundle counts once, however often it is found. Combined files met in STORE are not read,
    so the output may lie there. Broken bundles are named and set aside.
    """
    from lambda_usage.combine.outputs import write_output

    combined = load(store, prefix)
    typer.echo(_sentence(combined, write_output(combined, output)))
    return exit_code(combined)


def _sentence(combined: Combined, target: str) -> str:
    names = {origin.lambda_function for origin in combined.bundle.origins}
    left_out = [
        f"{number:,} {what}"
        for number, what in (
            (combined.duplicates, "found twice"),
            (len(combined.skipped_outputs), "combined already"),
            (len(combined.broken), "broken"),
        )
        if number
    ]
    aside = f" (left out: {', '.join(left_out)})" if left_out else ""
    return (
        f"Combined {_count(combined.read, 'bundle')} of "
        f"{_count(len(names), 'Lambda function')} into {target}{aside}"
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
