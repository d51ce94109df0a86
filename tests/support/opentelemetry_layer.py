"""What OpenTelemetry's layer for Python does, beside our layer in a folder that stands for /opt.

The layers themselves cannot be had from a package index. As in OpenTelemetry's and in AWS's, an
exec wrapper puts a handler of its own in front of the one it finds and starts the interpreter
through ``opentelemetry-instrument``; that handler is instrumented by
``opentelemetry-instrumentation-aws-lambda``.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.pythons import RUNTIME, Python, PythonEnv, environment

REQUIREMENTS = (
    "opentelemetry-distro",
    "opentelemetry-exporter-otlp-proto-http",
    "opentelemetry-instrumentation-aws-lambda",
    "opentelemetry-instrumentation-botocore",
)

_WRAPPER = """#!/bin/sh
export ORIG_HANDLER="$_HANDLER"
export _HANDLER="otel_wrapper.lambda_handler"
export PYTHONPATH="{opt}/python:$LAMBDA_RUNTIME_DIR"
exec {bin}/opentelemetry-instrument "$@"
"""

_HANDLER = """
import os
from importlib import import_module

from opentelemetry.instrumentation.aws_lambda import AwsLambdaInstrumentor

AwsLambdaInstrumentor().instrument()
module, _, name = os.environ["ORIG_HANDLER"].rpartition(".")
lambda_handler = getattr(import_module(module.replace("/", ".")), name)
"""


def traced_environment(python: Python) -> PythonEnv:
    """A managed runtime's environment, with OpenTelemetry in it."""
    return environment(python, (*RUNTIME, *REQUIREMENTS))


def beside(layer_opt: Path, folder: Path, env: PythonEnv) -> Path:
    """Both layers, in ``folder/opt``: our layer is copied from *layer_opt*."""
    opt = folder / "opt"
    shutil.copytree(layer_opt, opt)
    wrapper = opt / "otel-instrument"
    wrapper.write_text(_WRAPPER.format(opt=opt, bin=env.executable.parent))
    wrapper.chmod(0o755)
    (opt / "python" / "otel_wrapper.py").write_text(_HANDLER)
    return opt


def variables(opt: Path, endpoint: str, service: str) -> dict[str, str]:
    """What such a function is configured with, both wrappers included."""
    return {
        "AWS_LAMBDA_EXEC_WRAPPER": str(opt / "lambda-usage"),
        "COVERAGE_NEXT_WRAPPER": str(opt / "otel-instrument"),
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_SERVICE_NAME": service,
    }
