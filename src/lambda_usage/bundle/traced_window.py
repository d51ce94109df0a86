"""A window that can be looked up in the user's own tracing."""

from __future__ import annotations

from typing import NamedTuple


class TracedWindow(NamedTuple):
    """A window whose trace somebody keeps, so that it can be looked up. The latest is greatest."""

    time: float
    """When it began."""
    trace_id: str
    """As the tools of its trace write it: OpenTelemetry's or X-Ray's."""
    duration: float
    """Wall time in seconds, net of measured recording; 0 where it is not known."""
