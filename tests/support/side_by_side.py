"""What runs side by side where pytest-xdist runs tests in several processes, and what in turn.

A file's tests stay together. All that start emulators or browsers are in one process: such programs
have deadlines of their own, one of them runs at a time, and what they share is started once.
(pytest-xdist's own mark for groups has no effect from pytest 9.2 on, its issue 1386.)

Files are handed out as pytest finds them: what runs in turn first (tests/browser), which lasts
longest; then folders of few and long tests; then hundreds of short files of units, so that no
process waits long for the last one. By their number of tests, as pytest-xdist would order files,
properties and packages came last: one test each, and the longest.
"""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

TOGETHER = ("tests/deploy/", "tests/infra/")
"""Tests of such a folder share what takes long to make, and do something while it is made."""
IN_TURN = (
    "tests/browser/",
    "tests/e2e/",
    "tests/examples/",
    "tests/faults/",
    "tests/security/test_secrets.py",
)
WITHOUT_DEADLINES = tuple(
    f"tests/e2e/test_{name}.py" for name in ("demo_parts", "deploy", "inventory", "validate")
)


class SideBySide(LoadFileScheduling):  # type: ignore[misc]
    """Hands out files, and of some folders all at once."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(IN_TURN) and not nodeid.startswith(WITHOUT_DEADLINES):
            return "in turn"
        for folder in TOGETHER:
            if nodeid.startswith(folder):
                return folder
        return str(super()._split_scope(nodeid))
