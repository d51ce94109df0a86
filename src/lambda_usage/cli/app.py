"""The commands, put together."""

from __future__ import annotations

from typing import Annotated

import typer

from lambda_usage.cli._help import paragraphs
from lambda_usage.cli.check import CHECK_EPILOG, check
from lambda_usage.cli.combine import COMBINE_EPILOG, combine
from lambda_usage.cli.errors import MEANINGS
from lambda_usage.cli.explain import EXPLAIN_EPILOG, explain
from lambda_usage.cli.export import EXPORT_EPILOG, export
from lambda_usage.cli.inventory import INVENTORY_EPILOG, inventory
from lambda_usage.cli.metrics import METRICS_EPILOG, metrics
from lambda_usage.cli.report import report
from lambda_usage.cli.run import RUN_EPILOG, run

_EPILOG = "\n".join(
    [
        "[bold]First steps[/bold]\n",
        "  lambda-usage run app.handler --events events.jsonl --store ./usage",
        "  lambda-usage report dead-code ./usage --source . --min-days 0\n",
        "[bold]Exit codes[/bold]\n",
        *(f"  {code:d}  {meaning}" for code, meaning in MEANINGS.items()),
    ]
)

app = typer.Typer(
    name="lambda-usage",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from lambda_usage import __version__

        typer.echo(f"lambda-usage {__version__}")
        raise typer.Exit


@app.callback(epilog=_EPILOG)
def lambda_usage(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Shows which Python code an AWS Lambda fleet really uses in production."""


app.command(help=paragraphs(combine), epilog=COMBINE_EPILOG)(combine)
app.command(help=paragraphs(inventory), epilog=INVENTORY_EPILOG)(inventory)
app.command(help=paragraphs(explain), epilog=EXPLAIN_EPILOG)(explain)
app.add_typer(report, name="report")
app.command(help=paragraphs(check), epilog=CHECK_EPILOG)(check)
app.command(help=paragraphs(export), epilog=EXPORT_EPILOG)(export)
app.command(help=paragraphs(metrics), epilog=METRICS_EPILOG)(metrics)
app.command(help=paragraphs(run), epilog=RUN_EPILOG)(run)
