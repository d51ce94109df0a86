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
    Path | None,
    typer.Option(
        metavar="DIR",
        help="The source code, laid out as in the deployment package. Left out: the inventory that "
        "was uploaded to STORE.",
        show_default=False,
    ),
]
OptionalSourceOption = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="The source code; with it, functions are those of this very source. Left out: the "
        "inventory that was uploaded to STORE, if there is one.",
        show_default=False,
    ),
]
InventoryOption = Annotated[
    str,
    typer.Option(
        metavar="NAME|FILE|URL",
        help="Which inventory stands for the source: its name, where STORE holds several, or the "
        "address of the file.",
        show_default=False,
    ),
]
MinExposureOption = Annotated[
    int, typer.Option(metavar="N", min=0, help="Trials without use that 'dead' needs.")
]
MinDaysOption = Annotated[
    int, typer.Option(metavar="N", min=0, help="Days with traffic that 'dead' needs.")
]
InvocationsOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="N|NAME=N",
        help="How many invocations there were, by CloudWatch's count: the report states the share "
        "that was never heard of. Of all functions, or of one. Repeatable.",
        show_default=False,
    ),
]
TraceUrlOption = Annotated[
    str,
    typer.Option(
        metavar="URL",
        help="Where the ids of traces lead to in the HTML form; {trace_id} stands for the id.",
        show_default=False,
    ),
]
ExpectFunctionOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="A Lambda function that ought to report; unseen, nothing is dead. Repeatable.",
        show_default=False,
    ),
]
SourceFunctionOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="A Lambda function that is deployed from this source, where others are not: files of "
        "the same names but other content in their packages are other files. Repeatable: name all.",
        show_default=False,
    ),
]
