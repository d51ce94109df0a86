"""Where the reader of a report looks a trace up."""

from __future__ import annotations

from urllib.parse import urlsplit

TRACE_ID = "{trace_id}"


def checked_trace_url(template: str) -> str:
    """A URL in which the id of a trace is put for :data:`TRACE_ID`.

    Raises:
        ValueError: No browser would find anything there, or it would do more than that.
    """
    if not template.isprintable() or " " in template:
        raise ValueError(f"{template!r} has a space or a control character in it")
    host = urlsplit(template.partition(TRACE_ID)[0])
    if host.scheme not in ("http", "https") or not host.hostname:
        raise ValueError(f"{template!r} does not begin with https:// and the name of a host")
    if TRACE_ID not in template:
        raise ValueError(f"{template!r} has no {TRACE_ID}, which stands for the id of a trace")
    return template
