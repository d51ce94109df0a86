"""``--invocations``: how many there were, by somebody else's count."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lambda_usage.cli.errors import CommandError, ExitCode

_NUMBER = re.compile(r"0*[1-9]\d{0,15}(\.0*)?", re.ASCII)  # CloudWatch says 1300.0


def true_counts(given: Sequence[str]) -> dict[str, int]:
    """What ``--invocations`` says, by Lambda function; under the empty name that of all.

    Raises:
        CommandError: It makes no sense.
    """
    found: dict[str, int] = {}
    for each in given:
        name, equals, number = each.rpartition("=")
        if not _NUMBER.fullmatch(number) or (equals and not name):
            raise _wrong(
                f"{each!r} is neither a number above 0 nor NAME=NUMBER: --invocations 1300, or "
                "--invocations orders=1300"
            )
        if name in found:
            raise _wrong(f"two numbers for {name or 'all functions'}: give one")
        found[name] = int(float(number))
    return found


def _wrong(words: str) -> CommandError:
    return CommandError(ExitCode.USAGE, f"--invocations: {words}")
