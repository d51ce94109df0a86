"""What the recorder on ``sys.monitoring`` takes of the interpreter, and gives back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from lambda_usage.recording.window import RecorderUnavailable
from tests.unit.support import log_lines, run_fresh, write_files

from .programs import Program, compiled, window

if sys.version_info < (3, 12):
    pytest.skip("sys.monitoring came with Python 3.12", allow_module_level=True)

from lambda_usage.recording.monitoring import MonitoringRecorder

monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python 3.14 can observe branches")
def test_a_recorder_that_cannot_observe_branches_says_so() -> None:
    assert MonitoringRecorder(branches=True).branches is False


def test_stopping_leaves_the_interpreter_as_it_was() -> None:
    recorder = MonitoringRecorder()
    recorder.start(record_init=True)
    tool = recorder._tool
    code = compiled("x = 1\n")
    recorder.add(code, "app.py")
    assert monitoring.get_tool(tool) == "lambda-usage"
    recorder.stop()
    assert monitoring.get_tool(tool) is None


def test_the_second_tool_id_serves_where_the_first_is_taken() -> None:
    monitoring.use_tool_id(4, "a profiler")
    recorder = MonitoringRecorder()
    try:
        recorder.start(record_init=True)
        program = Program(recorder, "def f():\n    return 1\n")
        recorder.end_init()
        assert window(recorder, program.f) == {"f": {2}}
        recorder.stop()
        assert monitoring.get_tool(4) == "a profiler"
    finally:
        monitoring.free_tool_id(4)


def test_without_a_tool_id_the_recorder_is_unavailable() -> None:
    for tool in (3, 4):
        monitoring.use_tool_id(tool, "other")
    try:
        with pytest.raises(RecorderUnavailable, match="tool ids"):
            MonitoringRecorder().start(record_init=True)
        assert [monitoring.get_tool(tool) for tool in (3, 4)] == ["other", "other"]
    finally:
        for tool in (3, 4):
            monitoring.free_tool_id(tool)


def test_without_a_tool_id_the_function_runs_and_one_warning_says_why(tmp_path: Path) -> None:
    write_files(tmp_path, {"app.py": "def handler(event, context):\n    return event + 1\n"})
    done = run_fresh(
        """\
        import sys
        for tool in range(6):
            if sys.monitoring.get_tool(tool) is None:
                sys.monitoring.use_tool_id(tool, f"tool {tool}")
        import lambda_usage
        handler = lambda_usage.handler
        print([handler(n, None) for n in range(5)])
        """,
        tmp_path,
        {"COVERAGE_S3_BUCKET": str(tmp_path / "out"), "COVERAGE_HANDLER": "app.handler"},
    )
    assert done.stdout == "[1, 2, 3, 4, 5]\n", done.stderr
    line, *uploads = log_lines(done.stderr)
    assert line["level"] == "WARNING"
    assert "tool ids" in line["message"]
    assert [each["level"] for each in uploads] == ["INFO"]  # a bundle that says so
