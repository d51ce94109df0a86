"""``--trace-url``: where a trace is looked up."""

from __future__ import annotations

from lambda_usage.cli._options import Form
from lambda_usage.cli.errors import CommandError, ExitCode


def trace_url(given: str, form: Form) -> str:
    """What ``--trace-url`` says.

    Raises:
        CommandError: It makes no sense.
    """
    from lambda_usage.reports._trace_url import checked_trace_url

    if not given:
        return ""
    if form is not Form.HTML:
        raise _wrong("only the HTML form has links: --format html")
    try:
        return checked_trace_url(given)
    except ValueError as error:
        raise _wrong(str(error)) from None


def _wrong(words: str) -> CommandError:
    return CommandError(ExitCode.USAGE, f"--trace-url: {words}")
