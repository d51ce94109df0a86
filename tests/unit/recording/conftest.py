"""The recorder that the tests of coverage.py's C tracer share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lambda_usage.recording.ctrace import CtraceRecorder


@pytest.fixture
def recorder() -> Iterator[CtraceRecorder]:
    """One that sees no init; the tests of ``sys.monitoring`` have their own."""
    found = CtraceRecorder()
    found.start(record_init=False)
    yield found
    found.stop()
