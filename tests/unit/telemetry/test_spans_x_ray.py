"""X-Ray's SDK gets a subsegment of our own, and all of the user's stay as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lambda_usage.bundle.reader import read_bundle
from lambda_usage.evidence.hot_paths import hot_paths_report
from tests.support.x_ray import Daemon
from tests.unit.support import log_lines, run_fresh, write_files

from .spans_told import IN_WINDOWS, TRACED, environment

TRACER = """\
    import os
    from aws_xray_sdk.core import xray_recorder

    def handler(event, context):
        with xray_recorder.in_subsegment("theirs"):
            return 1
"""
POWERTOOLS = """\
    from aws_lambda_powertools import Tracer

    tracer = Tracer(service="orders")

    @tracer.capture_lambda_handler
    def handler(event, context):
        return work()

    @tracer.capture_method
    def work():
        tracer.put_annotation("theirs", 1)
        return 1
"""
RUN_TRACED = """\
    import os, sys
    sys.path.insert(0, ".")
    import lambda_usage
    for header in {headers}:
        os.environ["_X_AMZN_TRACE_ID"] = header
        lambda_usage.handler({{}}, None)
"""


def x_ray(folder: Path, headers: list[str], app: str = TRACER) -> tuple[list[dict[str, Any]], str]:
    """The subsegments that a daemon is sent, and what was logged."""
    write_files(folder, {"app.py": app})
    with Daemon() as daemon:
        variables = {
            **environment(folder),
            "AWS_XRAY_DAEMON_ADDRESS": daemon.address,
            "LAMBDA_TASK_ROOT": str(folder),
        }
        done = run_fresh(RUN_TRACED.format(headers=headers), folder, variables)
        assert done.returncode == 0, done.stderr
        return daemon.documents(), done.stderr


def test_the_x_ray_sdk_gets_a_subsegment_of_our_own(tmp_path: Path) -> None:
    sent, log = x_ray(tmp_path, [TRACED.format(1)] * 2)
    ours = [each for each in sent if each["name"] == "lambda-usage"]
    theirs = [each for each in sent if each["name"] == "theirs"]
    assert len(ours) == len(theirs) == 2
    (file,) = (tmp_path / "store").rglob("*.coverage")
    paths = {each.id for each in hot_paths_report(read_bundle(file)).paths}
    for each in ours:
        assert each["annotations"].keys() == {name.replace(".", "_") for name in IN_WINDOWS}
        assert each["annotations"]["lambda_usage_path_id"] in paths
    for each in sent:  # all stand below Lambda's own segment, none below ours
        assert each["parent_id"] == "53995c3f42cd8ad8"
        assert each["trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"
    assert {each["level"] for each in log_lines(log)} == {"INFO"}


def test_beside_powertools_tracer_its_subsegments_stay_as_they_are(tmp_path: Path) -> None:
    sent, log = x_ray(tmp_path, [TRACED.format(1)] * 2, POWERTOOLS)
    ours = [each for each in sent if each["name"] == "lambda-usage"]
    assert len(ours) == 2
    assert all("lambda_usage_path_id" in each["annotations"] for each in ours)
    handlers = [each for each in sent if each["name"] == "## handler"]
    methods = [each for each in sent if each["name"] == "## app.work"]
    assert [each["parent_id"] for each in methods] == [each["id"] for each in handlers]
    assert [each["annotations"] for each in methods] == [{"theirs": 1}] * 2
    for each in handlers:
        assert each["annotations"].keys() == {"ColdStart", "Service"}
    assert {each["level"] for each in log_lines(log)} == {"INFO"}


def test_a_trace_that_x_ray_does_not_sample_costs_it_nothing(tmp_path: Path) -> None:
    sent, log = x_ray(tmp_path, [TRACED.format(0), ""])
    assert [each for each in sent if each["name"] == "lambda-usage"] == []
    assert "discarded" not in log
