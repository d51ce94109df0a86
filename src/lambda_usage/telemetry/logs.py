"""Structured log lines on standard error, which Lambda sends to the function's log.

Written directly: the user's logging configuration is neither used nor changed, and nothing is
imported that the runtime client has not imported already.
"""

from __future__ import annotations

import sys
import time

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
