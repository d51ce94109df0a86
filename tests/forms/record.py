"""Runs ``app.handler`` in the current folder: ``record.py EVENTS STORE``, with us recording."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lambda_usage.attach.local import run_local


def main(events: str, store: str) -> None:
    sent = [json.loads(line) for line in Path(events).read_text("utf-8").splitlines()]
    for _ in run_local("app.handler", sent, store):
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
