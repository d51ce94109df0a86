"""The recorders of this Python, each way that there is to build them."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from lambda_usage.recording.recorder import Recorder

ON_MONITORING = sys.version_info >= (3, 12)

KINDS = ("C", "Python") if ON_MONITORING else ("C tracer",)
"""In what the callbacks are written; on 3.11 there is coverage.py's tracer only."""


def make_recorder(kind: str = KINDS[0], **options: Any) -> Recorder:
    """A recorder whose callbacks are written in *kind*."""
    if not ON_MONITORING:
        from lambda_usage.recording.ctrace import CtraceRecorder

        return CtraceRecorder(**options)
    from lambda_usage.recording import hits, monitoring

    recorder = monitoring.MonitoringRecorder(**options)
    if kind == "C":
        pytest.importorskip("lambda_usage.recording._hits", reason="run `make setup`")
    else:
        recorder.make_hits = hits.Hits
    return recorder
