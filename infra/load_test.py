"""The CDK app of the load test: three functions with the layer, and a bucket for their bundles.

All of it is deleted by `make test-destroy`, bundles included.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from infra.app import run  # noqa: E402
from infra.artefacts import Artefacts  # noqa: E402
from infra.context import LOAD_TEST  # noqa: E402

if TYPE_CHECKING:
    from aws_cdk import App

SOURCE = ROOT / "examples" / "load_test"
HANDLERS = {name: f"app.{name.lower()}_handler" for name in ("Main", "Simple", "Error")}


def load_test(app: App, artefacts: Artefacts) -> None:
    """The stack."""
    from aws_cdk import Aws, CfnOutput, RemovalPolicy, Stack

    from infra.functions import Code, Recording, WatchedFunction
    from infra.layers import UsageLayers
    from infra.storage import UsageBucket

    stack = Stack(app, LOAD_TEST, description="lambda-usage: functions for its load test")
    name = f"{LOAD_TEST}-{Aws.ACCOUNT_ID}-{Aws.REGION}"
    usage = UsageBucket(stack, "Usage", name, kept=False)
    layers = UsageLayers(stack, "Layers", artefacts, policy=RemovalPolicy.DESTROY)
    recording = Recording(usage.bucket, layers, {})
    CfnOutput(stack, "Bucket", value=usage.bucket.bucket_name)
    for label, handler in HANDLERS.items():
        watched = WatchedFunction(stack, label, Code(SOURCE, handler), recording)
        CfnOutput(stack, f"{label}Arn", value=watched.function.function_arn)


if __name__ == "__main__":
    sys.exit(run(load_test))
