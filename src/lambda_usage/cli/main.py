"""The entry point. Imports nothing that the extra ``cli`` brings before it knows it is there."""

from __future__ import annotations

from importlib.util import find_spec

from lambda_usage.cli.errors import ExitCode, complain

_LIBRARIES = ("boto3", "coverage", "msgspec", "rich", "scipy", "typer")


def main() -> int:
    """Runs the command line.

    Returns:
        The exit code, one of :class:`~lambda_usage.cli.errors.ExitCode`; 130 after Ctrl-C.
    """
    missing = [name for name in _LIBRARIES if find_spec(name) is None]
    if missing:
        complain(
            f"the command line needs {', '.join(missing)}, which this installation lacks: "
            'pip install "lambda-usage[cli]"'
        )
        return ExitCode.USAGE
    from lambda_usage.cli.app import app

    try:
        app(prog_name="lambda-usage")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else ExitCode.DONE
    return ExitCode.DONE
