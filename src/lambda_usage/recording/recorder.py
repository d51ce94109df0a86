"""What every recorder does, whichever way it hears of executed lines."""

from __future__ import annotations

from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Protocol

from lambda_usage.recording.codes import CodeRegistry


class RecorderUnavailable(Exception):
    """This process cannot record; says why."""

    def __init__(self, message: str, kind: str = "no recorder") -> None:
        super().__init__(message)
        self.kind = kind
        """In few words, for reports."""


@dataclass(frozen=True, slots=True)
class WindowHits:
    """What ran in one window, as integers of ``id(code) << LINE_BITS | line``."""

    own: frozenset[int]
    """By the thread of the invocation."""
    others: frozenset[int]
    """By other threads; their share of lines is a matter of timing, so no path holds them."""
    callbacks: int = 0
    """How often the recorder was called back, which is what the window cost."""
    blind: bool = False
    """Whether threads were running that the recorder cannot see into."""


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

    def end_init(self) -> None:
        """What ran so far was init; what runs from now on is invoke."""

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
