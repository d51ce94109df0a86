"""Runs ``app.handler`` in the current folder under coverage.py: ``measure.py EVENTS DATA``."""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
from pathlib import Path

import coverage


def main(events: str, data_file: str) -> None:
    sys.path.insert(0, str(Path.cwd()))
    sent = [json.loads(line) for line in Path(events).read_text("utf-8").splitlines()]
    measured = coverage.Coverage(
        data_file=data_file,
        branch=True,
        include=[f"{Path.cwd()}/*"],
        config_file=False,
        messages=False,
    )
    measured.start()
    handler = importlib.import_module("app").handler
    for event in sent:
        with contextlib.suppress(Exception):
            handler(event, None)
    measured.stop()
    measured.save()


if __name__ == "__main__":
    main(*sys.argv[1:])
