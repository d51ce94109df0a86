"""Synthesises the apps once for all tests: ``python -m tests.infra.synthesise DIST OUT``."""

from __future__ import annotations

import os
import re
import sys
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

from infra.app import run, synthesise, usage
from infra.artefacts import Artefacts
from infra.load_test import load_test
from infra.node import variables
from tests.support.paths import ROOT

GUIDE = ROOT / "docs" / "deploy" / "cdk.md"

LAYER = "arn:aws:lambda:eu-west-1:184161586896:layer:opentelemetry-collector-amd64-0_20_0:1"
GATEWAY = "https://collector.example.com:4318"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:on-call"
EVERYTHING = {
    "environment": "prod",
    "regions": "eu-west-1,us-east-1",
    "sample_rate": "0.25",
    "overhead_budget": "0.005",
    "examples": "true",
    "collector_layer": LAYER,
    "collector_gateway": GATEWAY,
    "alarm_topic": TOPIC,
}
CONTEXTS: dict[str, dict[str, Any]] = {
    "default": {},
    "examples": {"examples": "true"},
    "everything": EVERYTHING,
}


def main() -> None:
    """Writes a cloud assembly for each context, for the load test, and for a broken rule.

    The CDK's part in Node.js, which is started once, knows the environment of its start alone.
    """
    artefacts, out = Artefacts(Path(sys.argv[1])), Path(sys.argv[2])
    os.environ.update(variables())
    from aws_cdk import App

    for name, context in CONTEXTS.items():
        synthesise(App(context=context, outdir=str(out / name)), usage, artefacts)
    synthesise(App(outdir=str(out / "load-test")), load_test, artefacts)
    with redirect_stderr(StringIO()) as said:
        code = run(_often)
    (out / "bad-value.txt").write_text(f"{code}\n{said.getvalue()}")
    with redirect_stderr(StringIO()) as said:
        code = run(_misspelt)
    (out / "bad-key.txt").write_text(f"{code}\n{said.getvalue()}")
    _attached(App(outdir=str(out / "attached")))
    try:
        synthesise(App(outdir=str(out / "broken")), _broken, artefacts)
    except RuntimeError as error:
        (out / "broken.txt").write_text(str(error))


def _often(app: Any, artefacts: Artefacts) -> None:
    """A value that makes no sense."""
    app.node.set_context("sample_rate", "often")
    usage(app, artefacts)


def _misspelt(app: Any, artefacts: Artefacts) -> None:
    """A key that nothing reads."""
    app.node.set_context("enviroment", "staging")
    usage(app, artefacts)


def _attached(app: Any) -> None:
    """A stack of somebody else's function, attached as the guide tells."""
    from aws_cdk import Stack, aws_lambda

    (example,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)
    function = aws_lambda.Function(
        Stack(app, "orders"),
        "Orders",
        runtime=aws_lambda.Runtime.PYTHON_3_13,
        architecture=aws_lambda.Architecture.ARM_64,
        handler="app.handler",
        code=aws_lambda.Code.from_inline("def handler(event, context): pass"),
    )
    names["attach"](function, "staging", "arm64")
    app.synth()


def _broken(app: Any, artefacts: Artefacts) -> None:
    """A stack with a bucket as S3 makes it where nothing is said."""
    from aws_cdk import Stack, aws_s3

    aws_s3.Bucket(Stack(app, "broken"), "Bucket")


if __name__ == "__main__":
    main()
