"""How good the data is: gaps, age, conflicts."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards.panels import RED, YELLOW, Board, Panel, Query
from dashboards.queries import (
    FUNCTION,
    LOOKBACK,
    REPORT,
    grown,
    label_of,
    name_of,
    reported,
    share,
    top,
)
from lambda_usage.reports import metrics as report
from lambda_usage.telemetry import definitions as sent

_CONFLICT = label_of(report.CONFLICT.name)
_OUTCOME = label_of(sent.OUTCOME.name)
_REASON = label_of(sent.REASON.name)
_NAME = f"{{{{{FUNCTION}}}}}"
DAY = 86_400


def quality() -> Dashboard:
    """Put the dashboard together."""
    board = Board(
        "lambda-usage-quality",
        "lambda-usage: data quality",
        "Whether verdicts rest on data that is whole, fresh and of the source at hand.",
    )
    _age(board)
    _gaps(board)
    _conflicts(board)
    return board.build()


def _age(board: Board) -> None:
    board.row("Age")
    told = f"timestamp({name_of(report.FUNCTIONS)})"
    board.number(
        Panel(
            "Since the latest report",
            "Reports should come daily: beyond two days, the panels of reports are empty.",
            [Query(f"time() - max(max_over_time({told}[{REPORT}:{LOOKBACK}]))")],
            unit="s",
            width=8,
            limits=[(1.25 * DAY, YELLOW), (1.75 * DAY, RED)],
        )
    )
    board.number(
        Panel(
            "Newest data",
            "Of the Lambda function that was heard of last, when the report was made.",
            [Query(reported(report.DATA_AGE, "min"))],
            unit="s",
            width=8,
            limits=[(DAY, YELLOW), (3 * DAY, RED)],
        )
    )
    board.number(
        Panel(
            "Oldest data",
            "Of the Lambda function that has been silent for longest.",
            [Query(reported(report.DATA_AGE, "max"))],
            unit="s",
            width=8,
            limits=[(3 * DAY, YELLOW), (7 * DAY, RED)],
        )
    )
    board.bars(
        Panel(
            "Age of the newest data by Lambda function",
            "No traffic, or nothing delivered: the panels of delivery tell which.",
            [Query(top(reported(report.DATA_AGE, "min", by=FUNCTION)), _NAME)],
            by_function=True,
            unit="s",
        )
    )
    board.bars(
        Panel(
            "Exposure by Lambda function, the least first",
            "Without enough of it, nothing that a function ships is called dead.",
            [Query(f"bottomk(10, {reported(report.EXPOSURE, 'sum', by=FUNCTION)})", _NAME)],
            by_function=True,
        )
    )


def _gaps(board: Board) -> None:
    board.row("Gaps")
    board.bars(
        Panel(
            "Bundles missing",
            "Gaps in the numbers of the bundles of each process: they were made, and did not "
            "arrive. What they counted is lost; what ran is in later bundles, too.",
            [Query(top(reported(report.BUNDLES_MISSING, "sum", by=FUNCTION)), _NAME)],
            by_function=True,
        )
    )
    board.bars(
        Panel(
            "Processes unfinished",
            "Ended without a last bundle, or still run: what came after their bundles is unknown.",
            [Query(top(reported(report.UNFINISHED, "sum", by=FUNCTION)), _NAME)],
            by_function=True,
        )
    )
    board.lines(
        Panel(
            "Losses by reason",
            "What functions state as not seen or not delivered.",
            [Query(grown(sent.LOSSES, by=_REASON), f"{{{{{_REASON}}}}}")],
        ),
        stacked=True,
    )
    undelivered = grown(sent.UPLOADS, f'{_OUTCOME}!="delivered"')
    board.lines(
        Panel(
            "Uploads that were not delivered at once",
            "As a share of all. What is spooled is sent again; a share that stays high ends in "
            "losses.",
            [Query(top(share(undelivered, grown(sent.UPLOADS))), _NAME)],
            by_function=True,
            unit="percentunit",
        )
    )


def _conflicts(board: Board) -> None:
    board.row("Conflicts")
    board.lines(
        Panel(
            "Source files that are not what is shipped",
            "`differs`: no Lambda function ships this version, so nothing is known of it yet. "
            "`elsewhere`: shipped under another path, so the source directory is not what packages "
            "are made of.",
            [Query(reported(report.CONFLICTS, "sum", by=_CONFLICT), f"{{{{{_CONFLICT}}}}}")],
        )
    )
    board.lines(
        Panel(
            "Errors of our own",
            "Each is logged once, with type and place. After some, the agent switches itself off.",
            [Query(top(grown(sent.ERRORS)), _NAME)],
            by_function=True,
        )
    )
