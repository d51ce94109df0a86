"""Alert rules for Prometheus: what somebody should look at, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from dashboards.queries import FUNCTION, REPORT, grown, label_of, name_of, now, reported, share
from lambda_usage.reports import metrics as report
from lambda_usage.telemetry import definitions as sent

GUIDE = "docs/dashboards.md#alerts"
_OUTCOME = label_of(sent.OUTCOME.name)
_REASON = label_of(sent.REASON.name)
_OF = "{{ $labels.faas_name }}"
DAY = 86_400
REMEMBERED = "30d"
"""For how long reports are missed that came before; who never sent any, misses none."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One rule."""

    name: str
    expression: str
    summary: str
    """What is wrong, in one line."""
    description: str
    """What to do."""
    lasting: str = "0m"
    """For how long it has to be so."""
    severity: str = "warning"


def _data_stopped() -> Alert:
    seen = grown(sent.INVOCATIONS, window="2h")
    arrived = grown(sent.UPLOADS, f'{_OUTCOME}="delivered"', window="2h")
    return Alert(
        "LambdaUsageDataStopped",
        f"{seen} > 100\nunless\n{arrived} > 0",
        f"{_OF} is invoked, and none of its usage data arrives",
        "No bundle was delivered in two hours with traffic. The function's log and its health "
        "check name the error; most often the role may not put objects into the bucket.",
        lasting="15m",
        severity="critical",
    )


def _data_old() -> Alert:
    return Alert(
        "LambdaUsageDataOld",
        f"{reported(report.DATA_AGE, 'min', by=FUNCTION)} > {3 * DAY}",
        f"The newest usage data of {_OF} is older than three days",
        "Either nobody invokes it, or the layer is no longer attached, or nothing is delivered. "
        "What it ships stays unproven or dead on old evidence.",
    )


def _report_stopped() -> Alert:
    sent_by_reports = name_of(report.FUNCTIONS)
    return Alert(
        "LambdaUsageReportStopped",
        f"absent_over_time({sent_by_reports}[{REPORT}])\n"
        f"and on ()\npresent_over_time({sent_by_reports}[{REMEMBERED}])",
        "No report has sent metrics for two days",
        "Look at the schedule that runs `lambda-usage metrics`, and at what it prints. Where none "
        f"is meant to run any more, this ends {REMEMBERED} after the last report.",
    )


def _losses() -> Alert:
    return Alert(
        "LambdaUsageLosses",
        f"{grown(sent.LOSSES, by=f'{FUNCTION}, {_REASON}', window='1h')} > 0",
        f"{_OF} has lost usage data: {{{{ $labels.{_REASON} }}}}",
        "The reasons are explained in docs/metrics.md. What is lost is no evidence for anything; "
        "what only lost processes ran is not seen.",
    )


def _uploads_failing() -> Alert:
    undelivered = grown(sent.UPLOADS, f'{_OUTCOME}!="delivered"', window="1h")
    return Alert(
        "LambdaUsageUploadsFailing",
        f"{share(undelivered, grown(sent.UPLOADS, window='1h'))} > 0.5",
        f"Most uploads of {_OF} do not succeed at once",
        "They wait under /tmp and are sent again. If it lasts, the oldest are dropped: look for "
        "throttling, time-outs and refusals in the function's log.",
        lasting="15m",
    )


def _budget_exceeded() -> Alert:
    handlers = grown(sent.HANDLER_TIME, window="1h")
    spent = share(grown(sent.OVERHEAD_TIME, window="1h"), handlers)
    budget = now(sent.OVERHEAD_BUDGET, "max", window="1h")
    return Alert(
        "LambdaUsageBudgetExceeded",
        f"{spent}\n  > 1.2 * {budget}\nand\n{handlers} > 60",
        f"Recording {_OF} costs more than its budget",
        "More than 1.2 times COVERAGE_OVERHEAD_BUDGET within an hour, with a minute of handler "
        "time or more. Many short-lived processes do that, since the first bundle of each goes "
        "on credit: raise COVERAGE_FLUSH_INTERVAL, or lower COVERAGE_SAMPLE_RATE. So do spans of "
        "short handlers where every trace is sampled.",
        lasting="15m",
    )


def _agent_off() -> Alert:
    return Alert(
        "LambdaUsageAgentOff",
        f"{now(sent.ACTIVE, 'min', window='1h')} < 1",
        f"The agent is off in a process of {_OF}",
        "It records nothing there. The health check says why: errors of our own, or another "
        "tool that holds all of sys.monitoring.",
        lasting="10m",
    )


def _errors() -> Alert:
    return Alert(
        "LambdaUsageErrors",
        f"{grown(sent.ERRORS, window='1h')} > 0",
        f"lambda-usage met errors of its own in {_OF}",
        "They never reach the handler. Please report the log line, which names type and place.",
        severity="info",
    )


def alerts() -> list[Alert]:
    """All of them."""
    return [
        _data_stopped(),
        _data_old(),
        _report_stopped(),
        _losses(),
        _uploads_failing(),
        _budget_exceeded(),
        _agent_off(),
        _errors(),
    ]


def rules() -> str:
    """The file for Prometheus."""
    yaml.add_representer(_Block, _written_as_block, yaml.SafeDumper)
    group = {"name": "lambda-usage", "interval": "1m", "rules": [_rule(a) for a in alerts()]}
    return "# Made by `make dashboards` from dashboards/alerts.py.\n" + yaml.safe_dump(
        {"groups": [group]}, sort_keys=False, width=10_000, allow_unicode=True
    )


class _Block(str):
    """Text that is written line by line, as it is."""

    __slots__ = ()


def _written_as_block(dumper: yaml.SafeDumper, text: _Block) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|")


def _rule(alert: Alert) -> dict[str, object]:
    return {
        "alert": alert.name,
        "expr": _Block(alert.expression),
        "for": alert.lasting,
        "labels": {"severity": alert.severity},
        "annotations": {
            "summary": alert.summary,
            "description": alert.description,
            "guide": GUIDE,
        },
    }
