"""A function that Powertools' Tracer instruments, behind our exec wrapper, in AWS's emulator.

Lambda tells the trace in a header of its Runtime API, and the runtime client puts that into
``_X_AMZN_TRACE_ID`` before each invocation. The emulator drops the header, so it is brought to the
runtime client another way (``tests/support/runtime/bootstrap.py``); that client, the SDK and the
datagrams are real. One Python is enough: none of it differs between them.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lambda_usage.bundle.reader import read_bundle
from lambda_usage.evidence.hot_paths import hot_paths_report
from lambda_usage.telemetry.definitions import SPAN_ATTRIBUTES
from tests.support import pythons
from tests.support.emulator import Emulator
from tests.support.paths import Unavailable
from tests.support.pythons import RUNTIME
from tests.support.s3_server import S3Server
from tests.support.x_ray import Daemon, header

PYTHON = "3.13"
APP = """
from aws_lambda_powertools import Tracer
from aws_xray_sdk.core import patch

patch(["httplib"])  # Powertools patches what else there is, sqlite3 among it
tracer = Tracer(service="orders")

@tracer.capture_lambda_handler
def handler(event, context):
    tracer.put_annotation("theirs", 1)
    return total(event["items"])

@tracer.capture_method
def total(items):
    return approve(items) if len(items) > 1 else len(items)

def approve(items):
    return -len(items)
"""
ITEMS = [["a"], ["a", "b"], ["c"]]
TRACES = [f"1-5759e988-bd862e3fe1be46a99427279{number}" for number in range(len(ITEMS))]
PARENTS = [f"53995c3f42cd8ad{number}" for number in range(len(ITEMS))]
NOT_SAMPLED = header("1-5759e988-bd862e3fe1be46a99427279f", "53995c3f42cd8adf", sampled=False)


def test_from_a_trace_in_x_ray_to_its_code_path(
    layer_opt: Path, s3_server: S3Server, bucket: str, tmp_path: Path
) -> None:
    found = pythons.found()
    if PYTHON not in found:
        pytest.skip(pythons.missing(PYTHON))
    try:
        env = pythons.environment(found[PYTHON], (*RUNTIME, "aws-lambda-powertools[tracer]>=3,<4"))
    except Unavailable as reason:
        pytest.skip(str(reason))
    task = tmp_path / "task"
    task.mkdir()
    (task / "app.py").write_text(APP)
    with Daemon() as daemon:
        variables = {
            **s3_server.variables,
            "AWS_LAMBDA_EXEC_WRAPPER": str(layer_opt / "lambda-usage"),
            "AWS_XRAY_DAEMON_ADDRESS": daemon.address,
            "COVERAGE_S3_BUCKET": bucket,
            "COVERAGE_OVERHEAD_BUDGET": "1",
        }
        with Emulator(env, task, "app.handler", opt=layer_opt, variables=variables) as emulator:
            assert emulator.invoke({"items": ["d"]}, trace=NOT_SAMPLED).payload == 1
            for items, trace, parent in zip(ITEMS, TRACES, PARENTS, strict=True):
                sampled = header(trace, parent, sampled=True)
                assert emulator.invoke({"items": items}, trace=sampled).status == 200
            log = emulator.stop()
        sent = daemon.documents()

    # Lambda's own segment, a facade in the SDK, is never sent; each of ours is straight below it
    assert {each["type"] for each in sent} == {"subsegment"}
    ours = [each for each in sent if each["name"] == "lambda-usage"]
    assert [each["trace_id"] for each in ours] == TRACES
    assert [each["parent_id"] for each in ours] == PARENTS
    told = [each["annotations"] for each in ours]
    for each in told:
        assert each.keys() == {one.name.replace(".", "_") for one in SPAN_ATTRIBUTES}
        assert each["lambda_usage_sampled"] is True

    # what was theirs is as they made it, and is all: the SDK has patched sqlite3 and http.client,
    # and the last bundle was made and sent while the last trace was the current one
    theirs = {"## handler": {"ColdStart", "Service", "theirs"}, "## app.total": set()}
    assert {each["name"] for each in sent} == {"lambda-usage", *theirs}
    for name, keys in theirs.items():
        of_name = [each for each in sent if each["name"] == name]
        assert [each["trace_id"] for each in of_name] == TRACES
        assert all(each.get("annotations", {}).keys() == keys for each in of_name)
    assert not [line for line in log if re.search("Traceback|could not be told|discarded", line)]

    (key,) = s3_server.keys(bucket)
    s3_server.client().download_file(bucket, key, str(tmp_path / "one.coverage"))
    report = hot_paths_report(read_bundle(tmp_path / "one.coverage"))
    paths = {each.id: each for each in report.paths}
    ids = [each["lambda_usage_path_id"] for each in told]
    assert ids[0] == ids[2] != ids[1]
    assert paths.keys() == set(ids)
    assert "app.py:approve" in paths[ids[1]].functions
    assert "app.py:approve" not in paths[ids[0]].functions
