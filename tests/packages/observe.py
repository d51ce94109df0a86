"""Runs ``app.handler`` without us and writes down what coverage.py and the profiler saw.

Run in the task's folder: ``observe.py EVENTS DATA_FILE OUTPUT``. coverage.py's C tracer tells the
lines that ran; ``sys.setprofile`` tells which functions were entered, and whether after the
handler's module had loaded. Neither shares a line of code with the recorders.
"""

from __future__ import annotations

import importlib
import sys
import threading
from pathlib import Path
from types import CodeType, FrameType

import coverage
from answers import raised, read_events, returned, write

ROOT = f"{Path.cwd()}/"


class Calls:
    """The code objects under the root that were entered, by phase."""

    def __init__(self) -> None:
        self.codes: dict[str, dict[int, CodeType]] = {"init": {}, "invoke": {}}
        self.phase = "init"

    def note(self, frame: FrameType, event: str, _arg: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(ROOT):
            self.codes[self.phase][id(code)] = code

    def places(self) -> dict[str, list[tuple[str, int, str]]]:
        return {
            phase: sorted(
                (
                    each.co_filename.removeprefix(ROOT),
                    max(each.co_firstlineno, 1),
                    each.co_name,
                )
                for each in codes.values()
            )
            for phase, codes in self.codes.items()
        }


def main(events: str, data_file: str, output: str) -> None:
    sys.path.insert(0, ROOT)
    sent = read_events(events)
    measured = coverage.Coverage(
        data_file=data_file, include=[f"{ROOT}*"], config_file=False, messages=False
    )
    calls = Calls()
    results: list[tuple[object, Exception | None]] = []
    measured.start()
    threading.setprofile(calls.note)
    sys.setprofile(calls.note)
    handler = importlib.import_module("app").handler
    calls.phase = "invoke"
    for event in sent:
        try:
            results.append((handler(event, None), None))
        except Exception as error:
            results.append((None, error))
    sys.setprofile(None)
    measured.stop()
    measured.save()
    # only now: putting a result into words may run the package's code
    answers = [raised(error) if error else returned(value) for value, error in results]
    write(output, {"answers": answers, "calls": calls.places()})


if __name__ == "__main__":
    main(*sys.argv[1:])
