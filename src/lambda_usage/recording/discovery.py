"""Finds code in scope that did not come from Python's own loaders.

Functions whose code object was replaced (``types.coroutine``, recompiling decorators), files run
by ``runpy`` or ``exec``: they are noticed when they first run after init. One PY_START event for
every code object of the process would cost 15-30 ms while libraries are imported (measured), so
it is listened to from the end of init on, when each function of a library calls back once.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from types import CodeType
    from typing import Any

    Relative = Callable[[str], str | None]
    """The path of a file in reports, or ``None`` where it is out of scope."""


class Discovery:
    """Calls *on_found* with code objects in scope, before their first line runs."""

    def __init__(
        self,
        monitoring: Any,
        known: Container[int],
        relative: Relative,
        on_found: Callable[[CodeType, str], None],
    ) -> None:
        self._monitoring = monitoring
        self._known = known
        self._relative = relative
        self._on_found = on_found
        self._tool: int | None = None

    def start(self, tools: tuple[int, ...]) -> None:
        """Listen with the first of *tools* that is free; with none, do without."""
        monitoring = self._monitoring
        for tool in tools:
            try:
                monitoring.use_tool_id(tool, "lambda-usage discovery")
            except ValueError:
                continue
            self._tool = tool
            monitoring.register_callback(tool, monitoring.events.PY_START, self._callback())
            monitoring.set_events(tool, monitoring.events.PY_START)
            return

    def _callback(self) -> Callable[[CodeType, int], object]:
        known, relative, on_found = self._known, self._relative, self._on_found
        disable = self._monitoring.DISABLE

        def on_start(code: CodeType, _offset: int) -> object:
            if id(code) not in known:
                try:
                    path = relative(code.co_filename)
                    if path is not None:
                        on_found(code, path)
                except Exception:  # what a callback raises would reach the user's code
                    return disable
            return disable

        return on_start

    def stop(self) -> None:
        """Stop listening."""
        if self._tool is not None:
            self._monitoring.set_events(self._tool, 0)
            self._monitoring.register_callback(self._tool, self._monitoring.events.PY_START, None)
            self._monitoring.free_tool_id(self._tool)
            self._tool = None
