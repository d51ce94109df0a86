"""The fleet: what is used, what is dead, and what it costs to know."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards.panels import COLOURS, RED, YELLOW, Board, Panel, Query
from dashboards.queries import (
    ALIAS,
    FUNCTION,
    a_minute,
    grown,
    now,
    reported,
    share,
    top,
    verdict,
)
from lambda_usage.reports import metrics as report
from lambda_usage.telemetry import definitions as sent

_VERDICT = "lambda_usage_verdict"


def fleet() -> Dashboard:
    """Put the dashboard together."""
    board = Board(
        "lambda-usage-fleet",
        "lambda-usage: fleet",
        "Which code the fleet uses, which is dead, and what it costs to know.",
    )
    _code(board)
    _cost(board)
    _traffic(board)
    return board.build()


def _code(board: Board) -> None:
    board.row("What is used, and what is dead: the latest report")
    board.number(
        Panel(
            "Dead share",
            "Dead lines, as a share of the lines that any Lambda function ships.",
            [Query(reported(report.DEAD_SHARE, "max"))],
            unit="percentunit",
            width=6,
            decimals=1,
        )
    )
    board.number(
        Panel(
            "Dead lines",
            "Lines that no Lambda function runs, on enough evidence.",
            [Query(reported(report.LINES, "sum", verdict("dead")))],
            width=6,
        )
    )
    board.number(
        Panel(
            "Dead functions",
            "Functions, class and module bodies that no Lambda function runs, on enough evidence.",
            [Query(reported(report.FUNCTIONS, "sum", verdict("dead")))],
            width=6,
        )
    )
    board.number(
        Panel(
            "Unproven functions",
            "Never seen to run, on too thin evidence to call them dead.",
            [Query(reported(report.FUNCTIONS, "sum", verdict("unproven")))],
            width=6,
        )
    )
    board.lines(
        Panel(
            "Lines by verdict",
            "What all Lambda functions together say of each line of the source.",
            [Query(reported(report.LINES, "sum", by=_VERDICT), f"{{{{{_VERDICT}}}}}")],
            colours=COLOURS,
        ),
        stacked=True,
    )
    dead = reported(report.SHIPPED, "sum", verdict("dead"), by=f"{FUNCTION}, {ALIAS}")
    all_shipped = reported(report.SHIPPED, "sum", by=f"{FUNCTION}, {ALIAS}")
    board.bars(
        Panel(
            "Dead share of what each Lambda function ships",
            "Of the functions in its package, those that it alone would call dead. Code that "
            "another Lambda function uses may be among them: it need not be shipped here.",
            [Query(top(share(dead, all_shipped)), f"{{{{{FUNCTION}}}}} {{{{{ALIAS}}}}}")],
            unit="percentunit",
            decimals=1,
            by_function=True,
        )
    )


def _cost(board: Board) -> None:
    board.row("What it costs")
    board.number(
        Panel(
            "Overhead",
            "What windows and delivery have cost, as a share of the time that handlers ran.",
            [Query(share(grown(sent.OVERHEAD_TIME, by=""), grown(sent.HANDLER_TIME, by="")))],
            unit="percentunit",
            width=6,
            decimals=2,
            limits=[(0.01, YELLOW), (0.02, RED)],
        )
    )
    board.number(
        Panel(
            "Processes that record",
            "Those that have told so lately.",
            [Query(now(sent.ACTIVE, "sum", by=""))],
            width=6,
        )
    )
    board.number(
        Panel(
            "Processes that are off",
            "The agent is there and records nothing: health and log say why.",
            [Query(f"{now(sent.ACTIVE, 'count', by='')} - {now(sent.ACTIVE, 'sum', by='')}")],
            width=6,
            limits=[(1, RED)],
        )
    )
    board.number(
        Panel(
            "Losses",
            "What was not seen or not delivered, whatever the reason.",
            # functions without any send none
            [Query(f"{grown(sent.LOSSES, by='')} or vector(0)")],
            width=6,
            limits=[(1, YELLOW)],
        )
    )
    board.lines(
        Panel(
            "Overhead by Lambda function",
            "The ten dearest, and the largest budget that any has.",
            [
                Query(
                    top(share(grown(sent.OVERHEAD_TIME), grown(sent.HANDLER_TIME))),
                    f"{{{{{FUNCTION}}}}}",
                ),
                Query(now(sent.OVERHEAD_BUDGET, "max", by=""), "budget"),
            ],
            unit="percentunit",
            colours={"budget": RED},
            by_function=True,
        )
    )
    board.lines(
        Panel(
            "Share of invocations that are windows",
            "In which lines were recorded to tell how often code runs. Existence is seen in every "
            "invocation from Python 3.12 on.",
            [
                Query(
                    top(share(grown(sent.WINDOWS), grown(sent.INVOCATIONS))), f"{{{{{FUNCTION}}}}}"
                )
            ],
            unit="percentunit",
            by_function=True,
        )
    )
    board.lines(
        Panel(
            "Time spent on recording, a minute",
            "Of all processes of a Lambda function together. Some of it Lambda would bill anyway: "
            "uploads run beside handlers that wait.",
            [Query(top(a_minute(grown(sent.OVERHEAD_TIME))), f"{{{{{FUNCTION}}}}}")],
            unit="s",
            by_function=True,
        )
    )
    board.lines(
        Panel(
            "Requests to S3, and bytes, a minute",
            "Attempts to deliver a bundle, each of which is billed, and the bytes that were "
            "delivered.",
            [
                Query(a_minute(grown(sent.UPLOADS, by="")), "requests"),
                Query(a_minute(grown(sent.UPLOAD_SIZE, by="", part="_sum")), "bytes"),
            ],
            second={"bytes": "bytes"},
        )
    )


def _traffic(board: Board) -> None:
    board.row("Traffic that was seen")
    board.lines(
        Panel(
            "Invocations a minute",
            "The ten busiest Lambda functions. The functions' own count: compare it with "
            "CloudWatch's to see what was never heard of.",
            [Query(top(a_minute(grown(sent.INVOCATIONS))), f"{{{{{FUNCTION}}}}}")],
            by_function=True,
        )
    )
    board.lines(
        Panel(
            "New lines a minute",
            "Lines that ran for the first time in a process: deployments and rare paths.",
            [Query(top(a_minute(grown(sent.LINES_NEW))), f"{{{{{FUNCTION}}}}}")],
            by_function=True,
        )
    )
