"""Which traces lead to a path."""

from __future__ import annotations

from collections.abc import Sequence

from lambda_usage.bundle.model import Path
from lambda_usage.bundle.traces import latest
from lambda_usage.evidence.model import PathTrace
from lambda_usage.evidence.sightings import View
from lambda_usage.evidence.times import iso


def path_traces(seen: Sequence[tuple[View, Path]]) -> tuple[PathTrace, ...]:
    """The latest traces of a path, newest first, as far as it is known when they were.

    Args:
        seen: Origins that saw the path, with what each saw of it.
    """
    windows = latest(
        (*window, view.origin.lambda_function) for view, path in seen for window in path.traces
    )
    return tuple(
        PathTrace(trace_id, began, duration or None, name)
        for time, trace_id, duration, name in windows
        if (began := iso(time))
    )
