"""One Lambda function: rate against budget, overhead, uploads, losses, cold starts."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards.panels import COLOURS, ONE_FUNCTION, RED, YELLOW, Board, Panel, Query
from dashboards.queries import (
    FUNCTION,
    a_minute,
    grown,
    label_of,
    now,
    quantile,
    reported,
    share,
)
from lambda_usage.reports import metrics as report
from lambda_usage.telemetry import definitions as sent

_THIS = f'{FUNCTION}="$function"'
_OUTCOME = label_of(sent.OUTCOME.name)
_REASON = label_of(sent.REASON.name)
_VERDICT = label_of(report.VERDICT.name)


def one_function() -> Dashboard:
    """Put the dashboard together."""
    board = Board(
        ONE_FUNCTION,
        "lambda-usage: one function",
        "How one Lambda function is recorded, what that costs, and what becomes of the data.",
    ).choose_function()
    _rate(board)
    _delivery(board)
    _processes(board)
    return board.build()


def _rate(board: Board) -> None:
    board.row("Rate against budget")
    board.lines(
        Panel(
            "Overhead and budget",
            "What windows and delivery have cost, as a share of the time that handlers ran. "
            "The mean is over all handlers' time; the worst process is one with little of it.",
            [
                Query(share(_grown(sent.OVERHEAD_TIME), _grown(sent.HANDLER_TIME)), "mean"),
                Query(_now(sent.OVERHEAD_SHARE, "max"), "worst process"),
                Query(_now(sent.OVERHEAD_BUDGET, "max"), "budget"),
            ],
            unit="percentunit",
            colours={"budget": RED},
        )
    )
    board.lines(
        Panel(
            "Probability of a window",
            "What the budget affords: it falls where windows are dear, and is never 0. Beside it "
            "the share of invocations that were windows.",
            [
                Query(_now(sent.PROBABILITY, "min"), "lowest of a process"),
                Query(_now(sent.PROBABILITY, "avg"), "mean of processes"),
                Query(share(_grown(sent.WINDOWS), _grown(sent.INVOCATIONS)), "windows"),
            ],
            unit="percentunit",
        )
    )
    board.lines(
        Panel(
            "Invocations and windows a minute",
            "As the function counts them.",
            [
                Query(a_minute(_grown(sent.INVOCATIONS)), "invocations"),
                Query(a_minute(_grown(sent.WINDOWS)), "windows"),
            ],
        )
    )
    board.lines(
        Panel(
            "Overhead of an invocation",
            "All that windows and delivery have cost, spread over all invocations.",
            [Query(share(_grown(sent.OVERHEAD_TIME), _grown(sent.INVOCATIONS)), "overhead")],
            unit="s",
        )
    )


def _delivery(board: Board) -> None:
    board.row("Uploads and losses")
    board.lines(
        Panel(
            "Uploads by outcome",
            "`spooled` is sent again; `failed` is lost, and stated as lost.",
            [
                Query(a_minute(_grown(sent.UPLOADS, _OUTCOME)), f"{{{{{_OUTCOME}}}}}"),
            ],
            colours={"delivered": "green", "spooled": YELLOW, "failed": RED},
        ),
        stacked=True,
    )
    board.lines(
        Panel(
            "Losses by reason",
            "What was not seen or not delivered. None is good; the page of the metrics says what "
            "each reason counts.",
            [Query(_grown(sent.LOSSES, _REASON), f"{{{{{_REASON}}}}}")],
        ),
        stacked=True,
    )
    board.lines(
        Panel(
            "Duration of an upload",
            "Of those that succeeded. They run beside a handler, not in front of the response.",
            [
                Query(quantile(sent.UPLOAD_DURATION, 0.5, _THIS), "median"),
                Query(quantile(sent.UPLOAD_DURATION, 0.95, _THIS), "95 %"),
            ],
            unit="s",
        )
    )
    board.lines(
        Panel(
            "Size of a bundle, and what waits",
            "Bundles that wait for another try lie under /tmp; beyond 16 MB in one process, the "
            "oldest are dropped.",
            [
                Query(quantile(sent.UPLOAD_SIZE, 0.95, _THIS), "bundle, 95 %"),
                Query(_now(sent.SPOOL_SIZE, "max"), "waiting, worst process"),
            ],
            unit="bytes",
        )
    )


def _processes(board: Board) -> None:
    board.row("Processes, and what the report says")
    board.lines(
        Panel(
            "Cold starts",
            "Starts of a process that were observed, a minute.",
            [Query(a_minute(_grown(sent.INITS)), "starts")],
            width=8,
        )
    )
    board.lines(
        Panel(
            "Cold starts, as a share of invocations",
            "A share that grows means more concurrency, or quieter traffic.",
            [Query(share(_grown(sent.INITS), _grown(sent.INVOCATIONS)), "share")],
            unit="percentunit",
            width=8,
        )
    )
    board.lines(
        Panel(
            "Processes",
            "Those that record, those whose agent is off, and errors of our own.",
            [
                Query(_now(sent.ACTIVE, "sum"), "recording"),
                Query(f"{_now(sent.ACTIVE, 'count')} - {_now(sent.ACTIVE, 'sum')}", "off"),
                Query(_grown(sent.ERRORS), "errors"),
            ],
            width=8,
            colours={"recording": "green", "off": RED, "errors": YELLOW},
        )
    )
    board.bars(
        Panel(
            "Functions that it ships, by verdict",
            "What this Lambda function alone says, in the latest report.",
            [
                Query(
                    reported(report.SHIPPED, "max", _THIS, by=_VERDICT),
                    f"{{{{{_VERDICT}}}}}",
                )
            ],
            colours=COLOURS,
        )
    )
    board.lines(
        Panel(
            "Exposure",
            "Invocations that would have noticed a function had it run. Code is dead only beyond "
            "1,000 of them, and 14 days, unless the report was asked for otherwise.",
            [Query(reported(report.EXPOSURE, "sum", _THIS), "exposure")],
        )
    )


def _grown(metric: sent.Metric, by: str = "") -> str:
    return grown(metric, _THIS, by=by)


def _now(metric: sent.Metric, how: str) -> str:
    return now(metric, how, _THIS, by="")
