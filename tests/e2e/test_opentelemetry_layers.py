"""Behind our exec wrapper, the one of a layer as AWS or OpenTelemetry publishes it.

Their scripts are not part of this repository: ``test_opentelemetry.py`` imitates what they do. Who
has such a layer names its folder, unpacked, in ``LAMBDA_USAGE_OTEL_LAYERS`` (several are separated
by colons). One change is made to a copy of its scripts, since the emulator's layers are not in
``/opt``: that folder's name is replaced.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.stores import open_store
from lambda_usage.evidence.hot_paths import hot_paths_report
from lambda_usage.telemetry.definitions import SPAN_ATTRIBUTES
from tests.e2e.test_opentelemetry import APP, EVENTS, PRICES, TOTALS, World
from tests.support import pythons
from tests.support.otlp import Receiver
from tests.support.x_ray import header

VARIABLE = "LAMBDA_USAGE_OTEL_LAYERS"
LAYERS = [Path(each) for each in os.environ.get(VARIABLE, "").split(":") if each]
HOW = (
    f"{VARIABLE} names no unpacked layer with an otel-instrument "
    "(aws lambda get-layer-version-by-arn gives the address of its zip)"
)
PYTHON = "3.13"
TRACED = header("1-5759e988-bd862e3fe1be46a994272793", "53995c3f42cd8ad8", sampled=True)


@pytest.mark.skipif(not LAYERS, reason=HOW)
@pytest.mark.parametrize("layer", LAYERS, ids=lambda each: each.name)
def test_our_wrapper_starts_theirs_and_their_span_has_our_attributes(
    layer: Path, layer_opt: Path, tmp_path: Path
) -> None:
    found = pythons.found()
    if PYTHON not in found:
        pytest.skip(pythons.missing(PYTHON))
    env = pythons.environment(found[PYTHON])
    opt, task = tmp_path / "opt", tmp_path / "task"
    for source in (layer_opt, layer):
        shutil.copytree(source, opt, dirs_exist_ok=True)
    for script in opt.glob("otel-*"):
        script.write_text(re.sub(r"(?<![\w/])/opt\b", str(opt), script.read_text("utf-8")))
    task.mkdir()
    (task / "app.py").write_text(APP)
    (task / "prices.py").write_text(PRICES)
    with Receiver() as receiver:
        world = World(env, opt, task, tmp_path / "store", receiver, receiver.endpoint)
        theirs = {
            "PATH": f"{env.executable.parent}:/usr/bin:/bin",
            # without an address for traces AWS's sends them to X-Ray's daemon
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{receiver.endpoint}/v1/traces",
            "OTEL_AWS_APPLICATION_SIGNALS_ENABLED": "false",  # more, to CloudWatch's agent
        }
        with world.emulator(**theirs) as emulator:
            for event, total in zip(EVENTS, TOTALS, strict=True):
                assert emulator.invoke(event, trace=TRACED).payload["total"] == total
            log = emulator.stop()
        receiver.wait(lambda: len(world.handler_spans()) == len(EVENTS))
    spans = [each.attributes for each in world.handler_spans()]
    for each in spans:
        assert {one.name for one in SPAN_ATTRIBUTES} <= each.keys()
    report = hot_paths_report(combine_store(open_store(str(world.store))).bundle)
    assert {each["lambda_usage.path.id"] for each in spans} == {each.id for each in report.paths}
    assert not [line for line in log if re.search("Traceback|could not be told", line)]
