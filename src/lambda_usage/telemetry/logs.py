"""Structured log lines on standard error, which Lambda sends to the function's log.

Written directly: the user's logging configuration is neither used nor changed, and nothing is
imported that the runtime client has not imported already.
"""

from __future__ import annotations

import os
import sys
import time

_OWN_FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "")  # noqa: PTH100, PTH118, PTH120
_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}


class Log:
    """Writes one JSON object a line. Never raises."""

    def __init__(self, level: str = "INFO") -> None:
        self._threshold = _LEVELS.get(level, 20)
        self._said: set[str] = set()

    def say(self, level: str, message: str, **fields: object) -> None:
        """Write *message* with *fields*, if *level* is important enough."""
        if _LEVELS[level] < self._threshold:
            return
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        line = {"timestamp": now, "level": level, "logger": "lambda_usage", "message": message}
        try:
            import json

            sys.stderr.write(json.dumps({**line, **fields}, default=str) + "\n")
            sys.stderr.flush()
        except Exception:  # a closed or full standard error must not reach the function
            return

    def once(self, level: str, message: str, **fields: object) -> None:
        """As :meth:`say`, but each message only once in this process."""
        if message not in self._said:
            self._said.add(message)
            self.say(level, message, **fields)


def kind_and_place(error: BaseException) -> str:
    """What is told of an error: its type, and where of ours it came up; never its words.

    Its words may hold what the user's code gave them: values, names of records, secrets.
    """
    where, ours = error.__traceback__, None
    while where is not None:
        if where.tb_frame.f_code.co_filename.startswith(_OWN_FOLDER):
            ours = where
        where = where.tb_next
    if ours is None:
        return type(error).__name__
    file = ours.tb_frame.f_code.co_filename[len(_OWN_FOLDER) :]
    return f"{type(error).__name__} at lambda_usage/{file}:{ours.tb_lineno}"
