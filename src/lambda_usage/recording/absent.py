"""Stands for a recorder where there is none, so that its process can say so."""

from __future__ import annotations

from types import CodeType, FrameType

from lambda_usage.recording.codes import CodeRegistry
from lambda_usage.recording.window import WindowHits


class AbsentRecorder:
    """Records nothing; see ``Recorder`` for the methods."""

    branches = False

    def __init__(self, name: str) -> None:
        self.name = name
        self.registry = CodeRegistry()

    def start(self, *, record_init: bool) -> None: ...

    def add(self, code: CodeType, path: str) -> None: ...

    def end_init(self) -> bool:
        return True

    def open_window(self, frame: FrameType | None = None) -> None: ...

    def close_window(self) -> WindowHits:
        return WindowHits(frozenset(), frozenset())

    def drain(self) -> None: ...

    def callback_cost(self) -> None: ...

    def stop(self) -> None: ...
