"""Which recorder this Python has."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lambda_usage.recording.discovery import Relative
    from lambda_usage.recording.recorder import Recorder


def make_recorder(*, branches: bool, relative: Relative) -> Recorder:
    """``sys.monitoring``'s where there is one, else the C tracer's; only that one is imported.

    Args:
        branches: Whether to record branches, where the recorder can.
        relative: The path of a file in reports, or ``None`` where it is out of scope.
    """
    if sys.version_info >= (3, 12):
        from lambda_usage.recording.monitoring import MonitoringRecorder

        return MonitoringRecorder(branches=branches, relative=relative)
    from lambda_usage.recording.ctrace import CtraceRecorder

    return CtraceRecorder(branches=branches, relative=relative)
