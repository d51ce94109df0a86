"""Arguments that several commands have."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Form(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"
    MARKDOWN = "markdown"
    CSV = "csv"


StoreArgument = Annotated[
    str,
    typer.Argument(
        metavar="STORE",
        help="Where the bundles lie: s3://bucket/prefix or a folder.",
        show_default=False,
    ),
]
ReportStoreArgument = Annotated[
    str,
    typer.Argument(
        metavar="STORE",
        help="Bundles (s3://bucket/prefix or a folder), or one combined file.",
        show_default=False,
    ),
]
PrefixOption = Annotated[
    str,
    typer.Option(
        metavar="P",
        help="Only what begins with P, below STORE: 2026/11/ for a month.",
        show_default=False,
    ),
]
FormOption = Annotated[
    Form,
    typer.Option(
        "--format",
        help="text or html (both reports in one file) for people, markdown for a pull request, "
        "json for programs, csv for spreadsheets.",
    ),
]
OutputOption = Annotated[
    str,
    typer.Option(
        metavar="FILE|URL",
        help="Write the report there and not to stdout.",
        show_default=False,
    ),
]
SourceOption = Annotated[
    Path,
    typer.Option(
        metavar="DIR",
        help="The source code, laid out as in the deployment package.",
        show_default=False,
    ),
]
OptionalSourceOption = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="The source code; with it, paths in the report are relative to DIR.",
        show_default=False,
    ),
]
