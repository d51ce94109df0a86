"""Runs ``app.handler`` with the agent attached: ``record.py EVENTS STORE OUTPUT``."""

from __future__ import annotations

import sys

from answers import raised, read_events, returned, write

from lambda_usage.attach.local import run_local


def main(events: str, store: str, output: str) -> None:
    # all of them first: putting a result into words may run the package's code
    results = list(run_local("app.handler", read_events(events), store))
    answers = [raised(each.error) if each.error else returned(each.value) for each in results]
    write(output, answers)


if __name__ == "__main__":
    main(*sys.argv[1:])
