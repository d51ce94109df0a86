"""Small programs and recorders to run them under."""

from __future__ import annotations

import textwrap
import threading
from collections.abc import Callable
from types import CodeType
from typing import Any

from lambda_usage.bundle.model import Code, CodeKey
from lambda_usage.recording.codes import LINE_BITS, LINE_MASK, CodeEntry, CodeRegistry
from lambda_usage.recording.recorder import Recorder
from lambda_usage.recording.window import WindowHits
from tests.support.recorders import ON_MONITORING as ON_MONITORING
from tests.support.recorders import make_recorder as make_recorder


def compiled(source: str, path: str = "app.py") -> CodeType:
    """The module body of *source*, as if it lay in ``/task``."""
    return compile(textwrap.dedent(source), f"/task/{path}", "exec", dont_inherit=True)


class Program:
    """A module whose code a recorder knows."""

    def __init__(self, recorder: Recorder, source: str, path: str = "app.py", **names: Any) -> None:
        self.code = compiled(source, path)
        recorder.add(self.code, path)
        self.names: dict[str, Any] = {"__name__": path, **names}
        exec(self.code, self.names)

    def __getattr__(self, name: str) -> Any:
        return self.names[name]


def lines_by_name(registry: CodeRegistry, hits: frozenset[int]) -> dict[str, set[int]]:
    """Hits as lines by qualified name."""
    found: dict[str, set[int]] = {}
    for hit in hits:
        entry = registry.entries[hit >> LINE_BITS]
        found.setdefault(entry.code.co_qualname, set()).add(hit & LINE_MASK)
    return found


def window(recorder: Recorder, call: Callable[[], object]) -> dict[str, set[int]]:
    """The lines of this thread, by qualified name, while *call* runs."""
    recorder.open_window()
    call()
    return lines_by_name(recorder.registry, recorder.close_window().own)


def empty_window(recorder: Recorder) -> WindowHits:
    """A window in which nothing of the programs runs."""
    recorder.open_window()
    return recorder.close_window()


def in_thread(target: Callable[[], object]) -> None:
    """Run *target* to its end in a thread of its own."""
    thread = threading.Thread(target=target)
    thread.start()
    thread.join()


def entry_of(registry: CodeRegistry, qualname: str) -> CodeEntry:
    """The only entry of that name."""
    (found,) = [each for each in registry.entries.values() if each.code.co_qualname == qualname]
    return found


def code_of(codes: dict[CodeKey, Code], qualname: str, ordinal: int = 0) -> Code:
    """The only code of that name and ordinal."""
    (found,) = [
        code for key, code in codes.items() if (key.qualname, key.ordinal) == (qualname, ordinal)
    ]
    return found
