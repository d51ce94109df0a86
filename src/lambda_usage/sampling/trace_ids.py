"""The id of the trace that an invocation belongs to, where the user allows ids to leave.

Loaded only where they do.
"""

from __future__ import annotations

import os
import sys
import time

from lambda_usage.bundle.traces import is_trace_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_X_RAY = "_X_AMZN_TRACE_ID"
_OPENTELEMETRY = "opentelemetry.trace"
_SAMPLED = 1


def kept_trace() -> tuple[float, str] | None:
    """The time, and the id under which somebody can look this invocation's trace up.

    It is OpenTelemetry's where its current span is sampled, else X-Ray's where that samples the
    trace; each as its tools write it. There is none where nobody is known to keep the trace.
    OpenTelemetry is asked only where the function has imported it. Never raises.
    """
    opentelemetry = sys.modules.get(_OPENTELEMETRY)
    found = "" if opentelemetry is None else _of_opentelemetry(opentelemetry)
    found = found or _of_x_ray(os.environ.get(_X_RAY, ""))
    return (time.time(), found) if found else None


def _of_opentelemetry(module: Any) -> str:
    try:
        context = module.get_current_span().get_span_context()
        found = f"{context.trace_id:032x}" if context.trace_flags & _SAMPLED else ""
        return found if is_trace_id(found) else ""
    except Exception:  # it is half imported, or something else of that name
        return ""


def _of_x_ray(header: str) -> str:
    fields = dict(each.strip().partition("=")[::2] for each in header.split(";"))
    found = fields.get("Root", "").lower()
    return (
        found if fields.get("Sampled") == "1" and found[:2] == "1-" and is_trace_id(found) else ""
    )
