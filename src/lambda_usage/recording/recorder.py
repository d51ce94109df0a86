"""What every recorder does, whichever way it hears of executed lines. For type checkers alone."""

from __future__ import annotations

from types import CodeType, FrameType
from typing import Protocol

from lambda_usage.recording.codes import CodeRegistry
from lambda_usage.recording.window import WindowHits


class Recorder(Protocol):
    """Notes which code runs.

    The life of a recorder: ``start``, then ``end_init`` once, then windows, one at a time.
    Existence is kept in the registry's entries after each ``drain``.
    """

    name: str
    registry: CodeRegistry
    branches: bool
    """Whether branches are recorded."""

    def start(self, *, record_init: bool) -> None:
        """Begin; with *record_init* the init phase is recorded.

        Raises:
            RecorderUnavailable: The process gives no way to record.
        """

    def add(self, code: CodeType, path: str) -> None:
        """Record *code*, loaded from the file that reports call *path*, from now on."""

    def end_init(self) -> bool:
        """What ran so far was init; what runs from now on is invoke.

        Returns:
            Whether nobody displaced the recorder during what it was to record of the init.
        """

    def open_window(self, frame: FrameType | None = None) -> None:
        """Record everything that runs until ``close_window``.

        Args:
            frame: Where the window is a block in the middle of a function: that function's frame.
        """

    def close_window(self) -> WindowHits:
        """End the window."""

    def drain(self) -> None:
        """Bring the registry's entries up to date."""

    def callback_cost(self) -> float | None:
        """Seconds that one callback takes, measured here; None where code is slowed throughout."""

    def stop(self) -> None:
        """Let go of everything that was installed in the interpreter."""
